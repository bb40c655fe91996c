import type { Cell, CellState, Layer, Passage } from "../statement/index.ts";
import { rowsOf, type Alike } from "./alike.ts";
import { cellsOf, isOpen, meanings } from "./symbol.ts";

/** What a map shows, before it is drawn. */
export interface Drawing {
  /** Zones with who is in them, and parties that are in none, each in a box of its own. */
  readonly boxes: readonly Box[];
  readonly outside: readonly DrawnParty[];
  /** Outside, and within reach of everybody: without arrows, which would come from everywhere. */
  readonly services: readonly (DrawnParty & { readonly label: string })[];
  readonly arrows: readonly Arrow[];
  /** How many `every` is. */
  readonly compartments: number;
}

export interface Box {
  readonly title: string;
  readonly parties: readonly DrawnParty[];
  /** One of those from which and to which an arrow of `every` goes. */
  readonly compartment: boolean;
}

/** Whether a zone is shown well enough by its one party. */
export const isAlone = ({ title, parties }: Pick<Box, "title" | "parties">): boolean =>
  parties.length === 1 && parties[0]?.name === title;

export interface DrawnParty {
  readonly name: string;
  readonly details: readonly string[];
}

/** The end of an arrow that stands for all compartments. */
export const every = Symbol("every compartment");

export interface Arrow {
  readonly from: string | typeof every;
  readonly to: string | typeof every;
  readonly state: CellState;
  readonly label: string;
  /** What it stands for, or where that are many, one of them. */
  readonly cell: Cell;
}

/** Boxes beyond which a map is no help. */
const most = 80;

/** A layer as boxes and arrows; absent where there are too many to be looked at, or nothing passes between them. */
export function drawingOf(layer: Layer): Drawing | undefined {
  const rows = rowsOf(layer);
  if (rows.length > most) return undefined;
  const cellOf = cellsOf(layer);
  const arrowsOf = (from: Alike, to: Alike): Arrow[] => {
    if (from === to) return [];
    const cell = cellOf(from.parties[0].name, to.parties[0].name);
    if (cell === undefined) return [];
    return [...Map.groupBy(cell.passages, ({ state }) => state)].map(([state, same]) => ({
      from: from.name,
      to: to.name,
      state,
      label: labelOf(state, same),
      cell,
    }));
  };

  const compartments = rows.filter((row) => isCompartment(row));
  const others = rows.filter((row) => !isCompartment(row));
  const shared = compartments.length >= 3 ? compartments : [];
  const arrows: Arrow[] = [];
  for (const from of rows) for (const to of rows) arrows.push(...arrowsOf(from, to));
  const common: Arrow[] = [];
  for (const other of others)
    for (const inward of [true, false]) {
      const all = shared.map((row) => (inward ? arrowsOf(row, other) : arrowsOf(other, row)));
      const [same] = all[0] ?? [];
      if (same === undefined || !all.every((each) => each.some((arrow) => isLike(arrow, same)))) continue;
      common.push({ ...same, ...(inward ? { from: every } : { to: every }) });
    }
  const isCommon = (arrow: Arrow) =>
    common.some(
      (each) =>
        isLike(each, arrow) &&
        ((each.from === every && each.to === arrow.to && isOneOf(shared, arrow.from)) ||
          (each.to === every && each.from === arrow.from && isOneOf(shared, arrow.to))),
    );

  if (arrows.length === 0) return undefined;
  const outside = others.filter(({ parties: [{ kind }] }) => kind === "outside");
  const insiders = others.filter(({ parties: [{ kind }] }) => kind !== "outside");
  const services = outside.flatMap((row) => {
    const fromAll = common.find(({ from, to }) => from === every && to === row.name);
    const isReached = insiders.every((other) =>
      arrowsOf(other, row).some((arrow) => fromAll !== undefined && isLike(arrow, fromAll)),
    );
    return fromAll !== undefined && isReached ? [{ ...drawn(row), label: fromAll.label }] : [];
  });
  const isService = (name: Arrow["to"]) => services.some((service) => service.name === name);
  return {
    boxes: boxesOf(insiders, compartments, common.length > 0, (row) => {
      const own = cellOf(row.parties[0].name, row.parties[0].name);
      return own !== undefined && isOpen(own);
    }),
    // Addresses that reach nobody, and that nobody reaches, are no news.
    outside: outside
      .filter(({ name }) => !isService(name) && arrows.some(({ from, to }) => from === name || to === name))
      .map((row) => drawn(row)),
    services,
    compartments: compartments.reduce((sum, { parties }) => sum + parties.length, 0),
    arrows: [...common, ...arrows.filter((arrow) => !isCommon(arrow))].filter(
      ({ to, state }) => state !== "allowed" || !isService(to),
    ),
  };
}

const isCompartment = ({ parties: [{ kind }] }: Alike) =>
  kind === "zone" || kind === "collection" || kind === "namespace";
const isLike = (a: Arrow, b: Arrow) => a.state === "allowed" && a.state === b.state && a.label === b.label;
const isOneOf = (rows: readonly Alike[], name: Arrow["from"]) => rows.some((row) => row.name === name);

function boxesOf(
  insiders: readonly Alike[],
  compartments: readonly Alike[],
  framed: boolean,
  isOpenInside: (row: Alike) => boolean,
): Box[] {
  const zoneOf = (row: Alike) => row.parties[0].zone ?? row.parties[0].name;
  return [...Map.groupBy([...insiders, ...compartments], zoneOf)].map(([zone, members]) => {
    const [first] = members;
    return {
      title: first !== undefined && first.parties.length > 1 ? first.name : zone,
      parties: members.map((row) => drawn(row, isOpenInside(row))),
      compartment: framed && members.every(isCompartment),
    };
  });
}

function drawn({ name, parties }: Alike, open = false): DrawnParty {
  const [{ kind, members, addresses }] = parties;
  const where = kind === "outside" ? addresses.filter((address) => address !== name).slice(0, 2) : [];
  const size =
    members.length < 2 || kind === "outside"
      ? []
      : [`${members.length} members${parties.length > 1 ? " each" : ""}`];
  return { name, details: [...where, ...size, ...(open ? ["open inside"] : [])] };
}

/** Words where colour alone would say it. */
function labelOf(state: CellState, passages: readonly Passage[]): string {
  const shown = [...new Set(passages.flatMap(({ traffic }) => traffic.split(", ")))];
  const traffic =
    shown.length <= 4 ? shown.join(", ") : `${shown.slice(0, 3).join(", ")} and ${shown.length - 3} more`;
  return state === "allowed" || state === "connected"
    ? traffic
    : `${meanings[state].toUpperCase()}: ${traffic}`;
}
