import type { Assumption, Known, Origin } from "../network/index.ts";
import { noPacket, type Address, type Addresses, type Packets } from "../space/index.ts";

/**
 * What is known of an AWS network, whoever tells it. Ids are the reader's: AWS's own, or the names of resources that
 * have none yet. An id that names nothing of the facts is of something that nobody described.
 */
export interface Facts {
  readonly vpcs: readonly Vpc[];
  readonly subnets: readonly Subnet[];
  readonly groups: readonly SecurityGroup[];
  readonly acls: readonly NetworkAcl[];
  readonly tables: readonly RouteTable[];
  readonly interfaces: readonly NetworkInterface[];
  readonly peerings: readonly Peering[];
  readonly lists: readonly PrefixList[];
  readonly nats: readonly NatGateway[];
  /** Rules of groups of which it is not known which. */
  readonly strays: readonly StrayRule[];
  /** What load balancers pass on, and to whom; absent where nobody described it. */
  readonly relays?: readonly Relay[];
  /** By endpoint: what its operating system is set up with. */
  readonly userData: ReadonlyMap<string, UserData>;
  /** By endpoint: what people call it, where that is another name. */
  readonly names?: ReadonlyMap<string, string>;
  readonly assumptions: readonly Assumption[];
}

/** Whether something is so: certainly, possibly or certainly not. */
export type Certainty = "sure" | "maybe" | "no";

/** Packets that match as far as it is certain that there is what they are to match. */
export const when = (certainty: Certainty, packets: Packets): Known<Packets> => ({
  sure: certainty === "sure" ? packets : noPacket,
  maybe: certainty === "no" ? noPacket : packets,
});

export interface Vpc {
  readonly id: string;
  readonly blocks: Addresses;
  /** Whether an internet gateway is attached. */
  readonly internet: Certainty;
  /** Whether an egress-only internet gateway is there, for IPv6. */
  readonly egressOnly: Certainty;
  /** By what it may be connected to networks in other ways than peering: transit gateways, VPNs, what is not understood. */
  readonly links: readonly Link[];
  /** Whether others may have machines there, of which nobody told. */
  readonly isShared?: boolean;
}

export interface Link {
  /** As a sentence. */
  readonly why: string;
  /** What it leads to, such as a transit gateway; absent where nothing is there that leads anywhere, as far as is known. */
  readonly to?: string;
  readonly origin?: string;
}

export interface Subnet {
  readonly id: string;
  readonly vpc: string;
  /** Absent where it is not known. */
  readonly blocks?: Addresses;
}

export interface SecurityGroup {
  readonly id: string;
  readonly ingress: readonly GroupRule[];
  readonly egress: readonly GroupRule[];
  /** Whether there may be other rules. */
  readonly isPartial?: boolean;
}

export interface GroupRule {
  readonly packets: Known<Packets>;
  readonly peer: Peer;
  readonly origin: Origin;
}

export interface StrayRule extends GroupRule {
  readonly direction: "ingress" | "egress";
}

/** The other end of a rule; `unknown` may be anyone. */
export type Peer =
  | { readonly kind: "block"; readonly addresses: Addresses }
  | { readonly kind: "group"; readonly id: string }
  | { readonly kind: "list"; readonly id: string }
  | { readonly kind: "unknown" };

export interface PrefixList {
  readonly id: string;
  readonly blocks: readonly Addresses[];
  readonly isPartial?: boolean;
}

export interface NetworkAcl {
  readonly id: string;
  readonly vpc: string | undefined;
  readonly isDefault: boolean;
  /** The subnets that are associated with it by name. */
  readonly subnets: readonly string[];
  /** Whether others may be, too. */
  readonly hasOthers?: boolean;
  readonly ingress: readonly AclEntry[];
  readonly egress: readonly AclEntry[];
  readonly isPartial?: boolean;
}

/** An entry of which the number, the action or the block is undefined where it is not known. */
export interface AclEntry {
  readonly number: number | undefined;
  readonly action: "allow" | "deny" | undefined;
  readonly block: Addresses | undefined;
  readonly packets: Known<Packets>;
  readonly origin: Origin;
}

export interface RouteTable {
  readonly id: string;
  readonly vpc: string | undefined;
  readonly isMain: boolean;
  readonly subnets: readonly string[];
  readonly hasOthers?: boolean;
  readonly routes: readonly Route[];
  readonly isPartial?: boolean;
}

export interface Route {
  /** One block, or a prefix list by its id; undefined where it is not known. */
  readonly to: Addresses | string | undefined;
  readonly target: Target;
  /** Whether a virtual private gateway brought it: the local route comes before those. */
  readonly isPropagated?: boolean;
  readonly origin: Origin;
}

export type Target =
  | { readonly kind: "local" }
  | { readonly kind: "blackhole" }
  | { readonly kind: "internet" }
  | { readonly kind: "egress-only" }
  | { readonly kind: "peering"; readonly id: string }
  | { readonly kind: "nat"; readonly id: string }
  /** An instance or a network interface. */
  | { readonly kind: "interface"; readonly id: string }
  /** A gateway endpoint of one of AWS's services. */
  | { readonly kind: "service"; readonly what: string }
  /** A transit gateway to which the VPC is attached: taken to lead to the route's block and back. */
  | { readonly kind: "transit"; readonly id: string }
  /** What routes that nobody described may lead to, and are taken to where something needs it. */
  | { readonly kind: "undescribed" }
  /** Somewhere that keeps private addresses as they are: a transit gateway, a VPN, an endpoint. */
  | { readonly kind: "elsewhere"; readonly what: string }
  | { readonly kind: "unknown"; readonly why: string };

export interface Peering {
  readonly id: string;
  readonly active: Certainty;
  readonly ends: readonly [PeeringEnd, PeeringEnd];
}

export interface PeeringEnd {
  readonly vpc: string | undefined;
  readonly blocks: Addresses | undefined;
}

export interface NatGateway {
  readonly id: string;
  readonly subnet: string | undefined;
  /** Whether it is for the internet, and not for private networks alone. */
  readonly isPublic: Certainty;
  readonly publicAddresses: readonly Address[];
  readonly privateAddresses: readonly Address[];
}

/** Text, or why it is not known. */
export type UserData = { readonly text: string } | { readonly why: string };

/** A load balancer passes connections on: with their sender's address or its own, and security groups that name its group let either pass (https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-security-groups.html). */
export interface Relay {
  /** The load balancer's endpoint; undefined where it is not known which. */
  readonly from: string | undefined;
  /** Undefined where it is not known. */
  readonly port: number | undefined;
  readonly protocol: string;
  /** An address, or an endpoint by its id; undefined where it is not known. */
  readonly to: Address | string | undefined;
  readonly toPort: number | undefined;
  readonly origins: readonly Origin[];
}

export interface NetworkInterface {
  readonly id: string;
  readonly endpoint: string;
  /** What the endpoint is: `instance`, `load balancer`. */
  readonly kind: string;
  readonly subnet: string | undefined;
  readonly addresses: readonly Address[];
  /** Whether it may have others, that are not known. */
  readonly hasOthers: boolean;
  /** Blocks that are delegated to it, of which it may use every address. */
  readonly prefixes: Addresses;
  readonly publicAddresses: readonly Address[];
  readonly hasPublic: Certainty;
  readonly groups: readonly string[];
  /** Whether it may wear other groups as well. */
  readonly inOthers: boolean;
  /** Whether it takes and sends packets only with its own addresses. */
  readonly checksSource: Certainty;
}
