import { plainText } from "../../../../components/proof/report/escape.ts";
import { list } from "../../../../components/proof/report/words.ts";
import { growEnvironment, quietLine, type GrowingEnvironment } from "./markdown/environment.ts";
import { inline } from "./markdown/escape.ts";
import { grow, type Document, type Growth, type Slot, type Stage } from "./markdown/growth.ts";
import { parts } from "./markdown/parts.ts";
import { removedWords } from "./counts.ts";
import type { GrowingSection } from "./markdown/sections.ts";
import { isQuiet } from "./matters/index.ts";
import { comparison, headline, judgedOf, type Judged } from "./outcome.ts";
import type { Report } from "./report.ts";

/** What GitHub takes at most in a comment: its refusal says "Body is too long (maximum is 65536 characters)". */
const longest = 65_536;

/**
 * A report as one comment: first what a reviewer has to know, then, folded, what changes. It is never longer than
 * `limit`; what is missing then is the least important, and it says so.
 */
export function toMarkdown(report: Report, limit = longest): string {
  const judged = judgedOf(report);
  return grow(documentOf(report, judged), limit) ?? shortest(judged, limit);
}

function documentOf(report: Report, judged: readonly Judged[]): Document {
  const loud = judged.filter(({ environment }) => !isQuiet(environment)).map(growEnvironment);
  const quiet = judged
    .filter(({ environment }) => isQuiet(environment))
    // Without a title they would be read as the last one's.
    .map((one, index) =>
      lineOf(`${index === 0 && loud.length > 0 ? "### The others\n\n" : ""}${quietLine(one)}`),
    );
  const compared = lineOf(`${inline(upper(comparison(report, judged)))}.\n\n`, parts.comparison);
  const { removed = [] } = report;
  const gone = removed.length === 0 ? [] : [lineOf(`**${inline(removedWords(removed))}.**\n\n`)];
  const untouched = report.untouched.length === 0 ? [] : [lineOf(untouchedLine(report))];
  return {
    slots: [
      { text: `## ${inline(`Preview: ${headline(judged)}`)}\n\n` },
      compared.slot,
      ...gone.map(({ slot }) => slot),
      ...loud.flatMap(({ slots }) => slots),
      ...quiet.map(({ slot }) => slot),
      ...untouched.map(({ slot }) => slot),
    ],
    stages: [
      { growths: loud.map(({ head }) => head) },
      ...mattersStages(loud, wrong),
      {
        growths: [
          ...gone.map(({ growth }) => growth),
          compared.growth,
          ...loud.flatMap(({ counts }) => counts),
        ],
      },
      ...mattersStages(loud, others),
      { growths: [...quiet, ...untouched].map(({ growth }) => growth) },
      ...changeStages(loud),
    ],
  };
}

type Kinds = readonly GrowingSection["kind"][];

/** From what is dropped last on. */
const wrong: readonly Kinds[] = [["failure", "new finding"], ["old finding"]];
const others: readonly Kinds[] = [["data", "machine", "reach"], ["exception"], ["limit"], ["note"]];

function mattersStages(loud: readonly GrowingEnvironment[], byImportance: readonly Kinds[]): Stage[] {
  const sections = loud.flatMap((environment) => environment.sections);
  return byImportance.flatMap((kinds) => {
    const own = sections.filter(({ kind }) => kinds.includes(kind));
    return [
      { growths: own.map(({ title }) => title) },
      { growths: own.flatMap(({ items }) => items) },
      { growths: own.flatMap(({ explained }) => explained) },
    ];
  });
}

function changeStages(loud: readonly GrowingEnvironment[]): Stage[] {
  const groups = loud.flatMap((environment) => environment.groups);
  const weighed = (of: "names" | "properties"): Stage => ({
    growths: groups.flatMap((group) => group[of]).sort((a, b) => a.weight - b.weight),
    independent: true,
  });
  return [
    { growths: groups.map(({ line }) => line) },
    { growths: groups.map(({ components }) => components), independent: true },
    { growths: loud.flatMap(({ maps }) => maps), independent: true },
    weighed("names"),
    weighed("properties"),
  ];
}

function lineOf(
  text: string,
  missed: Growth["missed"] = parts.environment,
): { readonly slot: Slot; readonly growth: Growth } {
  const slot: Slot = { text: "" };
  return { slot, growth: { missed, size: 1, make: () => [[slot, text]] } };
}

const untouchedLine = ({ untouched }: Report): string =>
  `\nNot touched by this change, and so not previewed: ${inline(list(untouched))}.\n`;

/** As much of the headline as there is room for. */
function shortest(judged: readonly Judged[], limit: number): string {
  const worst = judged[0];
  const candidates = [
    `## ${inline(`Preview: ${headline(judged)}`)}\n`,
    ...(worst === undefined
      ? []
      : [`## Preview: of ${judged.length}, at worst one ${plainText(worst.outcome.one)}\n`]),
    "## Preview\n",
    "",
  ];
  return candidates.find(({ length }) => length <= limit) ?? "";
}

const upper = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
