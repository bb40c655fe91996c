import { applianceCapacity, applianceRoom, type Appliance } from "./appliance.ts";
import { parseBlock } from "./address.ts";
import type { AwsQuotas, AwsSpec, Environment } from "./environment.ts";
import type { Endpoint, Rule } from "./flow.ts";
import { groupsOf, planGroups } from "./group.ts";
import type { Host } from "./host.ts";
import { management, planEdge, slotCount, windowCapacity, type Zone } from "./zone.ts";

/** How much of something that has an end is used. */
export interface Headroom {
  readonly what: string;
  readonly used: number;
  readonly limit: number;
  /** What to do where it is not enough. */
  readonly wayOut: string;
}

/** https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html: the defaults; all can be raised. */
export const awsDefaultQuotas = {
  rulesPerGroup: 60,
  groupsPerInterface: 5,
  groupsPerRegion: 2500,
  subnetsPerVpc: 200,
} as const satisfies AwsQuotas;
/** Rules of a group times groups of an interface, which AWS does not raise (the same page). */
const awsRulesTimesGroups = 1000;
/** https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits */
const azureRulesPerGroup = 1000;

/** What the plan uses of each limit that its target has. */
export function planLimits(
  environment: Environment,
  zones: readonly Zone[],
  hosts: readonly Host[],
  rules: readonly Rule[],
  appliances: readonly Appliance[],
): Headroom[] {
  const { target, network, aws } = environment;
  const { internet, transit } = planEdge(environment);
  const edge = internet.length + transit.length;
  const slots: Headroom[] =
    network.existing === undefined
      ? [
          {
            what: "zones in the network's block",
            used: zones.length + (edge > 0 ? 1 : 0),
            limit: slotCount(network),
            wayOut: "choose a larger network.cidr or a longer network.zonePrefix",
          },
        ]
      : [];
  const own =
    target === "aws" && aws !== undefined
      ? awsLimits(aws, { zones, hosts, rules, appliances }, network.existing === undefined ? edge : undefined)
      : target === "azure"
        ? [azureRules(zones, rules)]
        : [];
  return [...slots, fullestWindow(zones, hosts), ...own];
}

function fullestWindow(zones: readonly Zone[], hosts: readonly Host[]): Headroom {
  const narrowest = narrowestSubnets(zones);
  const windows = [...Map.groupBy(hosts, ({ collection, role }) => collection ?? role).values()].map(
    (members) => ({
      what: "machines in the fullest window of a zone",
      used: members.length,
      limit: windowCapacity(narrowest.get(members[0]?.zone ?? "") ?? 32),
      wayOut: "choose a shorter network.zonePrefix, or fewer machines in a collection",
    }),
  );
  return windows.reduce((a, b) => (b.used * a.limit > a.used * b.limit ? b : a));
}

const narrowestSubnets = (zones: readonly Zone[]) =>
  new Map(
    zones.map(({ name, subnets }) => [name, Math.max(...subnets.map(({ cidr }) => parseBlock(cidr).prefix))]),
  );

interface Planned {
  readonly zones: readonly Zone[];
  readonly hosts: readonly Host[];
  readonly rules: readonly Rule[];
  readonly appliances: readonly Appliance[];
}

/** `edge` is the number of subnets at the network's edge; absent where the subnets exist already. */
function awsLimits(
  { quotas, instanceTypes }: AwsSpec,
  planned: Planned,
  edge: number | undefined,
): Headroom[] {
  const { zones, hosts, appliances } = planned;
  const groups = planGroups(planned);
  const raised = (quota: string, key: keyof AwsQuotas) =>
    `have AWS raise the quota "${quota}" and write the new one as aws.quotas.${key}`;
  const fullest = Math.max(0, ...groups.flatMap(({ ingress, egress }) => [ingress.length, egress.length]));
  // All machines of a pool wear the same groups.
  const pools = Map.groupBy(hosts, ({ role, os, zone, collection }) => [role, os, zone, collection].join());
  const worn = Math.max(
    0,
    ...[...pools.values()].map(([host]) => (host === undefined ? 0 : groupsOf(host, planned).length)),
  );
  const subnets = zones.flatMap((zone) => zone.subnets).length;
  const used = vcpus(hosts, instanceTypes);
  return [
    ...(appliances.length === 0
      ? []
      : [
          {
            what: "addresses for load balancers and endpoints in a management subnet",
            used: applianceRoom(appliances.map(({ name }) => name)),
            limit: applianceCapacity(narrowestSubnets(zones).get(management) ?? 32),
            wayOut: "choose a network.zonePrefix of 24 or shorter, or fewer aws.endpoints",
          },
        ]),
    {
      what: "rules in the fullest security group, one direction",
      used: fullest,
      limit: quotas.rulesPerGroup,
      wayOut: `name larger blocks in frontDoor and services, or ${raised("Inbound or outbound rules per security group", "rulesPerGroup")}`,
    },
    {
      what: "security groups of one network interface",
      used: worn,
      limit: quotas.groupsPerInterface,
      wayOut: raised("Security groups per network interface", "groupsPerInterface"),
    },
    {
      what: "rules per security group times groups per interface, as the quotas stand",
      used: quotas.rulesPerGroup * quotas.groupsPerInterface,
      limit: awsRulesTimesGroups,
      wayOut: "AWS grants no more: lower aws.quotas.rulesPerGroup or aws.quotas.groupsPerInterface",
    },
    {
      what: "security groups in the region",
      used: groups.length,
      limit: quotas.groupsPerRegion,
      wayOut: `have several groups share a zone, or ${raised("VPC security groups per Region", "groupsPerRegion")}`,
    },
    ...(edge === undefined
      ? []
      : [
          {
            what: "subnets in the VPC",
            used: subnets + edge,
            limit: quotas.subnetsPerVpc,
            wayOut: `have several groups share a zone, use fewer availability zones, or ${raised("Subnets per VPC", "subnetsPerVpc")}`,
          },
        ]),
    ...(quotas.vcpus === undefined
      ? []
      : [
          {
            what: "vCPUs of standard instances",
            used,
            limit: quotas.vcpus,
            wayOut: raised("Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances", "vcpus"),
          },
        ]),
  ];
}

/**
 * vCPUs of an instance type, by its size: each step doubles, and of the burstable family T even the smallest have two.
 * Types whose size says nothing, such as metal, count as 0 (https://aws.amazon.com/ec2/instance-types/).
 */
function vcpus(hosts: readonly Host[], types: AwsSpec["instanceTypes"]): number {
  return hosts.reduce((sum, { size }) => sum + vcpusOf(types[size]), 0);
}

function vcpusOf(type: string): number {
  const [, family = "", size = ""] = /^([a-z]+)[^.]*\.(\w+)$/.exec(type) ?? [];
  if (!/^[acdhimrtz]/.test(family)) return 0;
  const [, times] = /^(\d*)xlarge$/.exec(size) ?? [];
  if (times !== undefined) return 4 * (times === "" ? 1 : Number(times));
  if (size === "large") return 2;
  if (["nano", "micro", "small", "medium"].includes(size)) return family === "t" ? 2 : 1;
  return 0;
}

/** An NSG holds what concerns its zone: at most every rule, and for each direction a closing deny. */
function azureRules(zones: readonly Zone[], rules: readonly Rule[]): Headroom {
  const perZone = zones.map(
    ({ name }) => rules.filter(({ from, to }) => concerns(from, name) || concerns(to, name)).length + 2,
  );
  return {
    what: "rules in the fullest network security group",
    used: Math.max(...perZone),
    limit: azureRulesPerGroup,
    wayOut: "write fewer flows, or flows of larger sets of machines",
  };
}

const concerns = (endpoint: Endpoint, zone: string) =>
  endpoint.kind === "role" ||
  ((endpoint.kind === "zone" || endpoint.kind === "collection") && endpoint.zone === zone);
