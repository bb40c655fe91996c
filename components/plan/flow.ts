import type { ApplianceKind } from "./appliance.ts";
import type { Os } from "./environment.ts";
import type { Role } from "./host.ts";
import { compareTraffic, covers, mergeTraffic, showTraffic, type Traffic } from "./traffic.ts";

/** One end of a flow: a set of machines that the environment names, or addresses outside it. */
export type Endpoint =
  | { readonly kind: "role"; readonly role: Role; readonly os?: Os }
  | { readonly kind: "appliance"; readonly appliance: ApplianceKind }
  | { readonly kind: "zone"; readonly zone: string }
  | { readonly kind: "collection"; readonly zone: string; readonly collection: string; readonly os?: Os }
  | {
      readonly kind: "outside";
      readonly name: string;
      readonly addresses: readonly string[];
      /** Present on what machines of every role may reach. */
      readonly service?: true;
    };

/** Who may open a connection to whom, on what, and why; answers to it pass, everything else is dropped. */
export interface Flow {
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly traffic: Traffic;
  readonly why: string;
  /** Where it is documented that the traffic is needed. */
  readonly source?: string;
  /** Who answers for a flow that the stack file adds. */
  readonly owner?: string;
}

/** Flows of the same ends whose traffic touches, as one firewall rule. */
export interface Rule {
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly traffic: Traffic;
  readonly flows: readonly Flow[];
}

export const role = (name: Role, os?: Os): Endpoint =>
  os === undefined ? { kind: "role", role: name } : { kind: "role", role: name, os };

export function showEndpoint(endpoint: Endpoint): string {
  switch (endpoint.kind) {
    case "role":
      return endpoint.os === undefined ? endpoint.role : `${endpoint.os} ${endpoint.role}`;
    case "appliance":
      return endpoint.appliance;
    case "zone":
      return `zone ${endpoint.zone}`;
    case "collection":
      return `${endpoint.os === undefined ? "" : `${endpoint.os} `}${endpoint.zone}/${endpoint.collection}`;
    case "outside":
      return endpoint.name;
  }
}

/** Names a rule by its content, so that it keeps its name when others come, go or change places. */
export const ruleId = (rule: Pick<Rule, "from" | "to" | "traffic">): string =>
  `${ends(rule)}: ${showTraffic(rule.traffic)}`;

const ends = ({ from, to }: Pick<Rule, "from" | "to">) => `${showEndpoint(from)} -> ${showEndpoint(to)}`;

/** The fewest rules that open exactly these flows, in the order in which their ends first come. */
export function mergeFlows(flows: readonly Flow[]): Rule[] {
  const byEnds = new Map<string, [Flow, ...Flow[]]>();
  for (const flow of flows) {
    const same = byEnds.get(ends(flow));
    if (same === undefined) byEnds.set(ends(flow), [flow]);
    else same.push(flow);
  }
  return [...byEnds.values()].flatMap((same) => {
    const [{ from, to }] = same;
    const sorted = same.toSorted((a, b) => compareTraffic(a.traffic, b.traffic));
    return mergeTraffic(sorted.map(({ traffic }) => traffic)).map((traffic) => ({
      from,
      to,
      traffic,
      flows: sorted.filter((flow) => covers(traffic, flow.traffic)),
    }));
  });
}
