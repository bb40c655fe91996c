import type { Cell, Layer, Party } from "../statement/index.ts";
import { cellsOf, markOf, type Mark } from "./symbol.ts";

/** Parties that stand in one row: what passes from and to each is the same. */
export interface Alike {
  readonly name: string;
  /** The first stands for the others. */
  readonly parties: readonly [Party, ...Party[]];
}

/** More rows than a page shows at once are worth being counted instead of read. */
export const few = 30;

/** The rows of a layer's matrix: each party, or where these are many, those that nothing tells apart as one. */
export function rowsOf(layer: Layer): Alike[] {
  const { parties } = layer;
  if (parties.length <= few) return parties.map((party) => ({ name: party.name, parties: [party] }));
  const traits = traitsOf(layer);
  const groups = Map.groupBy(parties, ({ name }) => traits.get(name));
  return [...groups.values()].map((same) => {
    const [first] = same as [Party, ...Party[]];
    const name = same.length === 1 ? first.name : `${same.length} ${plural(first)} like ${first.name}`;
    return { name, parties: same as [Party, ...Party[]] };
  });
}

const plural = ({ kind }: Party) => (kind === "outside" ? "addresses" : `${kind}s`);

/** What tells a party from others: what passes to and from each other party, and inside it. */
function traitsOf({ parties, cells }: Layer): Map<string, string> {
  const traits = new Map<string, string[]>(
    parties.map(({ name, kind, members }) => [name, [`${kind} ${members.length === 1 ? "one" : "some"}`]]),
  );
  for (const cell of cells) {
    const { from, to } = cell;
    const what = contentOf(cell);
    if (from === to) traits.get(from)?.push(JSON.stringify(["inside", what]));
    else {
      traits.get(from)?.push(JSON.stringify(["to", to, what]));
      traits.get(to)?.push(JSON.stringify(["from", from, what]));
    }
  }
  return new Map([...traits].map(([name, all]) => [name, all.sort().join("\n")]));
}

const contentOf = ({ state, passages }: Cell): string =>
  JSON.stringify([
    state,
    passages.map(({ state: each, traffic, why, owner, source }) => [each, traffic, why, owner, source]),
  ]);

/** What a matrix shows between two rows: for parties that are alike, of each to itself and to the others of its row. */
export interface Between {
  readonly mark: Mark;
  readonly cell?: Cell;
  /** From each of a row to the others of the same row, where `mark` is of each to itself. */
  readonly others?: Mark;
}

export function betweenRows(layer: Layer): (from: Alike, to: Alike) => Between {
  const cellOf = cellsOf(layer);
  return (from, to) => {
    const [a] = from.parties;
    const [b] = to.parties;
    const cell = cellOf(a.name, b.name);
    const mark = markOf(a, b, cell);
    const other = from === to ? from.parties[1] : undefined;
    return {
      mark,
      ...(cell !== undefined && { cell }),
      // Two that something passes between differ in what reaches them, and so are never in one row.
      ...(other !== undefined && { others: markOf(a, other, undefined) }),
    };
  };
}
