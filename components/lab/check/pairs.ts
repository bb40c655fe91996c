import { isOutsider, leads, type Flow, type Outsider, type Peer, type Plan } from "../../plan/index.ts";
import type { Random } from "./random.ts";

/** Two between which packets are sent, in this direction. */
export interface Pair {
  readonly from: Peer;
  readonly to: Peer;
  readonly reach: Reach;
}

/** What of the plan concerns a pair. */
export interface Reach {
  readonly zones: Plan["zones"];
  readonly flows: readonly Flow[];
  /** Those in the other direction. */
  readonly back: readonly Flow[];
}

export interface Pairs {
  /** One of each two pools. */
  readonly representatives: readonly Pair[];
  /** Between pools that a flow or an open zone joins, so many that each host is at either end of one. */
  readonly joined: readonly Pair[];
  /** The same between all other pools. */
  readonly apart: readonly Pair[];
  /** All that are left. There may be very many, so they are made when they are asked for. */
  readonly others: () => readonly Pair[];
  readonly count: number;
}

/** Hosts that no flow tells apart, or one address outside. */
type Pool = readonly Peer[];

/** Every ordered pair of hosts, and of a host and an address outside, by how much it can show. */
export function pairUp(
  plan: Pick<Plan, "hosts" | "zones" | "flows">,
  outsiders: readonly Outsider[],
  random: Random,
): Pairs {
  const pools = [...Map.groupBy([...plan.hosts, ...outsiders], poolName).values()].map(
    (members) => members as [Peer, ...Peer[]],
  );
  const inside = plan.hosts.length;
  const links = pools.flatMap((from) =>
    pools
      .filter(([to]) => !(isOutsider(from[0]) && isOutsider(to)))
      .map((to) => {
        const reach = reachOf(plan, from[0], to[0]);
        return {
          from,
          to,
          reach,
          covering: cover(from, to, random).map(([a, b]) => ({ from: a, to: b, reach })),
        };
      }),
  );
  const rest = (wanted: boolean) =>
    links.filter(({ reach }) => isJoined(reach) === wanted).flatMap(({ covering }) => covering.slice(1));
  return {
    representatives: links.flatMap(({ covering }) => covering.slice(0, 1)),
    joined: rest(true),
    apart: rest(false),
    others: () =>
      links.flatMap(({ from, to, reach, covering }) => {
        const covered = new Set(covering.map((pair) => `${pair.from.address} ${pair.to.address}`));
        return product(from, to)
          .filter(([a, b]) => a !== b && !covered.has(`${a.address} ${b.address}`))
          .map(([a, b]) => ({ from: a, to: b, reach }));
      }),
    count: inside * (inside - 1 + 2 * outsiders.length),
  };
}

const poolName = (peer: Peer): string =>
  isOutsider(peer) ? peer.address : [peer.zone, peer.role, peer.collection, peer.os].join();

function reachOf({ zones, flows }: Pick<Plan, "zones" | "flows">, from: Peer, to: Peer): Reach {
  const shared = isOutsider(from) || isOutsider(to) || from.zone !== to.zone ? undefined : from.zone;
  return {
    zones: zones.filter(({ name }) => name === shared),
    flows: flows.filter((flow) => leads(flow, from, to)),
    back: flows.filter((flow) => leads(flow, to, from)),
  };
}

const isJoined = ({ zones, flows }: Reach): boolean =>
  flows.length > 0 || zones.some(({ inside }) => inside === "open");

/** The fewest pairs in which each member of the one pool sends and each of the other receives, by lot. */
function cover(from: Pool, to: Pool, random: Random): [Peer, Peer][] {
  const senders = random.shuffled(from);
  const receivers = from === to ? [...senders.slice(1), ...senders.slice(0, 1)] : random.shuffled(to);
  return Array.from({ length: Math.max(from.length, to.length) }).flatMap((_, index) => {
    const [sender, receiver] = [senders[index % from.length], receivers[index % to.length]];
    const isPair = sender !== undefined && receiver !== undefined && sender !== receiver;
    return isPair ? [[sender, receiver] satisfies [Peer, Peer]] : [];
  });
}

const product = (from: Pool, to: Pool): [Peer, Peer][] =>
  from.flatMap((a) => to.map((b): [Peer, Peer] => [a, b]));
