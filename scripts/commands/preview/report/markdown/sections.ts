import { isWrong, type Item, type Section } from "../matters/index.ts";
import { code, fence, inline } from "./escape.ts";
import type { Growth, Slot } from "./growth.ts";
import { itemParts, rowParts } from "./parts.ts";

/** A section of what matters, as slots and as what fills them. */
export interface GrowingSection {
  readonly kind: Section["kind"];
  readonly slots: readonly Slot[];
  readonly title: Growth;
  /** What each item says in a line. */
  readonly items: readonly Growth[];
  /** The same with what explains it. */
  readonly explained: readonly Growth[];
}

export function growSection(section: Section): GrowingSection {
  const { kind, title, items } = section;
  const head: Slot = { text: "" };
  const more: Slot = { text: "" };
  const slots = items.map((): Slot => ({ text: "" }));
  const missed = itemParts[kind];
  const heading = items.length === 0 ? `${inline(title)}\n\n` : `**${inline(title)}**\n\n`;
  return {
    kind,
    slots: [head, ...slots, more],
    title: {
      missed,
      size: items.length === 0 ? 1 : 0,
      make: () => [
        [head, heading],
        [more, moreOf(0, items.length)],
      ],
    },
    items: items.map((item, index) => ({
      missed,
      size: 1,
      make: () => [
        [slots[index] ?? more, itemText(section, item)],
        [more, moreOf(index + 1, items.length)],
      ],
    })),
    explained: items.flatMap((item, index) =>
      item.rows.length === 0 && item.block === undefined
        ? []
        : [
            {
              missed: rowParts,
              size: 1,
              make: () => [[slots[index] ?? more, itemText(section, item) + explanation(item)]],
            },
          ],
    ),
  };
}

/** What ends a list of which so many are shown. */
function moreOf(shown: number, all: number): string {
  if (shown === all) return all === 0 ? "" : "\n";
  return shown === 0 ? "" : `- and ${(all - shown).toLocaleString("en-US")} more\n\n`;
}

const itemText = (section: Section, { text }: Item): string =>
  `- ${isWrong(section) ? `**${inline(text)}**` : inline(text)}\n`;

function explanation({ block, rows }: Item): string {
  return [
    ...(block === undefined ? [] : [fence("text", cut(block, mostLines), "  ")]),
    ...cut(
      rows.map(
        ({ label, text, code: isCode }) => `  - ${label}: ${isCode === true ? code(text) : inline(text)}`,
      ),
      mostRows,
      "  - ",
    ).map((line) => `${line}\n`),
  ].join("");
}

const mostLines = 30;
const mostRows = 10;

/** The first and the last ones: of an error the end says as much as the start. */
function cut(lines: readonly string[], most: number, start = ""): readonly string[] {
  if (lines.length <= most) return lines;
  const half = Math.floor(most / 2);
  return [...lines.slice(0, half), `${start}… and ${lines.length - 2 * half} more …`, ...lines.slice(-half)];
}
