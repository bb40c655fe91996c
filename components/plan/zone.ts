import { parseBlock, showBlock, sizeOf, subBlock, type Block } from "./address.ts";
import type { AwsSpec, Environment, Inside, NetworkSpec, Target } from "./environment.ts";

export const management = "management";

/** A set of machines behind one firewall, with addresses that follow from its slot alone. */
export interface Zone {
  readonly name: string;
  readonly slot: number;
  readonly tier?: string;
  readonly inside: Inside;
  /** The zone's whole block; absent where it consists of subnets that exist already. */
  readonly cidr?: string;
  readonly subnets: readonly Subnet[];
}

export interface Subnet {
  readonly cidr: string;
  /** Present where a subnet belongs to one availability zone, as on AWS. */
  readonly availabilityZone?: string;
  /** Present where the subnet exists already. */
  readonly id?: string;
}

/*
 * One zone's block, here with the default /22 and slot 3 of 10.16.0.0/16:
 *
 *   10.16.12.0/22              the zone
 *     10.16.12.0/24            availability zone a, on AWS; elsewhere the zone is one subnet
 *       10.16.12.0/27          window 0: gateway, load balancers, endpoints
 *       10.16.12.32/27         window 1: the first collection (management: managers)
 *       10.16.12.64/27         window 2: the second collection (management: registry)
 *       ...                    up to window 7
 *     10.16.13.0/24            availability zone b
 *
 * A window belongs to one collection for good, and a letter to one quarter, so that adding, removing or
 * reordering zones, collections or machines moves no address that exists. Machines spread over the availability
 * zones in turn, so a new one draws those to it that do not say where they spread.
 */
export const zoneLetters = ["a", "b", "c", "d"] as const;
const letterBits = 2;
export const windowBits = 3;
/** The windows that collections can take: all but window 0. */
export const collectionSlots = 2 ** windowBits - 1;

/** AWS's subnets belong to one availability zone each; elsewhere one subnet spans them all. */
export const splitsByAvailabilityZone = (target: Target): boolean => target === "aws";

/** How many zones a network's block has room for, the management zone included. */
export const slotCount = (network: Pick<NetworkSpec, "cidr" | "zonePrefix">): number =>
  2 ** (network.zonePrefix - parseBlock(network.cidr).prefix);

export function planZones(environment: Environment): Zone[] {
  const { network, management: spec } = environment;
  const zones = [
    [management, { slot: 0, inside: spec.inside }] as const,
    ...Object.entries(environment.zones).sort(([, a], [, b]) => a.slot - b.slot),
  ];
  const block = parseBlock(network.cidr);
  return zones.map(([name, zone]) => ({ name, ...zone, ...zoneBlocks(environment, block, name, zone.slot) }));
}

function zoneBlocks(
  { target, network }: Environment,
  block: Block,
  name: string,
  slot: number,
): Pick<Zone, "cidr" | "subnets"> {
  const existing = network.existing?.subnets[name];
  if (existing !== undefined) return { subnets: existing };
  const zone = subBlock(block, network.zonePrefix, slot);
  const cidr = showBlock(zone);
  if (!splitsByAvailabilityZone(target)) return { cidr, subnets: [{ cidr }] };
  return { cidr, subnets: byLetter(zone, network.availabilityZones) };
}

const byLetter = (zone: Block, letters: readonly string[]): Subnet[] =>
  letters.map((letter) => ({
    cidr: showBlock(subBlock(zone, zone.prefix + letterBits, zoneLetters.indexOf(letter as "a"))),
    availabilityZone: letter,
  }));

/**
 * Subnets at a network's edge, where no machine stands: those that an internet gateway leads to, for NAT gateways and
 * load balancers with public addresses, and those of a transit gateway, which would else take a machine's address.
 */
export interface Edge {
  readonly internet: readonly Subnet[];
  readonly transit: readonly Subnet[];
}

interface EdgeWants {
  readonly target?: Target | undefined;
  readonly network?: (Pick<NetworkSpec, "frontDoor"> & { readonly existing?: unknown }) | undefined;
  readonly aws?:
    (Pick<AwsSpec, "egress" | "loadBalancers"> & { readonly transitGateway?: unknown }) | undefined;
}

/** Which of them an environment needs. */
function edgeWants({ target, network, aws }: EdgeWants): { internet: boolean; transit: boolean } {
  if (target !== "aws" || network === undefined || network.existing !== undefined || aws === undefined)
    return { internet: false, transit: false };
  return {
    internet:
      aws.egress === "nat" || (aws.loadBalancers === "internet-facing" && network.frontDoor.length > 0),
    transit: aws.transitGateway !== undefined,
  };
}

/** Whether the network's last slot is its edge's. */
export const hasEdge = (wants: EdgeWants): boolean => Object.values(edgeWants(wants)).includes(true);

/** The halves of each quarter of the last slot; each stays where it is, whether the other is there or not. */
export function planEdge(environment: Environment): Edge {
  const { network } = environment;
  const { internet, transit } = edgeWants(environment);
  const half = (index: number): Subnet[] => {
    const last = subBlock(parseBlock(network.cidr), network.zonePrefix, slotCount(network) - 1);
    return byLetter(last, network.availabilityZones.toSorted()).map(({ cidr, availabilityZone = "" }) => {
      const quarter = parseBlock(cidr);
      return { cidr: showBlock(subBlock(quarter, quarter.prefix + 1, index)), availabilityZone };
    });
  };
  return { internet: internet ? half(0) : [], transit: transit ? half(1) : [] };
}

/** A collection's addresses in one subnet. */
export const windowOf = (subnet: Block, slot: number): Block =>
  subBlock(subnet, subnet.prefix + windowBits, slot);

/** The prefix length of the subnet that holds one host of a zone, for a zone of this prefix length. */
export const subnetPrefix = (target: Target, zonePrefix: number): number =>
  splitsByAvailabilityZone(target) ? zonePrefix + letterBits : zonePrefix;

/** How many machines fit in a window; one address stays free, since the last window ends in the broadcast address. */
export const windowCapacity = (prefixOfSubnet: number): number =>
  Math.max(0, Math.floor(sizeOf(prefixOfSubnet + windowBits)) - 1);
