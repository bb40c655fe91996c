import type { Plan } from "../../plan/index.ts";
import type { Network, Opening } from "../network/index.ts";
import type { Finding } from "../statement/index.ts";
import type { Place } from "./expectation.ts";

/** Ways between the network and others that the stack file does not ask for: leaks, whatever firewalls would let pass. */
export function judgeOpenings(plan: Plan, { openings = [] }: Network): Finding[] {
  const found = new Map<string, Finding>();
  for (const opening of openings.filter((one) => !isMeant(plan, one))) {
    const { kind, id: of, text, origin } = opening;
    const id = `machines/${kind.replace(" ", "-")}:${of}`;
    if (!found.has(id))
      found.set(id, {
        id,
        layer: "machines",
        from: of,
        to: of,
        message:
          kind === "any address"
            ? `${of} can send with any address: ${text}`
            : `there is ${text}, which the stack file does not ask for`,
        witness: text,
        because: [origin],
        wayOut: kind === "any address" ? "turn it on" : "take it out, or write it into the stack file",
        place: placeOf(plan, opening),
      });
  }
  return [...found.values()];
}

function isMeant({ aws, appliances, network }: Plan, { kind, id }: Opening): boolean {
  switch (kind) {
    case "public address":
      return (
        aws?.loadBalancers === "internet-facing" &&
        appliances.some((one) => one.kind === "load-balancer" && one.name === id)
      );
    case "any address":
      return false;
    case "internet":
      return network.edge.internet.length > 0;
    case "network":
      return aws?.transitGateway?.id === id;
  }
}

function placeOf({ hosts }: Plan, { kind, id }: Opening): Place {
  if (kind === "network") return ["aws", "transitGateway"];
  if (kind === "internet") return ["aws", "egress"];
  const host = hosts.find(({ name }) => name === id);
  return host === undefined
    ? ["aws", "loadBalancers"]
    : host.role === "worker"
      ? ["zones", host.zone]
      : ["management"];
}
