import type { Chain, Ends, Network } from "../network/index.ts";
import type { Addresses } from "../space/index.ts";
import { regions, Spots, type Polarity, type Spot } from "./spots.ts";

/** Addresses that nothing in a network tells apart: some of its own, or a part of the outside. */
export interface Class {
  readonly index: number;
  /** Empty where it is outside. */
  readonly spots: readonly Spot[];
  /** Outside, its addresses. */
  readonly outside?: Addresses;
  /** 1: IPv4, 2: IPv6; both where an address is not known. */
  readonly families: number;
}

/** A network's classes, and which of them each of its sets holds. */
export class Classes {
  readonly all: readonly Class[];
  readonly #members = new Map<Ends, Readonly<Record<Polarity, ReadonlySet<number>>>>();

  constructor(network: Network, questions: readonly Ends[]) {
    const sets = [...setsOf(network, questions)];
    const spots = new Spots(network);
    const differs = spots.all.some(({ address }) => address === undefined);
    const sure = sets.map((set) => spots.of(set, "sure"));
    const maybe = differs ? sets.map((set) => spots.of(set, "maybe")) : sure;

    const keys = spots.all.map(({ address }) => (address === undefined ? "0" : String(address.family)));
    for (const [set, members] of sure.entries())
      for (const spot of members) keys[spot] = `${keys[spot] ?? ""},${set}`;
    if (differs)
      for (const [set, members] of maybe.entries())
        for (const spot of members)
          if (spots.all[spot]?.address === undefined) keys[spot] = `${keys[spot] ?? ""};${set}`;
    const classes: { spots: Spot[]; outside?: Addresses; families: number }[] = [];
    const byKey = new Map<string, number>();
    const classOf = spots.all.map((spot, index) => {
      const key = keys[index]!;
      let known = byKey.get(key);
      if (known === undefined) {
        known = classes.push({ spots: [], families: familiesOf(spot) }) - 1;
        byKey.set(key, known);
      }
      classes[known]?.spots.push(spot);
      return known;
    });
    const outside = regions(
      network.outside,
      sets.map(({ addresses }) => addresses),
    );
    const outsideOf: number[][] = sets.map(() => []);
    for (const { addresses, sets: holding } of outside) {
      const index =
        classes.push({
          spots: [],
          outside: addresses,
          families: (addresses.v4.length > 0 ? 1 : 0) + (addresses.v6.length > 0 ? 2 : 0),
        }) - 1;
      for (const set of holding) outsideOf[set]?.push(index);
    }
    this.all = classes.map((one, index) => ({ index, ...one }));
    for (const [index, set] of sets.entries()) {
      const classesOf = (members: readonly number[] = []) =>
        new Set([...members.map((spot) => classOf[spot]!), ...(outsideOf[index] ?? [])]);
      const certain = classesOf(sure[index]);
      this.#members.set(set, { sure: certain, maybe: differs ? classesOf(maybe[index]) : certain });
    }
  }

  of(set: Ends, polarity: Polarity): ReadonlySet<number> {
    const members = this.#members.get(set);
    if (members === undefined)
      throw new RangeError("the set is neither the network's nor one of the questions");
    return members[polarity];
  }
}

const familiesOf = ({ address }: Spot): number => (address === undefined ? 3 : address.family === 4 ? 1 : 2);

/** All sets that a network's parts and the questions name, each once. */
function setsOf({ checkpoints, shortcuts = [] }: Network, questions: readonly Ends[]): Set<Ends> {
  const sets = new Set<Ends>(questions);
  const chains = new Set<Chain>();
  const take = (chain: Chain | undefined) => {
    if (chain === undefined || chains.has(chain)) return;
    chains.add(chain);
    for (const { from, to, action } of chain.rules) {
      sets.add(from.sure).add(from.maybe).add(to.sure).add(to.maybe);
      if (typeof action !== "string") take(action);
    }
  };
  for (const { guards, spares, out, in: inward } of checkpoints) {
    sets.add(guards.sure).add(guards.maybe);
    if (spares !== undefined) sets.add(spares);
    take(out);
    take(inward);
  }
  for (const { between } of shortcuts) for (const end of between) sets.add(end);
  return sets;
}
