import type { Plan } from "../../plan/index.ts";
import type { Assumption, Network } from "../network/index.ts";
import { Reach, type Class } from "../reach/index.ts";
import { intervals, packets, protocol, showPackets, type Packets } from "../space/index.ts";
import type { Finding } from "../statement/index.ts";

/** Whether a machine forwards packets that are not its own; undefined where that is not known. By machine. */
export type Forwarding = ReadonlyMap<string, boolean | undefined>;

/**
 * What carries pods' packets between nodes: IP-in-IP and VXLAN. To a firewall such a packet is the outer one, whatever
 * is in it, and who takes the inner one out may send it on, inside another.
 */
const overlays: readonly Packets[] = [packets(protocol.ipip), packets(protocol.udp, 4789, 4789)];

/**
 * Pivots: machines of one zone that reach those of another, which they may not, through a third that takes their
 * packets out of one tunnel and puts them into the next.
 */
export function judgeTunnels(
  plan: Plan,
  network: Network,
  forwarding: Forwarding,
): { leaks: Finding[]; assumptions: Assumption[] } {
  const reach = new Reach(
    network,
    plan.hosts.map(({ name }) => nicsOf(network, name)),
  );
  const hosts = new Map(plan.hosts.map((host) => [host.name, host]));
  const hostOf = ({ spots }: Class) => hosts.get(spots[0]?.nic.endpoint ?? "");
  const carried = new Map<Class, { into: Map<Class, Packets>; out: Map<Class, Packets> }>();
  const of = (one: Class) => {
    let known = carried.get(one);
    if (known === undefined) carried.set(one, (known = { into: new Map(), out: new Map() }));
    return known;
  };
  const direct = new Map<string, Packets>();
  for (const [from, to, passing] of reach.pairs("maybe")) {
    const overlay = intervals.unionOf(overlays.map((one) => intervals.intersect(one, passing)));
    const [sender, receiver] = [hostOf(from), hostOf(to)];
    if (overlay.length === 0 || sender === undefined || receiver === undefined) continue;
    of(to).into.set(from, overlay);
    of(from).out.set(to, overlay);
    if (sender.zone !== receiver.zone && sender.role === "worker" && receiver.role === "worker")
      direct.set(`${sender.zone} and ${receiver.zone}`, overlay);
  }
  const found = new Map<string, Finding>();
  for (const [relay, { into, out }] of carried) {
    const via = hostOf(relay);
    if (via === undefined || forwarding.get(via.name) === false) continue;
    for (const [from, coming] of into)
      for (const [to, going] of out) {
        const [sender, receiver] = [hostOf(from), hostOf(to)];
        if (sender === undefined || receiver === undefined) continue;
        if (sender.zone === receiver.zone || sender.zone === via.zone || receiver.zone === via.zone) continue;
        const id = `tunnels/${sender.zone}/${receiver.zone}`;
        if (found.has(id)) continue;
        found.set(id, pivot(id, sender, receiver, via, coming, going, forwarding.get(via.name)));
      }
  }
  const cost = [...direct.keys()].slice(0, 1).map((): Assumption => ({
    text: `the overlay is open between workers of ${direct.size} pairs of zones (${[...direct.keys()].slice(0, 3).join("; ")}${direct.size > 3 ? "; ..." : ""}): inside it their pods reach each other on every port, and network policies alone hold them back`,
  }));
  return { leaks: [...found.values()], assumptions: cost };
}

type Machine = Plan["hosts"][number];

function pivot(
  id: string,
  sender: Machine,
  receiver: Machine,
  via: Machine,
  coming: Packets,
  going: Packets,
  forwards: boolean | undefined,
): Finding {
  return {
    id,
    layer: "tunnels",
    from: sender.zone,
    to: receiver.zone,
    message: `${sender.zone} can reach machines and pods of ${receiver.zone} through the overlay of ${via.name}`,
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
    place: ["management"],
  };
}

const nicsOf = ({ nics }: Network, endpoint: string) => ({
  nics: new Set(nics.filter((nic) => nic.endpoint === endpoint).map(({ id }) => id)),
});
