import { parseBlock } from "./address.ts";
import type { Environment } from "./environment.ts";
import type { Endpoint, Rule } from "./flow.ts";
import type { Host } from "./host.ts";
import { slotCount, windowCapacity, type Zone } from "./zone.ts";

/** How much of something that has an end is used. */
export interface Headroom {
  readonly what: string;
  readonly used: number;
  readonly limit: number;
}

/** https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html: the default, per direction. */
const awsRulesPerGroup = 60;
/** https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits */
const azureRulesPerGroup = 1000;

/** What the plan uses of each limit that its target has. */
export function planLimits(
  environment: Environment,
  zones: readonly Zone[],
  hosts: readonly Host[],
  rules: readonly Rule[],
): Headroom[] {
  const used = zones.length;
  const slots: Headroom[] =
    environment.network.existing === undefined
      ? [{ what: "zones in the network's block", used, limit: slotCount(environment.network) }]
      : [];
  return [...slots, fullestWindow(zones, hosts), ...ruleLimits(environment, zones, rules)];
}

function fullestWindow(zones: readonly Zone[], hosts: readonly Host[]): Headroom {
  const narrowest = new Map(
    zones.map(({ name, subnets }) => [name, Math.max(...subnets.map(({ cidr }) => parseBlock(cidr).prefix))]),
  );
  const windows = [...Map.groupBy(hosts, ({ collection, role }) => collection ?? role).values()].map(
    (members) => ({
      what: "machines in the fullest window of a zone",
      used: members.length,
      limit: windowCapacity(narrowest.get(members[0]?.zone ?? "") ?? 32),
    }),
  );
  return windows.reduce((a, b) => (b.used * a.limit > a.used * b.limit ? b : a));
}

function ruleLimits({ target }: Environment, zones: readonly Zone[], rules: readonly Rule[]): Headroom[] {
  if (target === "lab") return [];
  if (target === "aws") {
    // Each role and each zone has a security group of its own; a machine wears its role's and its zone's.
    const groups = new Map<string, number>();
    for (const { from, to } of rules)
      for (const [own, other] of [
        [to, from],
        [from, to],
      ] as const) {
        const group = own.kind === "role" ? own.role : own.kind === "outside" ? undefined : own.zone;
        if (group === undefined) continue;
        const key = `${group} ${own === to ? "in" : "out"}`;
        groups.set(key, (groups.get(key) ?? 0) + addressCount(other));
      }
    const fullest = Math.max(0, ...groups.values());
    return [
      { what: "rules in the fullest security group, one direction", used: fullest, limit: awsRulesPerGroup },
    ];
  }
  // An NSG holds what concerns its zone: at most every rule, and for each direction a closing deny.
  const perZone = zones.map(
    ({ name }) => rules.filter(({ from, to }) => concerns(from, name) || concerns(to, name)).length + 2,
  );
  return [
    {
      what: "rules in the fullest network security group",
      used: Math.max(...perZone),
      limit: azureRulesPerGroup,
    },
  ];
}

const addressCount = (endpoint: Endpoint) => (endpoint.kind === "outside" ? endpoint.addresses.length : 1);

const concerns = (endpoint: Endpoint, zone: string) =>
  endpoint.kind === "role" || (endpoint.kind !== "outside" && endpoint.zone === zone);
