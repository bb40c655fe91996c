import { parseBlock, showBlock, sizeOf, subBlock, type Block } from "./address.ts";
import type { Environment, Inside, NetworkSpec, Target } from "./environment.ts";

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
const lettersBits = 2;
const windowsBits = 3;
/** The windows that collections can take: all but window 0. */
export const collectionSlots = 2 ** windowsBits - 1;

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
  const subnets = network.availabilityZones.map((letter) => ({
    cidr: showBlock(subBlock(zone, zone.prefix + lettersBits, zoneLetters.indexOf(letter as "a"))),
    availabilityZone: letter,
  }));
  return { cidr, subnets };
}

/** A collection's addresses in one subnet. */
export const windowOf = (subnet: Block, slot: number): Block =>
  subBlock(subnet, subnet.prefix + windowsBits, slot);

/** The prefix length of the subnet that holds one host of a zone, for a zone of this prefix length. */
export const subnetPrefix = (target: Target, zonePrefix: number): number =>
  splitsByAvailabilityZone(target) ? zonePrefix + lettersBits : zonePrefix;

/** How many machines fit in a window; one address stays free, since the last window ends in the broadcast address. */
export const windowCapacity = (prefixOfSubnet: number): number =>
  Math.max(0, Math.floor(sizeOf(prefixOfSubnet + windowsBits)) - 1);
