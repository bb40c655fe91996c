import type { Chain, Ends, Network } from "../network/index.ts";
import type { Addresses } from "../space/index.ts";
import { kindsOf } from "./kinds.ts";
import { possible, regions, Spots, type Polarity, type Spot } from "./spots.ts";

/** Addresses that nothing in a network tells apart: some of its own, or a part of the outside. */
export interface Class {
  readonly index: number;
  /** Empty where it is outside. */
  readonly spots: readonly Spot[];
  /** Outside, its addresses. */
  readonly outside?: Addresses;
  /** 1: IPv4, 2: IPv6, 3: both. A nic without address is taken to get one of each family that it can. */
  readonly families: number;
}

type Members = Readonly<Record<Polarity, ReadonlySet<number>>>;

/** A network's classes, and which of them each of its sets holds. */
export class Classes {
  readonly all: readonly Class[];
  readonly #members = new Map<Ends, Members>();

  constructor(network: Network, questions: readonly Ends[]) {
    const spots = new Spots(network);
    const kinds = kindsOf(setsOf(network, questions), spots.numbers);
    const differs = spots.all.some(({ address }) => address === undefined);
    const sure = kinds.map(({ ends }) => spots.of(ends, "sure"));
    const maybe = differs ? kinds.map(({ ends }) => spots.of(ends, "maybe")) : sure;

    const keys = spots.all.map((spot) => `${familiesOf(spot)}${spot.address === undefined ? "?" : ""}`);
    for (const [kind, members] of sure.entries())
      for (const spot of members) keys[spot] = `${keys[spot]!},${kind}`;
    if (differs)
      for (const [kind, members] of maybe.entries())
        for (const spot of members)
          if (spots.all[spot]?.address === undefined) keys[spot] = `${keys[spot]!};${kind}`;
    const classes: Omit<Class, "index">[] = [];
    const byKey = new Map<string, { readonly index: number; readonly spots: Spot[] }>();
    const classOf = spots.all.map((spot, at) => {
      const key = keys[at]!;
      let known = byKey.get(key);
      if (known === undefined) {
        const own: Spot[] = [];
        known = { index: classes.push({ spots: own, families: familiesOf(spot) }) - 1, spots: own };
        byKey.set(key, known);
      }
      known.spots.push(spot);
      return known.index;
    });
    const outsideOf: number[][] = kinds.map(() => []);
    const outside = regions(
      network.outside,
      kinds.map(({ ends }) => ends.addresses),
    );
    for (const { addresses, sets } of outside) {
      const index = classes.push({ spots: [], outside: addresses, families: familiesIn(addresses) }) - 1;
      for (const kind of sets) outsideOf[kind]?.push(index);
    }
    this.all = classes.map((one, index) => ({ index, ...one }));
    for (const [kind, { sets }] of kinds.entries()) {
      const classesOf = (found: readonly number[]) =>
        new Set([...found.map((spot) => classOf[spot]!), ...outsideOf[kind]!]);
      const certain = classesOf(sure[kind]!);
      const members = { sure: certain, maybe: differs ? classesOf(maybe[kind]!) : certain };
      for (const set of sets) this.#members.set(set, members);
    }
  }

  of(set: Ends, polarity: Polarity): ReadonlySet<number> {
    const members = this.#members.get(set);
    if (members === undefined)
      throw new RangeError("the set is neither the network's nor one of the questions");
    return members[polarity];
  }
}

function familiesOf({ nic, address }: Spot): number {
  if (address !== undefined) return address.family === 4 ? 1 : 2;
  return familiesIn(possible(nic));
}

const familiesIn = ({ v4, v6 }: Addresses): number => (v4.length > 0 ? 1 : 0) + (v6.length > 0 ? 2 : 0);

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
  for (const { guards, spares, out, in: inward, answers } of checkpoints) {
    sets.add(guards.sure).add(guards.maybe);
    if (spares !== undefined) sets.add(spares);
    take(out);
    take(inward);
    take(answers);
  }
  for (const { between } of shortcuts) for (const end of between) sets.add(end);
  return sets;
}
