import { parseBlock, showAddress, sizeOf } from "./address.ts";
import { awsServices, type AwsService, type Environment } from "./environment.ts";
import type { Endpoint } from "./flow.ts";
import type { Role } from "./host.ts";
import { frontDoorPorts } from "./enginePorts.ts";
import { management, planEdge, windowBits, type Subnet, type Zone } from "./zone.ts";

export type ApplianceKind = "load-balancer" | "endpoint";
export const applianceKinds = ["load-balancer", "endpoint"] as const satisfies readonly ApplianceKind[];

/** What the target itself puts on the network beside machines. */
export type Appliance = LoadBalancer | ServiceEndpoint;

/** Passes people's connections on to machines of one role. */
export interface LoadBalancer {
  readonly kind: "load-balancer";
  readonly name: string;
  readonly role: Role;
  /** TCP ports, the same on both sides. */
  readonly ports: readonly number[];
  readonly places: readonly ApplianceSubnet[];
}

/** Makes a service of the cloud's own reachable inside the network. */
export interface ServiceEndpoint {
  readonly kind: "endpoint";
  readonly name: AwsService;
  readonly places: readonly ApplianceSubnet[];
}

export interface ApplianceSubnet {
  readonly subnet: Subnet;
  /** Absent where the cloud chooses it. */
  readonly address?: string;
}

export const appliance = (kind: ApplianceKind): Endpoint => ({ kind: "appliance", appliance: kind });

/*
 * Appliances have fixed addresses in window 0 of the management zone's subnets: the cloud would else give them one that
 * a machine is to have. AWS keeps the first four of each subnet
 * (https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html).
 */
const firstOffset = 4;
const offsets: readonly string[] = ["managers", "registry", ...awsServices];

/** How many addresses of a subnet's window 0 these appliances reach up to. */
export const applianceRoom = (names: readonly string[]): number =>
  names.length === 0 ? 0 : Math.max(...names.map((name) => firstOffset + offsets.indexOf(name) + 1));

/** The load balancers that an environment has, with their roles. */
export function planFrontDoors({
  target,
  network,
  management: { registry },
}: Environment): { name: string; role: Role }[] {
  if (target !== "aws" || network.frontDoor.length === 0) return [];
  return [
    { name: "managers", role: "manager" as const },
    ...(registry.count > 0 ? [{ name: "registry", role: "registry" as const }] : []),
  ];
}

/** What stands on an environment's network beside its machines. */
export function planAppliances(environment: Environment, zones: readonly Zone[]): Appliance[] {
  const { target, aws, engine } = environment;
  if (target !== "aws" || aws === undefined) return [];
  const subnets = zones.find(({ name }) => name === management)?.subnets ?? [];
  const places = (name: string): ApplianceSubnet[] =>
    subnets.map((subnet) => ({ subnet, address: addressIn(subnet, name) }));
  const inPublic = planEdge(environment).internet.map((subnet) => ({ subnet }));
  return [
    ...planFrontDoors(environment).map(({ name, role }): LoadBalancer => ({
      kind: "load-balancer",
      name,
      role,
      ports: frontDoorPorts(engine, role),
      places: aws.loadBalancers === "internal" ? places(name) : inPublic,
    })),
    ...aws.endpoints.map((name): ServiceEndpoint => ({ kind: "endpoint", name, places: places(name) })),
  ];
}

const addressIn = ({ cidr }: Subnet, name: string): string =>
  showAddress(parseBlock(cidr).start + firstOffset + offsets.indexOf(name));

/** How many addresses window 0 of a subnet of this prefix length has. */
export const applianceCapacity = (prefixOfSubnet: number): number => sizeOf(prefixOfSubnet + windowBits);
