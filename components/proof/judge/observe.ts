import type { Assumption, Network } from "../network/index.ts";
import { because, Reach, type Class } from "../reach/index.ts";
import { everyPacket, intervals, showPackets, type Packets } from "../space/index.ts";
import type { Allowed, Cell, Layer, Party, Statement } from "../statement/index.ts";
import { allowedBetween, allowedOutside, endpointsOf } from "./allowed.ts";
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

/** A cell for every two endpoints, and for each and the outside. */
function cellsOf(reach: Reach, asked: ReadonlySet<string>, scope: Packets): Cell[] {
  const found = new Map<string, Map<string, Seen>>();
  const ends = ({ spots, outside: addresses }: Class) =>
    addresses === undefined
      ? [...new Set(spots.map(({ nic }) => nic.endpoint))].filter((id) => asked.has(id))
      : [outside];
  for (const [a, b, all] of reach.pairs("maybe")) {
    const sample = { from: a, to: b, packets: intervals.intersect(all, scope) };
    if (sample.packets.length === 0) continue;
    const receivers = ends(b);
    for (const from of ends(a)) {
      let row = found.get(from);
      if (row === undefined) found.set(from, (row = new Map<string, Seen>()));
      for (const to of receivers) {
        if (from === to) continue;
        let seen = row.get(to);
        if (seen === undefined) row.set(to, (seen = new Seen()));
        seen.add(sample);
      }
    }
  }
  const cell = (from: string, to: string, seen: Seen): Cell => ({
    from,
    to,
    state: "connected",
    // Which rules let it pass is asked by reports alone.
    get passages() {
      const example = seen.example();
      const rules = example === undefined ? [] : because(reach, example.from, example.to, example.packets);
      return [{ state: "connected" as const, traffic: showPackets(seen.packets), rules }];
    },
  });
  return [...found].flatMap(([from, row]) => [...row].map(([to, seen]) => cell(from, to, seen)));
}
