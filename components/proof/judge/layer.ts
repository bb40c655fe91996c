import type { Network } from "../network/index.ts";
import { Reach, type Class } from "../reach/index.ts";
import { everyPacket, intervals, noPacket, type Packets } from "../space/index.ts";
import type { Finding, Layer } from "../statement/index.ts";
import { allowedBetween, allowedOutside, endpointsOf } from "./allowed.ts";
import type { Excused, Expectation, ExpectedParty, Intent } from "./expectation.ts";
import { Table } from "./table.ts";

export interface JudgedLayer {
  readonly layer: Layer;
  readonly leaks: readonly Finding[];
  readonly missing: readonly Finding[];
  /** Leaks but for an exception. */
  readonly excused: readonly Finding[];
  /** What each exception, by its number, excuses: these leaks' ids. */
  readonly excuses: ReadonlyMap<number, ReadonlySet<string>>;
}

/** A layer that was read, and what it has to let pass. */
export interface ExpectedLayer {
  readonly name: Layer["name"];
  readonly network: Network;
  readonly expectation: Expectation;
  readonly excused: readonly Excused[];
  /** The packets that the layer's firewalls decide about; all where it is not said. */
  readonly scope?: Packets;
  /** Whether an endpoint stands for many, which may talk to each other. */
  readonly symbolic?: boolean;
}

/** Compares who can reach whom in one layer with who is meant to. */
export function judgeLayer(expected: ExpectedLayer): JudgedLayer {
  const { name, network, expectation, excused, symbolic = false } = expected;
  const { parties, intents } = expectation;
  const reach = new Reach(network, [
    ...parties.map(({ ends }) => ends),
    ...[...intents, ...excused].flatMap(({ from, to }) => [from, to]),
  ]);
  const partyOf = partiesOf(reach, parties);
  const table = new Table(reach, name, partyOf);
  findLeaks(reach, expected, table);
  findMissing(reach, intents, symbolic, table);
  const endpointParty = new Map<string, string>();
  for (const one of reach.classes)
    for (const { nic } of one.spots) endpointParty.set(nic.endpoint, partyOf(one).party.name);
  return {
    layer: {
      name,
      endpoints: endpointsOf(network, (id) => endpointParty.get(id)),
      parties: parties.map(({ party }) => party),
      cells: table.cells(),
      allowed: () => allowedBetween(reach, symbolic),
      outside: () => allowedOutside(reach),
    },
    leaks: table.leaks(),
    missing: table.missing(),
    excused: table.excused(),
    excuses: table.excuses(),
  };
}

function partiesOf(reach: Reach, parties: readonly ExpectedParty[]): (one: Class) => ExpectedParty {
  const known = new Map<number, ExpectedParty>();
  for (const party of parties)
    for (const { index } of reach.within(party.ends, "sure")) if (!known.has(index)) known.set(index, party);
  return ({ index }) => {
    const party = known.get(index);
    if (party === undefined) throw new RangeError("every endpoint and address has to be of a party");
    return party;
  };
}

function findLeaks(
  reach: Reach,
  { expectation, excused, scope = everyPacket, symbolic = false }: ExpectedLayer,
  table: Table,
): void {
  const intentsFrom = bySender(reach, expectation.intents);
  const excusedFrom = bySender(reach, excused);
  // Who only may be meant is not: that would excuse what passes to others.
  const between = <T extends Intent | Excused>(all: readonly (readonly T[])[], from: Class, to: Class): T[] =>
    (all[from.index] ?? []).filter((one) => reach.holds(one.to, to, "sure"));
  const packetsOf = (all: readonly { readonly packets: Packets }[]) =>
    intervals.unionOf(all.map(({ packets }) => packets));
  for (const [from, to, passing] of reach.pairs("maybe")) {
    if (isItself(from, to) && !symbolic) continue;
    const meant = packetsOf(between(intentsFrom, from, to));
    let rest = intervals.subtract(intervals.intersect(passing, scope), meant);
    if (rest.length === 0) continue;
    const answers = answersIn(reach, from, to, rest);
    rest = intervals.subtract(rest, intervals.intersect(packetsOf(between(intentsFrom, to, from)), answers));
    const accept = (packets: Packets, index: number) => {
      const accepted = intervals.intersect(rest, packets);
      if (accepted.length > 0) table.excuse(from, to, accepted, index);
      rest = intervals.subtract(rest, accepted);
    };
    for (const { index, packets } of between(excusedFrom, from, to)) accept(packets, index);
    for (const { index, packets } of between(excusedFrom, to, from))
      accept(intervals.intersect(packets, answers), index);
    if (rest.length > 0) table.leak(from, to, rest);
  }
}

/** Those of some packets that pass only where others have come the other way before: no rule lets them as first ones. */
function answersIn(reach: Reach, from: Class, to: Class, packets: Packets): Packets {
  if (reach.shortcut(from, to, "maybe") !== undefined) return noPacket;
  const firsts = reach
    .path(from, to, "maybe")
    .reduce((left, passage) => intervals.intersect(left, reach.allowed(passage, from, to, "maybe")), packets);
  return intervals.subtract(packets, firsts);
}

function findMissing(reach: Reach, intents: readonly Intent[], symbolic: boolean, table: Table): void {
  const faces = new FacesOf(reach);
  for (const intent of intents) {
    const polarity = intent.required ? "sure" : "maybe";
    for (const from of reach.within(intent.from, "sure"))
      for (const to of reach.within(intent.to, "sure")) {
        if ((isItself(from, to) && !symbolic) || !doMeet(from, to)) continue;
        const passing = intervals.intersect(intent.packets, reach.between(from, to, polarity));
        let lost = intent.required ? intervals.subtract(intent.packets, passing) : noPacket;
        if (lost.length > 0) lost = faces.lostByAll(from, to, lost);
        table.meant(from, to, intent, passing, lost);
      }
  }
}

/** The faces of what is reached: a flow passes that passes by one of them. */
class FacesOf {
  readonly #reach: Reach;
  /** By the nic whose faces they are. */
  readonly #faces = new Map<string, { readonly nic: string; readonly of: Class }[]>();

  constructor(reach: Reach) {
    this.#reach = reach;
    for (const of of reach.classes)
      for (const { nic } of of.spots) {
        const own = this.#faces.get(nic.faceOf ?? nic.id);
        if (own === undefined) this.#faces.set(nic.faceOf ?? nic.id, [{ nic: nic.id, of }]);
        else own.push({ nic: nic.id, of });
      }
  }

  /** Of packets that do not pass between two classes, those that pass by no other faces of all their members either. */
  lostByAll(from: Class, to: Class, packets: Packets): Packets {
    let lost = noPacket;
    for (const senders of this.#facesOf(from))
      for (const receivers of this.#facesOf(to)) {
        let rest = packets;
        for (const one of senders)
          for (const other of receivers) {
            if (rest.length === 0) break;
            if ((one === from && other === to) || !doMeet(one, other) || isItself(one, other)) continue;
            rest = intervals.subtract(rest, this.#reach.between(one, other, "sure"));
          }
        lost = intervals.union(lost, rest);
      }
    return lost;
  }

  /** The classes in which the members of a class are, for members that are in the same ones once. */
  #facesOf(one: Class): Class[][] {
    if (one.outside !== undefined) return [[one]];
    const found = new Map<string, Class[]>();
    for (const { nic } of one.spots) {
      const others = this.#faces.get(nic.faceOf ?? nic.id) ?? [];
      const classes = new Set([one, ...others.flatMap((face) => (face.nic === nic.id ? [] : [face.of]))]);
      found.set([...classes].map(({ index }) => index).join(), [...classes]);
    }
    return [...found.values()];
  }
}

/** What passes between two outside, or between IPv4 and IPv6, is no business of the network's. */
const doMeet = (from: Class, to: Class): boolean =>
  from.spots.length + to.spots.length > 0 && (from.families & to.families) > 0;

function bySender<T extends Pick<Intent, "from">>(reach: Reach, all: readonly T[]): T[][] {
  const lists: T[][] = reach.classes.map(() => []);
  for (const one of all) for (const { index } of reach.within(one.from, "sure")) lists[index]?.push(one);
  return lists;
}

/** Whether there is nobody but one and the same at both ends, with whichever of its addresses. */
function isItself(from: Class, to: Class): boolean {
  const endpoints = new Set([...from.spots, ...to.spots].map(({ nic }) => nic.endpoint));
  return from.outside === undefined && to.outside === undefined && endpoints.size === 1;
}
