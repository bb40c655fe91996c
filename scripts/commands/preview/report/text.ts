import { withoutCommands } from "../../../../components/proof/report/escape.ts";
import { list } from "../../../../components/proof/report/words.ts";
import {
  changedIn,
  changesOf,
  changeWords,
  countWords,
  groupName,
  removedWords,
  unchanged,
  verbs,
} from "./counts.ts";
import { isQuiet, mattersOf, type Item, type Section } from "./matters/index.ts";
import { comparison, headline, judgedOf, type Judged } from "./outcome.ts";
import type { GroupChanges, PropertyChange, ResourceChange, Report } from "./report.ts";
import { shorten } from "./shorten.ts";

/** A report for a terminal and the logs of CI: as the comment, but of changes no more than one screen. */
export function toText(report: Report): string {
  const judged = judgedOf(report);
  const loud = judged.filter(({ environment }) => !isQuiet(environment));
  const quiet = judged.filter(({ environment }) => isQuiet(environment));
  const blocks = [
    [`Preview: ${headline(judged)}`, comparison(report, judged)],
    report.removed === undefined || report.removed.length === 0 ? [] : [removedWords(report.removed)],
    ...loud.map(environmentLines),
    quiet.map(quietLine),
    report.untouched.length === 0
      ? []
      : [`not touched by this change, and so not previewed: ${list(report.untouched)}`],
  ];
  const lines = blocks.filter((block) => block.length > 0).flatMap((block) => [...block, ""]);
  return (
    lines
      .map((line) => `${printable(line)}\n`.replace(/^ +\n$/, "\n"))
      .join("")
      .trimEnd() + "\n"
  );
}

/**
 * One line, whatever it holds. What runs CI takes `::add-mask::` at a line's start, and `##[error]` and
 * `##vso[task.setvariable]` anywhere in it, for commands (actions/runner, ActionCommand.cs; Azure Pipelines' logging
 * commands).
 */
const printable = (line: string): string =>
  withoutCommands(line.replace(/[\t\r\n\u2028\u2029]/g, " "))
    .replace(/^(\s*):(?=:)/, "$1: ")
    .replace(/##(?=\w*\[)/g, "## ")
    .trimEnd();

function environmentLines({ environment, outcome }: Judged): string[] {
  const { name, counts, groups } = environment;
  return [
    `${name} ${outcome.one}`,
    ...[
      ...mattersOf(environment).flatMap(sectionLines),
      ...(environment.outcome === "failed"
        ? []
        : [changedIn(counts) === 0 ? unchanged(counts) : countWords(counts)]),
      ...changeLines(groups).map(indent),
    ].map(indent),
  ];
}

const sectionLines = ({ title, items }: Section): string[] => [
  title,
  ...items.flatMap(itemLines).map(indent),
];

function itemLines({ text, block = [], rows }: Item): string[] {
  const width = Math.max(0, ...rows.map(({ label }) => label.length));
  return [
    text,
    ...block.map(indent),
    ...rows.map(({ label, text: value }, index) =>
      indent(`${(rows[index - 1]?.label === label ? "" : label).padEnd(width)}  ${value}`),
    ),
  ];
}

export const quietLine = ({ environment, outcome }: Judged): string => {
  const { name, outcome: how, counts, target } = environment;
  if (how === "not built") return `${name} ${outcome.one} (${target}), so that it has no preview`;
  const asides = mattersOf(environment)
    .filter(({ kind }) => kind === "limit" || kind === "note")
    .flatMap(({ items }) => items.map(({ text }) => text));
  return `${name}: ${[unchanged(counts), ...asides].join("; ")}`;
};

/** About what fits on a screen. */
const mostLines = 40;

/** The changes in as much detail as has room. */
function changeLines(groups: readonly GroupChanges[]): string[] {
  for (const [size, lines] of details) if (size(groups) <= mostLines) return lines(groups);
  const shown = groups.slice(0, mostLines - 1).map(groupLine);
  return [...shown, `and ${(groups.length - shown.length).toLocaleString("en-US")} more application groups`];
}

type Lines = (groups: readonly GroupChanges[]) => string[];

const groupLine = (group: GroupChanges): string => `${groupName(group)}: ${changeWords(changesOf(group))}`;

/** The same in lines with ever less detail. */
const nested =
  (of: (change: ResourceChange) => string[]): Lines =>
  (groups) =>
    groups.flatMap((group) => [
      groupLine(group),
      ...group.components.flatMap(({ name, changes }) => [
        indent(`${name}: ${changeWords(changes)}`),
        ...changes.flatMap(of).map((line) => indent(indent(line))),
      ]),
    ]);

const changeLine = ({ op, name, type }: ResourceChange): string => `${verbs[op]} ${name} (${type})`;

const count = (groups: readonly GroupChanges[], of: (change: ResourceChange) => number): number =>
  groups.reduce(
    (sum, { components }) =>
      components.reduce(
        (own, { changes }) => changes.reduce((all, change) => all + of(change), own + 1),
        sum + 1,
      ),
    0,
  );

const details: readonly (readonly [(groups: readonly GroupChanges[]) => number, Lines])[] = [
  [
    (groups) => count(groups, ({ properties }) => 1 + properties.length),
    nested((change) => [changeLine(change), ...change.properties.map(propertyLine).map(indent)]),
  ],
  [(groups) => count(groups, () => 1), nested((change) => [changeLine(change)])],
  [(groups) => count(groups, () => 0), nested(() => [])],
  [({ length }) => length, (groups) => groups.map(groupLine)],
];

function propertyLine({ path, old, new: now, replaces }: PropertyChange): string {
  const values = [old, now].map((value) => (value === undefined ? undefined : shorten(value, longest)));
  const [before, after] = values;
  const change =
    before === undefined ? (after === undefined ? "" : `: ${after}`) : `: ${before} -> ${after ?? "(none)"}`;
  return `${shorten(path, longest)}${change}${replaces ? " (forces the replacement)" : ""}`;
}

const longest = 100;
const indent = (line: string) => `  ${line}`;
