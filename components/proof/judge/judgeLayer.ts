import type { Network } from "../network/index.ts";
import { because, Reach, witness, type Class } from "../reach/index.ts";
import {
  anAddress,
  everyPacket,
  intervals,
  noPacket,
  packetsOfProtocols,
  protocol,
  showAddress,
  showPackets,
  type Packets,
} from "../space/index.ts";
import type { Cell, CellState, Finding, Layer, Passage } from "../statement/index.ts";
import { allowedBetween, allowedOutside, endpointsOf } from "./allowed.ts";
import type { Excused, Expectation, ExpectedParty, Intent, Reason } from "./expectation.ts";

export interface JudgedLayer {
  readonly layer: Layer;
  readonly leaks: readonly Finding[];
  readonly missing: readonly Finding[];
  /** Leaks but for an exception. */
  readonly excused: readonly Finding[];
  /** What each exception, by its number, excuses: these leaks' ids. */
  readonly excuses: ReadonlyMap<number, ReadonlySet<string>>;
}

export interface LayerOptions {
  readonly name: Layer["name"];
  readonly network: Network;
  readonly expectation: Expectation;
  readonly excused: readonly Excused[];
  /** The packets that the layer's firewalls decide about; all where it is not said. */
  readonly scope?: Packets;
  /** Whether an endpoint stands for many, which may talk to each other. */
  readonly symbolic?: boolean;
}

/** Packets with nothing in them that tells an answer from the first one of a connection. */
const unmarked = intervals.subtract(
  everyPacket,
  packetsOfProtocols([protocol.icmp, protocol.tcp, protocol.udp]),
);

/** Compares who can reach whom in one layer with who is meant to. */
export function judgeLayer(options: LayerOptions): JudgedLayer {
  const { name, network, expectation, excused, symbolic = false } = options;
  const { parties, intents } = expectation;
  const reach = new Reach(network, [
    ...parties.map(({ ends }) => ends),
    ...[...intents, ...excused].flatMap(({ from, to }) => [from, to]),
  ]);
  const partyOf = partiesOf(reach, parties);
  const table = new Table(reach, name, partyOf);
  findLeaks(reach, options, table);
  findMissing(reach, intents, table);
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
    for (const { index } of reach.within(party.ends)) if (!known.has(index)) known.set(index, party);
  return ({ index }) => {
    const party = known.get(index);
    if (party === undefined) throw new RangeError("every endpoint and address has to be of a party");
    return party;
  };
}

function findLeaks(
  reach: Reach,
  { expectation, excused, scope = everyPacket, symbolic = false }: LayerOptions,
  table: Table,
): void {
  const intentsFrom = byClass(reach, expectation.intents);
  const excusedFrom = byClass(reach, excused);
  const between = <T extends Intent | Excused>(all: readonly (readonly T[])[], from: Class, to: Class): T[] =>
    (all[from.index] ?? []).filter((one) => reach.holds(one.to, to));
  const packetsOf = (all: readonly { readonly packets: Packets }[]) =>
    intervals.unionOf(all.map(({ packets }) => packets));
  for (const [from, to, passing] of reach.pairs("maybe")) {
    if (isItself(from, to) && !symbolic) continue;
    const meant = packetsOf(between(intentsFrom, from, to));
    const answers = intervals.intersect(packetsOf(between(intentsFrom, to, from)), unmarked);
    let rest = intervals.subtract(intervals.intersect(passing, scope), intervals.union(meant, answers));
    for (const { index, packets } of between(excusedFrom, from, to)) {
      const accepted = intervals.intersect(rest, packets);
      if (accepted.length > 0) table.excuse(from, to, accepted, index);
      rest = intervals.subtract(rest, packets);
    }
    if (rest.length > 0) table.leak(from, to, rest);
  }
}

function findMissing(reach: Reach, intents: readonly Intent[], table: Table): void {
  for (const intent of intents)
    for (const from of reach.within(intent.from))
      for (const to of reach.within(intent.to)) {
        if (isItself(from, to) || (from.families & to.families) === 0) continue;
        if (
          !intent.required &&
          intervals.intersect(intent.packets, reach.between(from, to, "maybe")).length === 0
        )
          continue;
        const lost = intent.required
          ? intervals.subtract(intent.packets, reach.between(from, to, "sure"))
          : noPacket;
        table.meant(from, to, intent, lost);
      }
}

function byClass<T extends { readonly from: Intent["from"] }>(reach: Reach, all: readonly T[]): T[][] {
  const lists: T[][] = reach.classes.map(() => []);
  for (const one of all) for (const { index } of reach.within(one.from)) lists[index]?.push(one);
  return lists;
}

/** Whether there is nobody but one and the same at both ends. */
const isItself = (from: Class, to: Class): boolean =>
  from === to && new Set(from.spots.map(({ nic }) => nic.endpoint)).size === 1;

/** Two classes between which something was seen. */
type Example = readonly [Class, Class];

interface Seen {
  packets: Packets;
  readonly example: Example;
}

interface Row {
  readonly from: ExpectedParty;
  readonly to: ExpectedParty;
  leak?: Seen;
  readonly excused: Map<number, Seen>;
  readonly intents: Map<Intent, { readonly example: Example; lost: Packets; lostExample?: Example }>;
}

/** What was seen between each two parties. */
class Table {
  readonly #reach: Reach;
  readonly #layer: Layer["name"];
  readonly #partyOf: (one: Class) => ExpectedParty;
  readonly #rows = new Map<string, Row>();

  constructor(reach: Reach, layer: Layer["name"], partyOf: (one: Class) => ExpectedParty) {
    this.#reach = reach;
    this.#layer = layer;
    this.#partyOf = partyOf;
  }

  leak(from: Class, to: Class, packets: Packets): void {
    const row = this.#row(from, to);
    if (row.leak === undefined) row.leak = { packets, example: [from, to] };
    else row.leak.packets = intervals.union(row.leak.packets, packets);
  }

  excuse(from: Class, to: Class, packets: Packets, index: number): void {
    const { excused } = this.#row(from, to);
    const seen = excused.get(index);
    if (seen === undefined) excused.set(index, { packets, example: [from, to] });
    else seen.packets = intervals.union(seen.packets, packets);
  }

  meant(from: Class, to: Class, intent: Intent, lost: Packets): void {
    const { intents } = this.#row(from, to);
    let seen = intents.get(intent);
    if (seen === undefined) intents.set(intent, (seen = { example: [from, to], lost: noPacket }));
    if (lost.length === 0) return;
    seen.lost = intervals.union(seen.lost, lost);
    seen.lostExample ??= [from, to];
  }

  cells(): Cell[] {
    return [...this.#rows.values()].map((row) => {
      const passages = () => this.#passages(row);
      return {
        from: row.from.party.name,
        to: row.to.party.name,
        state: stateOf(row),
        // Which rule lets each flow pass is asked by reports alone.
        get passages() {
          return passages();
        },
      };
    });
  }

  leaks(): Finding[] {
    return [...this.#rows.values()].flatMap((row) =>
      row.leak === undefined ? [] : [this.#leakFinding(row, row.leak)],
    );
  }

  missing(): Finding[] {
    return [...this.#rows.values()].flatMap((row) => {
      const lost = [...row.intents].flatMap(([intent, seen]) =>
        seen.lostExample === undefined ? [] : [{ intent, packets: seen.lost, example: seen.lostExample }],
      );
      return lost.length === 0 ? [] : [this.#missingFinding(row, lost)];
    });
  }

  excused(): Finding[] {
    return [...this.#rows.values()].flatMap((row) =>
      [...row.excused.values()].map((seen) => this.#leakFinding(row, seen)),
    );
  }

  excuses(): Map<number, Set<string>> {
    const found = new Map<number, Set<string>>();
    for (const row of this.#rows.values())
      for (const index of row.excused.keys()) {
        const ids = found.get(index) ?? new Set<string>();
        found.set(index, ids.add(this.#id(row)));
      }
    return found;
  }

  #row(from: Class, to: Class): Row {
    const [one, other] = [this.#partyOf(from), this.#partyOf(to)];
    const key = `${one.party.name}\n${other.party.name}`;
    let row = this.#rows.get(key);
    if (row === undefined) {
      row = { from: one, to: other, excused: new Map(), intents: new Map() };
      this.#rows.set(key, row);
    }
    return row;
  }

  #id({ from, to }: Row): string {
    return `${this.#layer}/${slug(from.party.name)}/${slug(to.party.name)}`;
  }

  #leakFinding(row: Row, { packets, example: [from, to] }: Seen): Finding {
    const one = witness(packets);
    return {
      id: this.#id(row),
      layer: this.#layer,
      from: row.from.party.name,
      to: row.to.party.name,
      message: `${row.from.party.name} can reach ${row.to.party.name} on ${showPackets(packets)}, which no flow allows`,
      packets,
      witness: this.#packet(from, to, one),
      because: because(this.#reach, from, to, one),
      wayOut:
        "take out what lets it, or write a flow for it in the stack file; an exception there accepts it for a time",
      place: row.to.place.length > 0 ? row.to.place : row.from.place,
    };
  }

  #missingFinding(
    row: Row,
    lost: readonly { intent: Intent; packets: Packets; example: Example }[],
  ): Finding {
    const packets = intervals.unionOf(lost.map((one) => one.packets));
    const [
      {
        example: [from, to],
      },
    ] = lost as [(typeof lost)[number]];
    const one = witness(lost[0]?.packets ?? packets);
    const reasons = lost.flatMap(({ intent, packets: own }) =>
      intent.reasons.filter((reason) => intervals.intersect(reason.packets, own).length > 0),
    );
    const whys = [...new Set(reasons.map(({ why }) => why))];
    return {
      id: this.#id(row),
      layer: this.#layer,
      from: row.from.party.name,
      to: row.to.party.name,
      message: `${row.from.party.name} cannot be sure to reach ${row.to.party.name} on ${showPackets(packets)}, which is needed: ${whys.join("; ")}`,
      packets,
      witness: this.#packet(from, to, one),
      because: because(this.#reach, from, to, one),
      wayOut: "add what lets it pass at both ends, or take the flow out of the stack file",
      place: row.from.place.length > 0 ? row.from.place : row.to.place,
    };
  }

  #packet(from: Class, to: Class, packets: Packets): string {
    return `${showEnd(from, 0)} -> ${showEnd(to, from === to ? 1 : 0)}, ${showPackets(packets)}`;
  }

  #passages(row: Row): Passage[] {
    const rules = ([from, to]: Example, packets: Packets) => because(this.#reach, from, to, witness(packets));
    const passages: Passage[] = [];
    if (row.leak !== undefined)
      passages.push({
        state: "leak",
        traffic: showPackets(row.leak.packets),
        rules: rules(row.leak.example, row.leak.packets),
      });
    for (const [index, { packets, example }] of row.excused)
      passages.push({
        state: "excepted",
        traffic: showPackets(packets),
        why: `exceptions[${index}] of the stack file`,
        rules: rules(example, packets),
      });
    for (const [{ reasons }, { example, lost, lostExample }] of row.intents)
      for (const reason of reasons) {
        const isLost = intervals.intersect(reason.packets, lost).length > 0;
        const at = isLost ? (lostExample ?? example) : example;
        passages.push({
          ...passageOf(reason),
          state: isLost ? "missing" : "allowed",
          rules: rules(at, reason.packets),
        });
      }
    return passages;
  }
}

const passageOf = ({ packets, why, owner, source }: Reason): Omit<Passage, "state" | "rules"> => ({
  traffic: showPackets(packets),
  why,
  ...(owner === undefined ? {} : { owner }),
  ...(source === undefined ? {} : { source }),
});

function stateOf({ leak, excused, intents }: Row): CellState {
  if (leak !== undefined) return "leak";
  if ([...intents.values()].some(({ lost }) => lost.length > 0)) return "missing";
  return excused.size > 0 ? "excepted" : "allowed";
}

/** A part of a finding's id: exceptions name it. */
const slug = (text: string): string => text.replaceAll(/[\s/]+/g, "-");

function showEnd({ spots, outside }: Class, at: number): string {
  const spot = spots[at] ?? spots[0];
  if (spot !== undefined)
    return spot.address === undefined
      ? spot.nic.endpoint
      : `${spot.nic.endpoint} (${showAddress(spot.address)})`;
  const address = outside === undefined ? undefined : anAddress(outside);
  return address === undefined ? "outside" : showAddress(address);
}
