import type { Assumption } from "../network/index.ts";
import { noAddress, parseAddress, parseCidr, unionAddresses, type Addresses } from "../space/index.ts";
import { readFiles, type DescribedFile } from "./described/files.ts";
import { networkInterfaces, instancesOf } from "./described/interfaces.ts";
import { namesOf } from "./described/names.ts";
import { routeTables } from "./described/routes.ts";
import { networkAcls, securityGroups } from "./described/rules.ts";
import type { Described, Item, Key } from "./described/schema.ts";
import { userDataOf } from "./described/userData.ts";
import type { Certainty, Facts, Link, NatGateway, Peering, PeeringEnd, Subnet, Vpc } from "./facts.ts";

/** The facts that files with the output of `aws ec2 describe-...` tell, all of them together. */
export function describedFacts(files: readonly DescribedFile[]): Facts {
  const described = unique(readFiles(files));
  const subnets = subnetsOf(described);
  return {
    vpcs: vpcsOf(described, subnets),
    subnets,
    groups: securityGroups(described),
    acls: networkAcls(described),
    tables: routeTables(described, attachedTo(described)),
    interfaces: networkInterfaces(described),
    peerings: peeringsOf(described),
    lists: [
      ...(described.ManagedPrefixLists ?? []).map(({ PrefixListId: id, Entries }) => ({
        id,
        blocks: (Entries ?? []).map(({ Cidr }) => parseCidr(Cidr)),
        isPartial: Entries === undefined,
      })),
      ...(described.PrefixLists ?? []).map(({ PrefixListId: id, Cidrs }) => ({
        id,
        blocks: (Cidrs ?? []).map(parseCidr),
        isPartial: Cidrs === undefined,
      })),
    ],
    nats: (described.NatGateways ?? []).flatMap(natOf),
    strays: [],
    userData: userDataOf(described),
    names: namesOf(described),
    assumptions: missing(described),
  };
}

const idOf: Partial<Record<Key, string>> = {
  Vpcs: "VpcId",
  Subnets: "SubnetId",
  SecurityGroups: "GroupId",
  SecurityGroupRules: "SecurityGroupRuleId",
  NetworkAcls: "NetworkAclId",
  RouteTables: "RouteTableId",
  NetworkInterfaces: "NetworkInterfaceId",
  VpcPeeringConnections: "VpcPeeringConnectionId",
  NatGateways: "NatGatewayId",
};

/** What several files tell is taken as the last of them tells it. */
function unique(described: Described): Described {
  const once = Object.entries(described).map(([key, items]) => {
    const id = idOf[key as Key];
    if (id === undefined) return [key, items] as const;
    const byId = new Map<unknown, unknown>();
    for (const item of items) byId.set((item as Record<string, unknown>)[id] ?? item, item);
    return [key, [...byId.values()]] as const;
  });
  return Object.fromEntries(once);
}

const union = (cidrs: readonly (string | undefined)[]): Addresses | undefined => {
  const known = cidrs.filter((cidr) => cidr !== undefined);
  return known.length === 0 ? undefined : unionAddresses(known.map(parseCidr));
};

const isThere = (state: { State?: string | undefined } | undefined): boolean =>
  !["disassociated", "disassociating", "failed"].includes(state?.State ?? "associated");

const ipv6Of = (set: Item<"Vpcs">["Ipv6CidrBlockAssociationSet"]): string[] =>
  (set ?? []).flatMap(({ Ipv6CidrBlock, Ipv6CidrBlockState }) =>
    isThere(Ipv6CidrBlockState) ? [Ipv6CidrBlock] : [],
  );

/** Those that are described, and those that are only named. */
function subnetsOf(described: Described): Subnet[] {
  const subnets = new Map<string, Subnet>();
  for (const { SubnetId: id, VpcId: vpc, CidrBlock, Ipv6CidrBlockAssociationSet } of described.Subnets ??
    []) {
    const blocks = union([CidrBlock, ...ipv6Of(Ipv6CidrBlockAssociationSet)]);
    subnets.set(id, { id, vpc, ...(blocks === undefined ? {} : { blocks }) });
  }
  for (const { SubnetId: id, VpcId: vpc } of [
    ...(described.NetworkInterfaces ?? []),
    ...instancesOf(described),
    ...instancesOf(described).flatMap(({ NetworkInterfaces = [] }) => NetworkInterfaces),
  ])
    if (id !== undefined && vpc !== undefined && !subnets.has(id)) subnets.set(id, { id, vpc });
  return [...subnets.values()];
}

function vpcsOf(described: Described, subnets: readonly Subnet[]): Vpc[] {
  const items = new Map((described.Vpcs ?? []).map((vpc) => [vpc.VpcId, vpc]));
  const internet = attached(described.InternetGateways);
  const egressOnly = attached(described.EgressOnlyInternetGateways);
  const tables = Map.groupBy(described.RouteTables ?? [], ({ VpcId }) => VpcId);
  const links = linksOf(described);
  return [...new Set([...items.keys(), ...subnets.map(({ vpc }) => vpc)])].map((id) => {
    const item = items.get(id);
    const routes = (tables.get(id) ?? []).flatMap(({ Routes }) => Routes ?? []);
    const own = item ?? {
      CidrBlock: undefined,
      CidrBlockAssociationSet: [],
      Ipv6CidrBlockAssociationSet: [],
    };
    const local = routes.filter(({ GatewayId }) => GatewayId === "local");
    const blocks = [
      own.CidrBlock,
      ...(own.CidrBlockAssociationSet ?? []).flatMap(({ CidrBlock, CidrBlockState }) =>
        isThere(CidrBlockState) ? [CidrBlock] : [],
      ),
      ...ipv6Of(own.Ipv6CidrBlockAssociationSet),
      ...local.flatMap(({ DestinationCidrBlock, DestinationIpv6CidrBlock }) => [
        DestinationCidrBlock,
        DestinationIpv6CidrBlock,
      ]),
    ];
    const ofSubnets = subnets.flatMap(({ vpc, blocks: some }) =>
      vpc === id && some !== undefined ? [some] : [],
    );
    const gateways = routes.map(
      ({ GatewayId, EgressOnlyInternetGatewayId }) => EgressOnlyInternetGatewayId ?? GatewayId ?? "",
    );
    const leads = (prefix: string) => gateways.some((gateway) => gateway.startsWith(prefix));
    return {
      id,
      blocks: unionAddresses([union(blocks) ?? noAddress, ...ofSubnets]),
      internet: certainty(internet, id, leads("igw-"), "maybe"),
      // Nobody gets in by one of which no route leads out.
      egressOnly: certainty(egressOnly, id, leads("eigw-"), "no"),
      links: [...(links.get(id) ?? []), ...(links.get(undefined) ?? [])],
    };
  });
}

type Attached = Item<"InternetGateways">["Attachments"];

/** The VPCs that gateways are attached to; undefined where gateways are not described. */
function attached(gateways: readonly { Attachments?: Attached }[] | undefined): Set<string> | undefined {
  if (gateways === undefined) return undefined;
  const attachments = gateways.flatMap(({ Attachments = [] }) => Attachments);
  return new Set(
    attachments.flatMap(({ VpcId, State }) =>
      VpcId === undefined || ["detached", "detaching"].includes(State ?? "") ? [] : [VpcId],
    ),
  );
}

const certainty = (
  gateways: ReadonlySet<string> | undefined,
  vpc: string,
  isRouted: boolean,
  otherwise: Certainty,
): Certainty =>
  gateways === undefined ? (isRouted ? "sure" : otherwise) : gateways.has(vpc) ? "sure" : "no";

/** Why VPCs may be connected to others; under undefined, what holds for all. */
function linksOf(described: Described): Map<string | undefined, Link[]> {
  const links = new Map<string | undefined, Link[]>();
  const link = (vpc: string | undefined, why: string, to?: string) => {
    links.set(vpc, [...(links.get(vpc) ?? []), { why, ...(to === undefined ? {} : { to, origin: to }) }]);
  };
  const isGone = (state: string | undefined) =>
    ["deleted", "deleting", "detached", "failed", "rejected"].includes(state ?? "");
  const { TransitGatewayAttachments: all, TransitGatewayVpcAttachments: ofVpcs } = described;
  for (const { TransitGatewayId, ResourceType, ResourceId, State } of all ?? [])
    if (ResourceType === "vpc" && ResourceId !== undefined && !isGone(State))
      link(ResourceId, `it is attached to ${TransitGatewayId ?? "a transit gateway"}`, TransitGatewayId);
  for (const { TransitGatewayId, VpcId, State } of ofVpcs ?? [])
    if (VpcId !== undefined && !isGone(State))
      link(VpcId, `it is attached to ${TransitGatewayId ?? "a transit gateway"}`, TransitGatewayId);
  for (const { VpnGatewayId, VpcAttachments = [] } of described.VpnGateways ?? [])
    for (const { VpcId, State } of VpcAttachments)
      if (VpcId !== undefined && !isGone(State))
        link(VpcId, `it is attached to ${VpnGatewayId}`, VpnGatewayId);
  const leads = (described.RouteTables ?? []).some(({ Routes = [] }) =>
    Routes.some(({ TransitGatewayId, CoreNetworkArn }) => (TransitGatewayId ?? CoreNetworkArn) !== undefined),
  );
  if (leads && all === undefined && ofVpcs === undefined)
    link(undefined, "a route leads to a transit gateway, and TransitGatewayAttachments are not described");
  return links;
}

/** The transit gateways to which VPCs are attached, as `vpc gateway`. */
function attachedTo(described: Described): Set<string> {
  const { TransitGatewayAttachments: all = [], TransitGatewayVpcAttachments: ofVpcs = [] } = described;
  const known = [
    ...ofVpcs.map(({ TransitGatewayId, VpcId, State }) => ({ TransitGatewayId, VpcId, State })),
    ...all
      .filter(({ ResourceType }) => ResourceType === "vpc")
      .map(({ TransitGatewayId, ResourceId, State }) => ({ TransitGatewayId, VpcId: ResourceId, State })),
  ];
  return new Set(
    known.flatMap(({ TransitGatewayId = "", VpcId = "", State = "available" }) =>
      State === "available" ? [`${VpcId} ${TransitGatewayId}`] : [],
    ),
  );
}

const peeringsOf = ({ VpcPeeringConnections = [] }: Described): Peering[] =>
  VpcPeeringConnections.map(({ VpcPeeringConnectionId: id, Status, AccepterVpcInfo, RequesterVpcInfo }) => {
    const end = (side: typeof AccepterVpcInfo): PeeringEnd => ({
      vpc: side?.VpcId,
      blocks: union([
        side?.CidrBlock,
        ...(side?.CidrBlockSet ?? []).map(({ CidrBlock }) => CidrBlock),
        ...(side?.Ipv6CidrBlockSet ?? []).map(({ Ipv6CidrBlock }) => Ipv6CidrBlock),
      ]),
    });
    const active = Status === undefined ? "maybe" : Status.Code === "active" ? "sure" : "no";
    return { id, active, ends: [end(RequesterVpcInfo), end(AccepterVpcInfo)] };
  });

function natOf(item: Item<"NatGateways">): NatGateway[] {
  if (["deleted", "deleting", "failed"].includes(item.State ?? "")) return [];
  const addresses = item.NatGatewayAddresses ?? [];
  return [
    {
      id: item.NatGatewayId,
      subnet: item.SubnetId,
      isPublic:
        item.ConnectivityType === undefined ? "maybe" : item.ConnectivityType === "public" ? "sure" : "no",
      publicAddresses: addresses.flatMap(({ PublicIp }) =>
        PublicIp === undefined ? [] : [parseAddress(PublicIp)],
      ),
      privateAddresses: addresses.flatMap(({ PrivateIp }) =>
        PrivateIp === undefined ? [] : [parseAddress(PrivateIp)],
      ),
    },
  ];
}

/** Of what no file has a list, though there may be some. */
function missing(described: Described): Assumption[] {
  const lacks = (key: Key, text: string): Assumption[] => (described[key] === undefined ? [{ text }] : []);
  return [
    ...lacks(
      "Vpcs",
      "Vpcs are not described: their blocks are taken to be those of their subnets and local routes",
    ),
    ...lacks(
      "InternetGateways",
      "InternetGateways are not described: where a public address is, there may be one",
    ),
    ...lacks(
      "VpcPeeringConnections",
      "VpcPeeringConnections are not described: routes to them may lead anywhere",
    ),
    ...(described.NetworkInterfaces === undefined
      ? [
          {
            text: "NetworkInterfaces are not described: only instances are known, and no load balancer, database or endpoint",
          },
        ]
      : []),
  ];
}
