import type { Endpoint, Flow } from "./flow.ts";
import type { Host } from "./host.ts";
import type { Plan } from "./plan.ts";
import { covers, type Traffic } from "./traffic.ts";

/** Why a machine may open this connection to another; undefined where it may not, which is the default. */
export function allowedBy(
  plan: Pick<Plan, "zones" | "flows">,
  from: Host,
  to: Host,
  packet: Traffic,
): Flow | "open zone" | undefined {
  const flow = plan.flows.find(
    (candidate) =>
      holds(candidate.from, from) && holds(candidate.to, to) && covers(candidate.traffic, packet),
  );
  if (flow !== undefined) return flow;
  const open = plan.zones.some(({ name, inside }) => name === from.zone && inside === "open");
  return open && from.zone === to.zone ? "open zone" : undefined;
}

/** Whether a machine is one of those that an endpoint stands for. */
export function holds(endpoint: Endpoint, host: Host): boolean {
  switch (endpoint.kind) {
    case "role":
      return endpoint.role === host.role && (endpoint.os === undefined || endpoint.os === host.os);
    case "zone":
      return endpoint.zone === host.zone;
    case "collection":
      return (
        endpoint.collection === host.collection && (endpoint.os === undefined || endpoint.os === host.os)
      );
    case "outside":
      return false;
  }
}
