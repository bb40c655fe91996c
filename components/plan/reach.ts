import { contains, parseBlock } from "./address.ts";
import type { Endpoint, Flow } from "./flow.ts";
import type { Host } from "./host.ts";
import type { Plan } from "./plan.ts";
import { covers, type Traffic } from "./traffic.ts";

/** An address that no machine of the environment has. */
export interface Outsider {
  readonly address: string;
  /** What people call it, where it has a name. */
  readonly name?: string;
  readonly role?: never;
}

/** Who can be at either end of a connection. */
export type Peer = Host | Outsider;

export const isOutsider = (peer: Peer): peer is Outsider => peer.role === undefined;

/** Why one may open this connection to the other; undefined where it may not, which is the default. */
export function allowedBy(
  { zones, flows }: Pick<Plan, "zones" | "flows">,
  from: Peer,
  to: Peer,
  packet: Traffic,
): Flow | "open zone" | undefined {
  const flow = flows.find((candidate) => covers(candidate.traffic, packet) && leads(candidate, from, to));
  if (flow !== undefined) return flow;
  if (isOutsider(from) || isOutsider(to) || from.zone !== to.zone) return undefined;
  return zones.some(({ name, inside }) => name === from.zone && inside === "open") ? "open zone" : undefined;
}

/** Whether a flow is from the one to the other. What passes between two outside is nobody's here to allow. */
export const leads = (flow: Pick<Flow, "from" | "to">, from: Peer, to: Peer): boolean =>
  holds(flow.from, from) && holds(flow.to, to) && !(isOutsider(from) && isOutsider(to));

/** Whether a machine, or an address outside, is one of those that an endpoint stands for. */
export function holds(endpoint: Endpoint, peer: Peer): boolean {
  if (endpoint.kind === "outside") {
    if (!isOutsider(peer)) return false;
    const own = parseBlock(`${peer.address}/32`);
    return endpoint.addresses.some((block) => contains(parseBlock(block), own));
  }
  if (isOutsider(peer)) return false;
  switch (endpoint.kind) {
    case "role":
      return endpoint.role === peer.role && (endpoint.os === undefined || endpoint.os === peer.os);
    case "appliance":
      return false;
    case "zone":
      return endpoint.zone === peer.zone;
    case "collection":
      return (
        endpoint.collection === peer.collection && (endpoint.os === undefined || endpoint.os === peer.os)
      );
  }
}
