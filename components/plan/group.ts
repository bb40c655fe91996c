import { applianceKinds, type ApplianceKind } from "./appliance.ts";
import { showEndpoint, type Endpoint, type Rule } from "./flow.ts";
import { compareNames, type Host } from "./host.ts";
import { holds } from "./reach.ts";
import { showTraffic, type Traffic } from "./traffic.ts";
import type { Zone } from "./zone.ts";

/**
 * What a cloud's firewall calls a set of machines. What every zone needs hangs on the groups of roles, once; a zone's
 * own group holds only what its members may say to each other and what flows name it. So rules do not grow with zones.
 */
export interface SecurityGroup {
  readonly name: string;
  /** Whose it is, for people. */
  readonly what: string;
  readonly ingress: readonly GroupRule[];
  readonly egress: readonly GroupRule[];
}

export interface GroupRule {
  /** What it opens, such as `manager tcp/6443`; unlike any other of its group and direction. */
  readonly id: string;
  readonly peer:
    { readonly kind: "group"; readonly group: string } | { readonly kind: "block"; readonly cidr: string };
  /** Absent where it is all traffic. */
  readonly traffic?: Traffic;
  readonly why: string;
}

interface Planned {
  readonly zones: readonly Zone[];
  readonly hosts: readonly Host[];
  readonly rules: readonly Rule[];
  readonly appliances: readonly { readonly kind: ApplianceKind }[];
}

/** The groups of an environment with their rules, in an order that the stack file's own does not change. */
export function planGroups(planned: Planned): SecurityGroup[] {
  const ends = new Map<string, Endpoint>();
  for (const endpoint of endpointsOf(planned)) ends.set(groupName(endpoint), endpoint);
  return [...ends]
    .sort(([a], [b]) => compareNames(a, b))
    .map(([name, endpoint]) => ({
      name,
      what: whatIs(endpoint),
      ingress: rulesOf(planned, endpoint, "to", "from"),
      egress: rulesOf(planned, endpoint, "from", "to"),
    }));
}

/** The groups that a machine is in: its role's, its zone's and those that rules name beside. */
export function groupsOf(host: Host, planned: Pick<Planned, "rules">): string[] {
  const own: Endpoint[] = [
    { kind: "role", role: host.role },
    { kind: "zone", zone: host.zone },
  ];
  const named = planned.rules.flatMap(({ from, to }) => [from, to]).filter((end) => holds(end, host));
  return [...new Set([...own, ...named].map(groupName))];
}

/** Roles, zones and appliances have a group each; narrower sets only where a rule names them. */
const endpointsOf = ({ zones, hosts, rules, appliances }: Planned): Endpoint[] => [
  ...[...new Set(hosts.map(({ role }) => role))].map((role): Endpoint => ({ kind: "role", role })),
  ...zones.map(({ name }): Endpoint => ({ kind: "zone", zone: name })),
  ...applianceKinds
    .filter((kind) => appliances.some((one) => one.kind === kind))
    .map((kind): Endpoint => ({ kind: "appliance", appliance: kind })),
  ...rules.flatMap(({ from, to }) => [from, to]).filter(({ kind }) => kind !== "outside"),
];

function groupName(endpoint: Endpoint): string {
  switch (endpoint.kind) {
    case "role":
      return endpoint.os === undefined ? endpoint.role : `${endpoint.os}-${endpoint.role}`;
    case "appliance":
      return endpoint.appliance;
    case "zone":
      return `zone-${endpoint.zone}`;
    case "collection":
      return `collection-${endpoint.collection}${endpoint.os === undefined ? "" : `-${endpoint.os}`}`;
    case "outside":
      throw new RangeError(`addresses outside, ${endpoint.name}, are no group's`);
  }
}

const whatIs = (endpoint: Endpoint): string =>
  endpoint.kind === "role"
    ? `all machines of the role ${showEndpoint(endpoint)}`
    : endpoint.kind === "appliance"
      ? `what the cloud itself places there: ${endpoint.appliance}`
      : `machines of ${endpoint.kind === "zone" ? "" : "collection "}${showEndpoint(endpoint)}`;

function rulesOf(
  { zones, rules }: Planned,
  own: Endpoint,
  here: "from" | "to",
  there: "from" | "to",
): GroupRule[] {
  const name = groupName(own);
  const opened = rules
    .filter((rule) => rule[here].kind !== "outside" && groupName(rule[here]) === name)
    .flatMap((rule): GroupRule[] => {
      const other = rule[there];
      const why = [...new Set(rule.flows.map(whyOf))].join("; ");
      const traffic = showTraffic(rule.traffic);
      if (other.kind !== "outside") {
        const group = groupName(other);
        return [{ id: `${group} ${traffic}`, peer: { kind: "group", group }, traffic: rule.traffic, why }];
      }
      return other.addresses.map((cidr) => ({
        id: `${cidr} ${traffic}`,
        peer: { kind: "block", cidr },
        traffic: rule.traffic,
        why: other.name === cidr ? why : `${other.name}: ${why}`,
      }));
    });
  const isOpen =
    own.kind === "zone" && zones.some((zone) => zone.name === own.zone && zone.inside === "open");
  const inside: GroupRule[] = isOpen
    ? [
        {
          id: `${name} all`,
          peer: { kind: "group", group: name },
          why: `machines of ${showEndpoint(own)} talk freely to each other`,
        },
      ]
    : [];
  return distinct([...inside, ...opened]);
}

const whyOf = ({ why, owner }: Rule["flows"][number]): string =>
  owner === undefined ? why : `${why} (${owner})`;

/** Clouds refuse the same rule twice; two services can share an address. */
function distinct(rules: readonly GroupRule[]): GroupRule[] {
  const byId = new Map<string, GroupRule>();
  for (const rule of rules) {
    const same = byId.get(rule.id);
    byId.set(rule.id, same === undefined ? rule : { ...same, why: `${same.why}; ${rule.why}` });
  }
  return [...byId.values()].sort((a, b) => compareNames(a.id, b.id));
}
