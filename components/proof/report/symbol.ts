import type { Cell, CellState, Layer, Party } from "../statement/index.ts";

/** What a matrix shows of two parties; `same`: the one endpoint of a party and itself, or two ends outside. */
export type Mark = CellState | "open" | "denied" | "same";

/** Told apart without colour, and one column wide. */
export const symbols: Readonly<Record<Mark, string>> = {
  allowed: "●",
  open: "■",
  connected: "●",
  denied: "·",
  missing: "○",
  excepted: "~",
  leak: "!",
  same: "",
};

export const meanings: Readonly<Record<Mark, string>> = {
  allowed: "allowed by a flow",
  open: "open inside",
  connected: "connected",
  denied: "denied",
  missing: "required but missing",
  excepted: "passes by an exception",
  leak: "leak",
  same: "not asked",
};

const legendOrder: readonly Mark[] = ["allowed", "open", "denied", "excepted", "missing", "leak"];
export const legendMarks = (asked: boolean): readonly Mark[] =>
  asked ? legendOrder : ["connected", "denied"];

/** Whether a party's own reach each other on whatever ports they like. */
export const isOpen = ({ from, to, passages }: Cell): boolean =>
  from === to &&
  passages.some(({ traffic }) => traffic.split(", ").some((part) => part === "everything" || part === "tcp"));

export function markOf(from: Party, to: Party, cell: Cell | undefined): Mark {
  if (cell !== undefined) return cell.state === "allowed" && isOpen(cell) ? "open" : cell.state;
  const alone = from.name === to.name && from.members.length === 1;
  return alone || (from.kind === "outside" && to.kind === "outside") ? "same" : "denied";
}

/**
 * A layer whose passages are asked for once, since which rules let them pass is found out then. Cells in which nothing
 * passes, and nothing has to, are denied as all that have none.
 */
export const settled = (layer: Layer): Layer => ({
  ...layer,
  cells: layer.cells
    .map(({ from, to, state, passages }) => ({ from, to, state, passages }))
    .filter(({ passages }) => passages.length > 0),
});

/** The cells of a layer by their ends. */
export function cellsOf({ cells }: Layer): (from: string, to: string) => Cell | undefined {
  const byFrom = new Map<string, Map<string, Cell>>();
  for (const cell of cells) {
    const row = byFrom.get(cell.from) ?? new Map<string, Cell>();
    byFrom.set(cell.from, row);
    row.set(cell.to, cell);
  }
  return (from, to) => byFrom.get(from)?.get(to);
}
