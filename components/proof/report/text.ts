import type { Finding, Layer, StatedException, Statement } from "../statement/index.ts";
import { rowsOf } from "./alike.ts";
import { withoutCommands } from "./escape.ts";
import { countedLegend, legend, textMatrix } from "./matrix.ts";
import { shareCells, showEnds } from "./passages.ts";
import { settled } from "./symbol.ts";
import { verdictOf, scope } from "./verdict.ts";
import { count, list, sentence, showPlace } from "./words.ts";

/** A statement for a terminal: the verdict, what is wrong and how to mend it, and who can reach whom. */
export function toText(statement: Statement): string {
  const { environment, leaks, missing, exceptions, assumptions, layers } = statement;
  const verdict = verdictOf(statement);
  const head = environment === undefined ? verdict.words : `${environment} ${verdict.words}`;
  const sections = [
    [head, indent(`read: ${scope(statement)}`)],
    findings(leaks, count(leaks.length, "leak")),
    findings(missing, `${count(missing.length, "requirement")} not met`),
    exceptionLines(exceptions),
    assumptions.length === 0
      ? []
      : [
          count(assumptions.length, "assumption"),
          ...assumptions.map(({ text, origin }) =>
            indent(origin === undefined ? sentence(text) : `${sentence(text)} (${origin})`),
          ),
        ],
    ...layers.map(settled).map((layer) => (environment === undefined ? connections(layer) : matrix(layer))),
  ];
  return `${sections
    .filter(({ length }) => length > 0)
    .map((lines) => lines.map(withoutCommands).join("\n"))
    .join("\n\n")}\n`;
}

/** What is wrong and how to mend it, where it is all that there is room for. */
export function toFailure(statement: Statement): string {
  const { leaks, missing } = statement;
  const sections = [
    [`${statement.environment ?? ""} ${verdictOf(statement).words}`.trim()],
    findings(leaks, count(leaks.length, "leak")),
    findings(missing, `${count(missing.length, "requirement")} not met`),
    exceptionLines(statement.exceptions),
  ];
  return sections
    .filter(({ length }) => length > 0)
    .map((lines) => lines.map(withoutCommands).join("\n"))
    .join("\n\n");
}

/** One finding, where each has a place of its own. */
export const findingText = (finding: Finding): string =>
  findingLines(finding).map(withoutCommands).join("\n");

const findings = (found: readonly Finding[], title: string): string[] =>
  found.length === 0 ? [] : [title, ...found.flatMap(findingLines).map(indent)];

function findingLines(finding: Finding): string[] {
  const { id, message, witness, because, wayOut } = finding;
  const place = showPlace(finding);
  const rules = because.map((rule) => `${rule.text}${rule.why === undefined ? "" : ` (${rule.why})`}`);
  return [
    message,
    ...labelled("example", [witness]),
    ...labelled(
      "because",
      rules.flatMap((rule, index) => [rule, `  ${because[index]?.id ?? ""}`]),
    ),
    ...labelled("way out", wayOut === undefined ? [] : [sentence(wayOut)]),
    ...labelled("place", place === undefined ? [] : [place]),
    ...labelled("id", [id]),
  ];
}

const labelled = (label: string, texts: readonly string[]): string[] =>
  texts.map((text, index) => indent(`${(index === 0 ? label : "").padEnd(7)}  ${text}`));

function exceptionLines(exceptions: readonly StatedException[]): string[] {
  if (exceptions.length === 0) return [];
  const lines = exceptions.flatMap(({ what, why, owner, expires, expired, excuses }) => [
    what,
    ...labelled("why", [why]),
    ...labelled("owner", [owner]),
    ...labelled("until", [expired ? `${expires}, EXPIRED: it excuses nothing any more` : expires]),
    ...labelled("excuses", excuses.length === 0 ? ["nothing: it can be taken away"] : excuses),
  ]);
  return [count(exceptions.length, "exception"), ...lines.map(indent)];
}

const matrix = (layer: Layer): string[] => [
  `Who can reach whom: ${layer.name}`,
  "",
  ...textMatrix(layer),
  legend,
  ...(rowsOf(layer).length === layer.parties.length ? [] : [countedLegend]),
];

/** `a -> b: tcp/80, udp/53`, for many that say the same in one line. */
function connections(layer: Layer): string[] {
  const lines = shareCells({
    ...layer,
    cells: layer.cells.map((cell) => ({
      ...cell,
      passages: cell.passages.map(({ state, traffic }) => ({ state, traffic, rules: [] })),
    })),
  })
    .flatMap(({ passages, ends }) =>
      ends.map((each) => `${showEnds(each, 5, "->")}: ${list(passages.map(({ traffic }) => traffic))}`),
    )
    .sort();
  const rest = lines.length === 0 ? "nobody can reach anybody" : "everything else is denied";
  return [`Who can reach whom: ${layer.name}`, ...[...lines, rest].map(indent)];
}

const indent = (line: string) => `  ${line}`;
