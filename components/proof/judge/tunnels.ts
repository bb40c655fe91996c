import { management, type Host, type Plan } from "../../plan/index.ts";
import type { Assumption, Network } from "../network/index.ts";
import { Reach, type Class } from "../reach/index.ts";
import { intervals, packets, protocol, showPackets, type Packets } from "../space/index.ts";
import type { Finding } from "../statement/index.ts";
import { compartmentsOf, type Compartment } from "./compartments.ts";
import { idOf } from "./parties.ts";

/** Whether a machine forwards packets that are not its own; undefined where that is not known. By machine. */
export type Forwarding = ReadonlyMap<string, boolean | undefined>;

/**
 * What carries pods' packets between nodes: IP-in-IP and VXLAN. To a firewall such a packet is the outer one, whatever
 * is in it, and who takes the inner one out may send it on, inside another.
 */
const overlay: Packets = intervals.union(packets(protocol.ipip), packets(protocol.udp, 4789, 4789));

/** Machines that are alike: of one compartment, and forwarding or not. */
interface Kind {
  readonly host: Host;
  readonly compartment: Compartment;
  readonly forwards: boolean | undefined;
}

/** To whom a class can send tunnels' packets. */
type Carried = ReadonlyMap<Class, ReadonlyMap<Class, Packets>>;

/**
 * Pivots: machines of one compartment that reach those of another, which they may not, through a third that takes their
 * packets out of one tunnel and puts them into the next.
 */
export function judgeTunnels(
  plan: Plan,
  network: Network,
  forwarding: Forwarding,
): { leaks: Finding[]; assumptions: Assumption[] } {
  const { kindOf, carried } = read(plan, network, forwarding);
  const excused = new Set(
    plan.exceptions.flatMap((exception) => (exception.kind === "finding" ? [exception.finding] : [])),
  );
  return { leaks: bounded(pivots(kindOf, carried), excused), assumptions: costs(kindOf, carried) };
}

function read(plan: Plan, network: Network, forwarding: Forwarding) {
  const compartmentOf = compartmentsOf(plan);
  const nics = Map.groupBy(network.nics, ({ endpoint }) => endpoint);
  const kinds = [
    ...Map.groupBy(plan.hosts, (host) =>
      [compartmentOf(host).name, forwarding.get(host.name) ?? "unknown"].join("\n"),
    ).values(),
  ].map((hosts) => ({
    hosts,
    ends: { nics: new Set(hosts.flatMap(({ name }) => (nics.get(name) ?? []).map(({ id }) => id))) },
  }));
  const reach = new Reach(
    network,
    kinds.map(({ ends }) => ends),
  );
  const byName = new Map(plan.hosts.map((host) => [host.name, host]));
  const kindOf = ({ spots }: Class): Kind | undefined => {
    const host = byName.get(spots[0]?.nic.endpoint ?? "");
    if (host === undefined) return undefined;
    return { host, compartment: compartmentOf(host), forwards: forwarding.get(host.name) };
  };
  const carried = new Map<Class, Map<Class, Packets>>();
  for (const [from, to, passing] of reach.pairs("maybe")) {
    const tunnels = intervals.intersect(passing, overlay);
    if (tunnels.length === 0 || kindOf(from) === undefined || kindOf(to) === undefined) continue;
    const receivers = carried.get(from);
    if (receivers === undefined) carried.set(from, new Map([[to, tunnels]]));
    else receivers.set(to, tunnels);
  }
  return { kindOf, carried };
}

/** A pair of compartments between which there is a way round. */
interface Pivot {
  readonly id: string;
  readonly sender: Kind;
  readonly receiver: Kind;
  readonly via: Kind;
  readonly coming: Packets;
  readonly going: Packets;
}

/** More would be the same one over and over. */
const mostPivots = 100;

/** A finding for each pair, or where there are too many for each machine by which they go; those that an exception names stay. */
function bounded(all: readonly Pivot[], excused: ReadonlySet<string>): Finding[] {
  if (all.length <= mostPivots) return all.map(pivot);
  const rest = Map.groupBy(
    all.filter(({ id }) => !excused.has(id)),
    ({ via }) => via.compartment.name,
  );
  return [
    ...all.filter(({ id }) => excused.has(id)).map(pivot),
    ...[...rest.values()].map((same): Finding => {
      const [first] = same as [Pivot, ...Pivot[]];
      const { compartment, host } = first.via;
      const senders = new Set(same.map(({ sender }) => sender.compartment.name));
      const examples = same.slice(0, 3).map(({ id }) => id);
      return {
        ...pivot(first),
        id: `tunnels/through:${idOf(compartment)}`,
        message: `${senders.size} compartments can reach machines and pods of others, ${same.length} pairs in all, through the overlay of ${host.name}, such as ${examples.join(", ")}`,
      };
    }),
  ];
}

function pivots(kindOf: (one: Class) => Kind | undefined, carried: Carried): Pivot[] {
  const found = new Map<string, Pivot>();
  const forwards = (one: Class) => kindOf(one)?.forwards;
  // What is certain is a better example than what is only possible.
  const relays = [...carried.keys()]
    .filter((one) => forwards(one) !== false)
    .sort((a, b) => Number(forwards(b) ?? false) - Number(forwards(a) ?? false));
  for (const relay of relays) {
    const beyond = [...onwards(relay, carried, (one) => forwards(one) !== false)];
    for (const [from, receivers] of carried) {
      const coming = receivers.get(relay);
      if (coming === undefined) continue;
      for (const [to, going] of beyond) {
        const [sender, receiver, via] = [kindOf(from), kindOf(to), kindOf(relay)];
        if (sender === undefined || receiver === undefined || via === undefined) continue;
        if (sender.compartment.name === receiver.compartment.name || receivers.has(to)) continue;
        const id = `tunnels/${idOf(sender.compartment)}/${idOf(receiver.compartment)}`;
        if (!found.has(id)) found.set(id, { id, sender, receiver, via, coming, going });
      }
    }
  }
  return [...found.values()];
}

/** Whom a class reaches by tunnels, through all that may forward them. */
function onwards(first: Class, carried: Carried, mayForward: (one: Class) => boolean): Map<Class, Packets> {
  const found = new Map<Class, Packets>();
  const relays = [first];
  for (const relay of relays)
    for (const [to, going] of carried.get(relay) ?? []) {
      if (found.has(to)) continue;
      found.set(to, going);
      if (to !== first && mayForward(to)) relays.push(to);
    }
  return found;
}

function pivot({ id, coming, going, ...kinds }: Pivot): Finding {
  const { host: sender, compartment: from } = kinds.sender;
  const { host: receiver, compartment: to } = kinds.receiver;
  const { host: via, forwards } = kinds.via;
  return {
    id,
    layer: "tunnels",
    from: from.name,
    to: to.name,
    message: `${from.name} can reach machines and pods of ${to.name} through the overlay of ${via.name}`,
    witness: `${sender.name} (${sender.address}) sends a packet for ${receiver.name} inside another (${showPackets(coming)}) to ${via.name} (${via.address}), which takes it out and sends it on (${showPackets(going)})`,
    because: [
      {
        id: via.name,
        text:
          forwards === true
            ? "it forwards packets from one tunnel into another"
            : "nothing shows that it does not forward packets from one tunnel into another",
      },
    ],
    wayOut: "let its own firewall drop what it would forward from the overlay back into the overlay",
    place: via.zone === management ? [management] : ["zones", via.zone],
  };
}

/** What it means that tunnels pass between workers of different compartments. */
function costs(kindOf: (one: Class) => Kind | undefined, carried: Carried): Assumption[] {
  const pairs = new Set<string>();
  for (const [from, receivers] of carried)
    for (const to of receivers.keys()) {
      const [one, other] = [kindOf(from), kindOf(to)];
      if (one?.host.role !== "worker" || other?.host.role !== "worker") continue;
      const names = [one.compartment.name, other.compartment.name].sort();
      if (names[0] !== names[1]) pairs.add(names.join(" and "));
    }
  if (pairs.size === 0) return [];
  const some = [...pairs].slice(0, 3).join("; ");
  return [
    {
      text: `the overlay is open between workers of ${pairs.size === 1 ? "a pair" : `${pairs.size} pairs`} of compartments (${some}${pairs.size > 3 ? "; ..." : ""}): inside it their pods reach each other on every port, and network policies alone hold them back`,
    },
  ];
}
