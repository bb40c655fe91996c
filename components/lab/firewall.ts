import {
  holds,
  parseBlock,
  type Endpoint,
  type Host,
  type Inside,
  type Plan,
  type Rule,
} from "../plan/index.ts";
import { addresses, asComment, showRule, type End } from "./rule.ts";

/** What may pass a zone's edge; everything else is dropped, in both directions. */
export interface ZoneFirewall {
  /** `open`: the zone's hosts talk freely to each other. `flows`: only as the rules say. */
  readonly inside: Inside;
  /** Connections to the zone's hosts: each rule, as `showRule` writes it, with why it is there. */
  readonly ingress: Readonly<Record<string, string>>;
  /** Connections that the zone's hosts open. */
  readonly egress: Readonly<Record<string, string>>;
}

/** The groups that a host is in: by its zone, its role and its collection, each of all and of its system's hosts. */
export function groupsOf({ zone, role, os, collection }: Host): string[] {
  const kinds = collection === undefined ? [] : [`collection/${zone}/${collection}`];
  return [
    zoneGroup(zone),
    `role/${role}`,
    `role/${os}-${role}`,
    ...kinds.flatMap((kind) => [kind, `${kind}/${os}`]),
  ];
}

export const zoneGroup = (zone: string): string => `zone/${zone}`;

/**
 * The rules that concern a zone. Both ends' zones hold a rule, and a connection has to pass both; so what one zone
 * lets out or in is decided at that zone, whatever the others say.
 */
export function planFirewall(
  { zones, hosts, rules }: Pick<Plan, "zones" | "hosts" | "rules">,
  name: string,
): ZoneFirewall {
  const members = hosts.filter(({ zone }) => zone === name);
  const concern = (end: "from" | "to") => {
    const concerned = rules.filter((rule) => members.some((host) => holds(rule[end], host)));
    const same = Map.groupBy(concerned, ({ from, to, traffic }) =>
      showRule({ from: endOf(from), to: endOf(to), traffic }),
    );
    return Object.fromEntries([...same].map(([name, all]) => [name, whyOf(all)] as const).sort());
  };
  const inside = zones.find((zone) => zone.name === name)?.inside ?? "flows";
  return { inside, ingress: concern("to"), egress: concern("from") };
}

function whyOf(rules: readonly Rule[]): string {
  const flows = rules.flatMap((rule) => rule.flows);
  const whys = flows.map(({ why, owner }) => (owner === undefined ? why : `${why} (${owner})`));
  return asComment([...new Set(whys)].join("; "));
}

function endOf(endpoint: Endpoint): End {
  const group = (...parts: readonly (string | undefined)[]): End => ({
    kind: "group",
    group: parts.filter((part) => part !== undefined).join("/"),
  });
  switch (endpoint.kind) {
    case "role":
      return group("role", [endpoint.os, endpoint.role].filter((part) => part !== undefined).join("-"));
    case "appliance":
      throw new RangeError(`the lab has no ${endpoint.appliance}`);
    case "zone":
      return group(zoneGroup(endpoint.zone));
    case "collection":
      return group("collection", endpoint.zone, endpoint.collection, endpoint.os);
    case "outside":
      return addresses(endpoint.addresses.map(parseBlock));
  }
}
