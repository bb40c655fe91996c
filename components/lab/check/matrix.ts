import type { Cell, Check } from "./verdict.ts";

const width = 120;
const gap = "  ";

/** Who reaches whom, as a table whose columns bear the numbers of the rows. */
export function matrixOf({ parties, cells }: Pick<Check, "parties" | "cells">): string {
  const byEnds = new Map(cells.map((cell) => [`${cell.from} -> ${cell.to}`, cell]));
  const digits = String(parties.length).length;
  const names = parties.map((name, index) => `${String(index + 1).padStart(digits)} ${name}`);
  const margin = Math.max(...names.map((name) => name.length));
  const shown = parties.map((from) => parties.map((to) => showCell(byEnds.get(`${from} -> ${to}`))));
  // One more for the mark, which stands to the right of what is aligned.
  const column = Math.max(digits, ...shown.flat().map((cell) => cell.replace("!", "").length)) + 1;
  const fit = Math.max(1, Math.floor((width - margin) / (gap.length + column)));

  const line = (name: string, texts: readonly string[]) =>
    [name.padEnd(margin), ...texts.map((text) => (text.endsWith("!") ? text : `${text} `).padStart(column))]
      .join(gap)
      .trimEnd();
  const tables: string[] = [];
  for (let first = 0; first < parties.length; first += fit) {
    const heads = parties.slice(first, first + fit).map((_, index) => String(first + index + 1));
    const rows = shown.map((texts, row) => line(names[row] ?? "", texts.slice(first, first + fit)));
    tables.push([line("", heads), ...rows].join("\n"));
  }
  return tables.join("\n\n");
}

export const legend =
  "from a row to a column: how many of the flows' traffics passed, all in an open zone, · none; ! is a surprise";

function showCell(cell: Cell | undefined): string {
  if (cell === undefined) return "";
  const { open, surprises } = cell;
  const what = open === "all" ? open : open.length === 0 ? "·" : String(open.length);
  return surprises > 0 ? `${what}!` : what;
}
