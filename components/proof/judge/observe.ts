import type { Assumption, Network } from "../network/index.ts";
import { because, Reach } from "../reach/index.ts";
import { everyPacket, intervals, showPackets, type Packets } from "../space/index.ts";
import type { Allowed, Cell, Layer, Party, Passage, Statement } from "../statement/index.ts";
import { allowedBetween, allowedOutside, endpointsIn, endpointsOf } from "./allowed.ts";
import { Seen } from "./seen.ts";

export interface Observed {
  readonly name: Layer["name"];
  readonly network: Network;
  /** What was read, for people. */
  readonly source: string;
  /** The packets that the layer's firewalls decide about; all where it is not said. */
  readonly scope?: Packets;
  /** The kind of endpoints that are asked about, where others are only part of what decides. */
  readonly kind?: string;
  /** Whether each always reaches itself, whatever firewalls there are; that is then said too. */
  readonly itself?: boolean;
}

const outside = "outside";

/** Who can reach whom, where nobody has said who should. */
export function observe(observed: Observed): Statement {
  const { network, name, source, scope = everyPacket, itself = false } = observed;
  const reach = new Reach(network);
  const endpoints = endpointsOf(network, (id) => id).filter(({ kind }) => kind === (observed.kind ?? kind));
  const asked = new Set(endpoints.map(({ id }) => id));
  function* scoped(all: Iterable<Allowed>, isAsked: (one: Allowed) => boolean): Generator<Allowed> {
    for (const one of all) {
      const packets = intervals.intersect(one.packets, scope);
      if (packets.length > 0 && isAsked(one)) yield { ...one, packets };
    }
  }
  const own = itself ? endpoints.map(({ id }) => ({ from: id, to: id, packets: scope })) : [];
  return {
    source,
    layers: [
      {
        name,
        endpoints,
        parties: [
          ...endpoints.map(({ id, addresses }): Party => ({
            name: id,
            kind: "endpoint",
            members: [id],
            addresses,
          })),
          { name: outside, kind: "outside", members: [], addresses: [] },
        ],
        cells: cellsOf(reach, asked, scope),
        allowed: () => [
          ...own,
          ...scoped(allowedBetween(reach, false), ({ from, to }) => asked.has(from) && asked.has(to)),
        ],
        outside: () => scoped(allowedOutside(reach), ({ from, to }) => asked.has(from) || asked.has(to)),
      },
    ],
    leaks: [],
    excused: [],
    missing: [],
    exceptions: [],
    assumptions: [...network.assumptions, ...unlisted(network, asked)],
  };
}

function unlisted({ endpoints }: Network, asked: ReadonlySet<string>): Assumption[] {
  const others = endpoints.filter(({ id }) => !asked.has(id)).map(({ id }) => id);
  if (others.length === 0) return [];
  const more = others.length > 5 ? ` and ${others.length - 5} more` : "";
  return [
    { text: `who reaches ${others.slice(0, 5).join(", ")}${more}, and whom they reach, is not listed` },
  ];
}

/** A cell for every two endpoints, and for each and the outside. There may be millions, which share what is alike. */
function cellsOf(reach: Reach, asked: ReadonlySet<string>, scope: Packets): Cell[] {
  const ends = new Map(
    reach.classes.map((one) => [
      one,
      one.outside === undefined ? endpointsIn(one).filter((id) => asked.has(id)) : [outside],
    ]),
  );
  const found = new Map<string, Map<string, Seen>>();
  for (const [from, to, all] of reach.pairs("maybe")) {
    const sample = { from, to, packets: intervals.intersect(all, scope) };
    if (sample.packets.length === 0) continue;
    const alone = new Seen(sample);
    for (const sender of ends.get(from) ?? []) {
      let row = found.get(sender);
      if (row === undefined) found.set(sender, (row = new Map<string, Seen>()));
      for (const receiver of ends.get(to) ?? []) {
        if (sender === receiver) continue;
        const known = row.get(receiver);
        if (known === undefined) row.set(receiver, alone);
        else if (!known.has(sample.packets)) row.set(receiver, known.with(sample));
      }
    }
  }
  return [...found].flatMap(([from, row]) =>
    [...row].map(([to, seen]) => new ObservedCell(reach, from, to, seen)),
  );
}

class ObservedCell implements Cell {
  readonly state = "connected";
  readonly from: string;
  readonly to: string;
  readonly #reach: Reach;
  readonly #seen: Seen;

  constructor(reach: Reach, from: string, to: string, seen: Seen) {
    this.from = from;
    this.to = to;
    this.#reach = reach;
    this.#seen = seen;
  }

  // Which rules let it pass is asked by reports alone.
  get passages(): Passage[] {
    const example = this.#seen.example();
    const rules =
      example === undefined ? [] : because(this.#reach, example.from, example.to, example.packets);
    return [{ state: "connected", traffic: showPackets(this.#seen.packets), rules }];
  }
}
