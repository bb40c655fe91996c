import type { Ends, Network, Nic } from "../network/index.ts";
import {
  everyAddress,
  includesAddresses,
  intersectAddresses,
  hasNoAddress,
  intervals,
  type Address,
  type Addresses,
} from "../space/index.ts";

/** One address of a nic, or a nic that has none yet. */
export interface Spot {
  readonly nic: Nic;
  readonly address?: Address;
}

/** `sure`: only who is certainly in a set; `maybe`: also who could be. */
export type Polarity = "sure" | "maybe";

/** Finds the spots that a set of ends holds, by halves where it names addresses. */
export class Spots {
  readonly all: readonly Spot[];
  readonly #byNic = new Map<string, number[]>();
  readonly #v4: readonly { value: number; index: number }[];
  readonly #v6: readonly { value: bigint; index: number }[];
  readonly #unaddressed: readonly number[];

  constructor(network: Network) {
    this.all = network.nics.flatMap((nic): Spot[] =>
      nic.addresses.length === 0 ? [{ nic }] : nic.addresses.map((address) => ({ nic, address })),
    );
    const [v4, v6, unaddressed]: [
      { value: number; index: number }[],
      { value: bigint; index: number }[],
      number[],
    ] = [[], [], []];
    for (const [index, { nic, address }] of this.all.entries()) {
      const own = this.#byNic.get(nic.id);
      if (own === undefined) this.#byNic.set(nic.id, [index]);
      else own.push(index);
      if (address === undefined) unaddressed.push(index);
      else if (address.family === 4) v4.push({ value: address.value, index });
      else v6.push({ value: address.value, index });
    }
    this.#v4 = v4.sort((a, b) => a.value - b.value);
    this.#v6 = v6.sort((a, b) => (a.value < b.value ? -1 : a.value > b.value ? 1 : 0));
    this.#unaddressed = unaddressed;
  }

  /** A number for each nic. */
  get numbers(): ReadonlyMap<string, number> {
    return new Map([...this.#byNic].map(([nic, [first = 0]]) => [nic, first + 1]));
  }

  /** Indices into `all`, each once. */
  of({ nics, addresses }: Ends, polarity: Polarity): number[] {
    const found: number[] = [];
    for (const nic of nics ?? []) found.push(...(this.#byNic.get(nic) ?? []));
    if (addresses === undefined) return found;
    find(this.#v4, addresses.v4, found);
    find(this.#v6, addresses.v6, found);
    for (const index of this.#unaddressed)
      if (mayHold(addresses, possible(this.all[index]!.nic), polarity)) found.push(index);
    return nics === undefined || nics.size === 0 ? found : [...new Set(found)];
  }
}

/** The addresses that a nic without one can get; none at all would make it vanish, so that is taken for any. */
export const possible = ({ within }: Nic): Addresses =>
  within === undefined || hasNoAddress(within) ? everyAddress : within;

const mayHold = (set: Addresses, possible: Addresses, polarity: Polarity): boolean =>
  polarity === "sure" ? includesAddresses(set, possible) : !hasNoAddress(intersectAddresses(set, possible));

function find<T extends number | bigint>(
  sorted: readonly { value: T; index: number }[],
  set: readonly T[],
  found: number[],
): void {
  for (const [first, end] of intervals.parts<T>(set))
    for (let at = firstAtLeast(sorted, first); at < sorted.length; at++) {
      const { value, index } = sorted[at] as { value: T; index: number };
      if (value >= end) break;
      found.push(index);
    }
}

function firstAtLeast<T extends number | bigint>(sorted: readonly { value: T }[], value: T): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as { value: T }).value < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A part of the outside in which no rule tells two addresses apart, by the sets that hold it. */
export interface Region {
  readonly addresses: Addresses;
  readonly sets: readonly number[];
}

/** Cuts the outside where a set of addresses begins or ends. */
export function regions(outside: Addresses, sets: readonly (Addresses | undefined)[]): Region[] {
  const found = new Map<string, { v4: number[]; v6: bigint[]; sets: readonly number[] }>();
  sweep(
    outside.v4,
    sets.map((set) => set?.v4 ?? []),
    (key, members, first, end) => region(found, key, members).v4.push(first, end),
  );
  sweep(
    outside.v6,
    sets.map((set) => set?.v6 ?? []),
    (key, members, first, end) => region(found, key, members).v6.push(first, end),
  );
  return [...found.values()].map(({ v4, v6, sets: members }) => ({ addresses: { v4, v6 }, sets: members }));
}

function region(
  found: Map<string, { v4: number[]; v6: bigint[]; sets: readonly number[] }>,
  key: string,
  members: ReadonlySet<number>,
) {
  const same = found.get(key);
  if (same !== undefined) return same;
  const fresh = { v4: [], v6: [], sets: [...members] };
  found.set(key, fresh);
  return fresh;
}

function sweep<T extends number | bigint>(
  whole: readonly T[],
  sets: readonly (readonly T[])[],
  take: (key: string, members: ReadonlySet<number>, first: T, end: T) => void,
): void {
  // The whole is a set of its own, to begin and to end with.
  const events = [whole, ...sets].flatMap((set, index) =>
    set.map((at, n) => ({ at, index: index - 1, enters: n % 2 === 0 })),
  );
  events.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  const members = new Set<number>();
  let inWhole = false;
  let from: T | undefined;
  for (const { at, index, enters } of events) {
    if (from !== undefined && at > from && inWhole)
      take([...members].sort((a, b) => a - b).join(), members, from, at);
    if (index < 0) inWhole = enters;
    else if (enters) members.add(index);
    else members.delete(index);
    from = at;
  }
}
