import type { Layer } from "../statement/index.ts";
import { betweenRows, rowsOf } from "./alike.ts";
import { plainText } from "./escape.ts";
import { legendMarks, meanings, symbols } from "./symbol.ts";

const width = 120;
const gap = " ";

/** Who reaches whom, as a table whose columns bear the numbers of the rows. */
export function textMatrix(layer: Layer): string[] {
  const rows = rowsOf(layer);
  const between = betweenRows(layer);
  const digits = String(rows.length).length;
  const names = rows.map(({ name }, index) => `${String(index + 1).padStart(digits)} ${plainText(name)}`);
  const margin = Math.max(0, ...names.map((name) => name.length));
  const shown = rows.map((from) =>
    rows.map((to) => {
      const { mark, others } = between(from, to);
      return symbols[mark] + (others === undefined ? "" : symbols[others]);
    }),
  );
  const column = Math.max(digits, 2);
  const fit = Math.max(1, Math.floor((width - margin) / (gap.length + column)));

  const line = (name: string, texts: readonly string[]) =>
    [name.padEnd(margin), ...texts.map((text) => text.padStart(column))].join(gap).trimEnd();
  const tables: string[][] = [];
  for (let first = 0; first < rows.length; first += fit) {
    const heads = rows.slice(first, first + fit).map((_, index) => String(first + index + 1));
    const body = shown.map((texts, row) => line(names[row] ?? "", texts.slice(first, first + fit)));
    tables.push([...(first > 0 ? [""] : []), line("", heads), ...body]);
  }
  return tables.flat();
}

export const legend = `from a row to a column: ${legendMarks(true)
  .map((mark) => `${symbols[mark]} ${meanings[mark]}`)
  .join(", ")}`;

/** What a symbol after another means, where parties are counted. */
export const countedLegend = "of parties that are alike: each to itself, then to the others";
