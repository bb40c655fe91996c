import { parseBlock, showBlock } from "./address.ts";
import { planAppliances, type Appliance } from "./appliance.ts";
import type {
  AwsSpec,
  Engine,
  Environment,
  ExceptionSpec,
  ExposureSpec,
  Limits,
  MachineSpec,
  Os,
  Overlay,
  Quota,
  Target,
  Team,
  WorkerMesh,
} from "./environment.ts";
import { extraFlows } from "./extraFlows.ts";
import { mergeFlows, ruleId, type Flow, type Rule } from "./flow.ts";
import { compareNames, planHosts, type Host } from "./host.ts";
import { planLimits, type Headroom } from "./limits.ts";
import { roleFlows } from "./roleFlows.ts";
import { planEdge, planZones, windowOf, type Edge, type Zone } from "./zone.ts";

/** Everything that an environment will be, decided: targets and engines only map it to resources. */
export interface Plan {
  readonly environment: string;
  readonly target: Target;
  readonly engine: Engine;
  readonly overlay: Overlay;
  readonly workerMesh: WorkerMesh;
  readonly network: PlannedNetwork;
  readonly zones: readonly Zone[];
  readonly hosts: readonly Host[];
  readonly appliances: readonly Appliance[];
  /** Every single flow, with its reason. */
  readonly flows: readonly Flow[];
  /** The same flows as the fewest firewall rules. */
  readonly rules: readonly Rule[];
  readonly collections: readonly Collection[];
  readonly namespaces: readonly Namespace[];
  /** Managers that reflect BGP routes, because workers of different zones may not peer; empty where BGP is unused. */
  readonly routeReflectors: readonly string[];
  readonly limits: readonly Headroom[];
  /** As they stand in the stack file. */
  readonly exceptions: readonly ExceptionSpec[];
  readonly machines: MachineSpec;
  /** What NTP servers machines ask; the cloud's own where none is named. */
  readonly timeServers: readonly string[];
  /** Present where the target is AWS. */
  readonly aws?: AwsSpec;
  readonly expiresAfterHours?: number;
}

export interface PlannedNetwork {
  readonly cidr: string;
  /** The engine's own addresses. */
  readonly podCidr: string;
  readonly serviceCidr: string;
  readonly availabilityZones: readonly string[];
  readonly edge: Edge;
  /** Present where a network that exists already is used. */
  readonly existingId?: string;
}

export interface Collection {
  readonly name: string;
  readonly group: string;
  readonly owner?: string;
  readonly team: Team;
  readonly zone: string;
  /** The collection's own addresses: one block in each of its zone's subnets. */
  readonly cidrs: readonly string[];
  readonly hosts: readonly string[];
  readonly os: readonly Os[];
}

export interface Namespace {
  readonly name: string;
  readonly group: string;
  readonly collection: string;
  readonly quota: Quota;
  readonly limits: Limits;
  readonly samplePods: number;
  readonly exposures: Readonly<Record<string, ExposureSpec>>;
}

/** Plans an environment that has no problems; the same environment always gives the same plan. */
export function plan(environment: Environment): Plan {
  const { name, target, engine, network, machines, aws, expiresAfterHours } = environment;
  const zones = planZones(environment);
  const hosts = planHosts(environment, zones);
  const appliances = planAppliances(environment, zones);
  const roles = roleFlows(environment);
  const extras = extraFlows(environment);
  const flows = [...roles, ...extras.flat()];
  const rules = planRules(roles, extras);
  return {
    environment: name,
    target,
    engine,
    overlay: network.overlay,
    workerMesh: network.workerMesh,
    network: {
      cidr: network.cidr,
      podCidr: network.podCidr,
      serviceCidr: network.serviceCidr,
      availabilityZones: network.availabilityZones.toSorted(),
      edge: planEdge(environment),
      ...(network.existing === undefined ? {} : { existingId: network.existing.id }),
    },
    zones,
    hosts,
    appliances,
    flows,
    rules,
    collections: planCollections(environment, zones, hosts),
    namespaces: planNamespaces(environment),
    routeReflectors: routeReflectors(environment, hosts),
    exceptions: environment.exceptions,
    machines,
    timeServers: timeServers(environment),
    ...(target !== "aws" || aws === undefined ? {} : { aws }),
    limits: planLimits(environment, zones, hosts, rules, appliances),
    ...(expiresAfterHours === undefined ? {} : { expiresAfterHours }),
  };
}

/**
 * The rules of the roles are merged, since their tables seldom change. A flow that the stack file adds keeps rules of
 * its own, else the next one beside it would rename, and so replace, a rule that carries traffic; only where the same
 * rule is there already, which clouds refuse twice, it joins that.
 */
function planRules(roles: readonly Flow[], extras: readonly (readonly Flow[])[]): Rule[] {
  const rules = new Map(mergeFlows(roles).map((rule) => [ruleId(rule), rule]));
  for (const rule of extras.flatMap(mergeFlows)) {
    const same = rules.get(ruleId(rule));
    rules.set(ruleId(rule), same === undefined ? rule : { ...same, flows: [...same.flows, ...rule.flows] });
  }
  return [...rules.values()];
}

function planCollections(
  { groups }: Environment,
  zones: readonly Zone[],
  hosts: readonly Host[],
): Collection[] {
  const subnets = new Map(zones.map((zone) => [zone.name, zone.subnets]));
  const members = Map.groupBy(hosts, ({ collection }) => collection);
  return Object.entries(groups)
    .flatMap(([group, { owner, team, collections }]) =>
      Object.entries(collections).map(([name, { zone, slot, workers }]) => ({
        name,
        group,
        ...(owner === undefined ? {} : { owner }),
        team,
        zone,
        cidrs: (subnets.get(zone) ?? []).map(({ cidr }) => showBlock(windowOf(parseBlock(cidr), slot))),
        hosts: (members.get(name) ?? []).map((host) => host.name),
        os: (["linux", "windows"] as const).filter((os) => workers[os] !== undefined),
      })),
    )
    .sort(byName);
}

const planNamespaces = ({ groups }: Environment): Namespace[] =>
  Object.entries(groups)
    .flatMap(([group, { namespaces }]) =>
      Object.entries(namespaces).map(([name, namespace]) => ({ name, group, ...namespace })),
    )
    .sort(byName);

// The order of a stack file says nothing, so it must not show in what is compared or printed.
const byName = (a: { readonly name: string }, b: { readonly name: string }) => compareNames(a.name, b.name);

/**
 * Calico's BGP sessions form a full mesh between hosts unless told otherwise; workers that may not reach each other
 * across zones never become ready in it, so managers, which reach everyone, reflect the routes instead.
 */
function routeReflectors({ network }: Environment, hosts: readonly Host[]): string[] {
  if (network.overlay !== "ipip" || network.workerMesh === "vendor") return [];
  return hosts.filter(({ role }) => role === "manager").map(({ name }) => name);
}

/** The single addresses of the service `time`; a whole block names no server. */
const timeServers = ({ network }: Environment): string[] =>
  (network.services["time"]?.addresses ?? [])
    .filter((block) => block.endsWith("/32"))
    .map((block) => block.slice(0, -"/32".length));
