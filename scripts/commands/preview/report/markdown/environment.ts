import { changedIn, countWords, unchanged } from "../counts.ts";
import { drawnLines } from "../drawn.ts";
import { mattersOf } from "../matters/index.ts";
import type { Judged } from "../outcome.ts";
import type { EnvironmentReport } from "../report.ts";
import { growGroup, type GrowingGroup } from "./changes.ts";
import { fence, inline, summary } from "./escape.ts";
import type { Growth, Slot } from "./growth.ts";
import { parts } from "./parts.ts";
import { growSection, type GrowingSection } from "./sections.ts";

/** An environment, as slots and as what fills them. */
export interface GrowingEnvironment {
  readonly slots: readonly Slot[];
  /** Its name and what it comes to. */
  readonly head: Growth;
  /** How many resources change, where that is known. */
  readonly counts: readonly Growth[];
  readonly sections: readonly GrowingSection[];
  readonly maps: readonly Growth[];
  readonly groups: readonly GrowingGroup[];
}

export function growEnvironment({ environment, outcome }: Judged): GrowingEnvironment {
  const { name, counts, maps, groups } = environment;
  const [heading, counted]: [Slot, Slot] = [{ text: "" }, { text: "" }];
  const sections = mattersOf(environment).map(growSection);
  const drawn = maps.map(growMap);
  const grown = groups.map(growGroup);
  return {
    slots: [
      heading,
      ...sections.flatMap(({ slots }) => slots),
      counted,
      ...drawn.map(({ slot }) => slot),
      ...grown.flatMap(({ slots }) => slots),
    ],
    head: lineIn(heading, `### ${inline(`${name} ${outcome.one}`)}\n\n`, parts.environment),
    counts: environment.outcome === "failed" ? [] : [lineIn(counted, countLine(counts), parts.counts)],
    sections,
    maps: drawn.map(({ growth }) => growth),
    groups: grown,
  };
}

const lineIn = (slot: Slot, text: string, missed: Growth["missed"]): Growth => ({
  missed,
  size: 1,
  make: () => [[slot, text]],
});

const countLine = (counts: EnvironmentReport["counts"]): string =>
  `${changedIn(counts) === 0 ? unchanged(counts) : `**${countWords(counts)}**`}\n\n`;

function growMap({ layer, mermaid }: EnvironmentReport["maps"][number]): { slot: Slot; growth: Growth } {
  const slot: Slot = { text: "" };
  const lines = drawnLines(mermaid);
  const text =
    lines === undefined
      ? `The map of ${inline(layer)} is not shown: it is not one that Bulkhead draws, or too large.\n\n`
      : `<details><summary>Map of ${summary(layer)}, which has changed</summary>\n\n${fence("mermaid", lines)}\n</details>\n\n`;
  return { slot, growth: lineIn(slot, text, parts.map) };
}

/** One line for an environment that needs nobody: `- **dev**: no changes`. */
export function quietLine({ environment, outcome }: Judged): string {
  const { name, outcome: how, counts, target } = environment;
  if (how === "not built")
    return `- **${inline(name)}** ${outcome.one} (${inline(target)}), so that it has no preview\n`;
  const asides = mattersOf(environment)
    .filter(({ kind }) => kind === "limit" || kind === "note")
    .flatMap(({ items }) => items.map(({ text }) => text));
  return `- **${inline(name)}**: ${unchanged(counts)}${asides.length === 0 ? "" : `; ${inline(asides.join("; "))}`}\n`;
}
