import type { Cell, Layer, Passage } from "../statement/index.ts";
import { few } from "./alike.ts";
import { listSome } from "./words.ts";

/** The same that passes, by the same rules, between several pairs of parties. */
export interface SharedPassages {
  readonly state: Cell["state"];
  /** Where there are very many parties, with the rules of all pairs. */
  readonly passages: readonly Passage[];
  readonly cells: readonly [Cell, ...Cell[]];
  /** Who reaches whom: those that reach the same, with whom they reach. */
  readonly ends: readonly { readonly from: readonly string[]; readonly to: readonly string[] }[];
}

/** Cells by what passes in them, the worst first: of many zones most say the same. */
export function shareCells({ cells, parties }: Pick<Layer, "cells" | "parties">): SharedPassages[] {
  const many = parties.length > few;
  const groups = Map.groupBy(cells, ({ from, to, state, passages }) =>
    JSON.stringify([state, many && state === "allowed" ? [from === to, passages.map(bare)] : passages]),
  );
  return [...groups.values()]
    .map((same) => {
      const all = same as [Cell, ...Cell[]];
      const { state } = all[0];
      return { state, passages: passagesOf(all), cells: all, ends: endsOf(all) };
    })
    .sort((a, b) => worst.indexOf(a.state) - worst.indexOf(b.state));
}

/** A passage without the rules that let it pass. */
export const bare = (passage: Passage): Passage => ({ ...passage, rules: [] });

function passagesOf(cells: readonly [Cell, ...Cell[]]): Passage[] {
  return cells[0].passages.map((passage, index) => {
    const rules = new Map<string, Passage["rules"][number]>();
    for (const cell of cells)
      for (const rule of cell.passages[index]?.rules ?? []) rules.set(`${rule.id} ${rule.text}`, rule);
    return { ...passage, rules: [...rules.values()] };
  });
}

const worst: readonly Cell["state"][] = ["leak", "missing", "excepted", "allowed", "connected"];

function endsOf(cells: readonly Cell[]): { from: string[]; to: string[] }[] {
  const own = cells.filter(({ from, to }) => from === to).map(({ from }) => ({ from: [from], to: [from] }));
  const byFrom = Map.groupBy(
    cells.filter(({ from, to }) => from !== to),
    ({ from }) => from,
  );
  const rows = [...byFrom].map(([from, row]) => ({ from, to: row.map(({ to }) => to) }));
  const shared = [...Map.groupBy(rows, ({ to }) => JSON.stringify(to)).values()].map((same) => ({
    from: same.map(({ from }) => from),
    to: same[0]?.to ?? [],
  }));
  return [...shared, ...own];
}

/** `a, b and 3 more → manager`. */
export const showEnds = ({ from, to }: SharedPassages["ends"][number], most: number, arrow = "→"): string =>
  from.length === 1 && from[0] === to[0]
    ? `inside ${from[0]}`
    : `${listSome(from, most)} ${arrow} ${listSome(to, most)}`;
