/**
 * Whether one packet passes, straight from what AWS documents of the JSON that `aws ec2 describe-...` prints. It is slow
 * and shares nothing with what it is to judge.
 */
export interface World {
  Vpcs: { VpcId: string; CidrBlock: string; Ipv6CidrBlockAssociationSet: { Ipv6CidrBlock: string }[] }[];
  Subnets: { SubnetId: string; VpcId: string; CidrBlock: string }[];
  SecurityGroups: {
    GroupId: string;
    IpPermissions: Permission[];
    IpPermissionsEgress: Permission[];
  }[];
  NetworkAcls: {
    NetworkAclId: string;
    VpcId: string;
    IsDefault: boolean;
    Associations: { SubnetId: string }[];
    Entries: Entry[];
  }[];
  RouteTables: {
    RouteTableId: string;
    VpcId: string;
    Associations: ({ Main: true } | { Main: false; SubnetId: string })[];
    Routes: Route[];
  }[];
  NetworkInterfaces: Eni[];
  VpcPeeringConnections: {
    VpcPeeringConnectionId: string;
    Status: { Code: string };
    AccepterVpcInfo: { VpcId: string };
    RequesterVpcInfo: { VpcId: string };
  }[];
  InternetGateways: { InternetGatewayId: string; Attachments: { VpcId: string; State: string }[] }[];
  EgressOnlyInternetGateways: {
    EgressOnlyInternetGatewayId: string;
    Attachments: { VpcId: string; State: string }[];
  }[];
  NatGateways: {
    NatGatewayId: string;
    SubnetId: string;
    VpcId: string;
    State: string;
    ConnectivityType: string;
    NatGatewayAddresses: { PublicIp: string; PrivateIp: string }[];
  }[];
  ManagedPrefixLists: { PrefixListId: string; Entries: { Cidr: string }[] }[];
}

export interface Permission {
  IpProtocol: string;
  FromPort?: number;
  ToPort?: number;
  IpRanges?: { CidrIp: string }[];
  Ipv6Ranges?: { CidrIpv6: string }[];
  PrefixListIds?: { PrefixListId: string }[];
  UserIdGroupPairs?: { GroupId: string }[];
}

export interface Entry {
  RuleNumber: number;
  RuleAction: string;
  Egress: boolean;
  Protocol: string;
  CidrBlock?: string;
  Ipv6CidrBlock?: string;
  PortRange?: { From: number; To: number };
  IcmpTypeCode?: { Type: number; Code: number };
}

export interface Route {
  DestinationCidrBlock?: string;
  DestinationIpv6CidrBlock?: string;
  GatewayId?: string;
  NatGatewayId?: string;
  VpcPeeringConnectionId?: string;
  EgressOnlyInternetGatewayId?: string;
  State: string;
}

export interface Eni {
  NetworkInterfaceId: string;
  SubnetId: string;
  VpcId: string;
  SourceDestCheck: boolean;
  Attachment: { InstanceId: string };
  Groups: { GroupId: string }[];
  PrivateIpAddresses: { PrivateIpAddress: string; Association?: { PublicIp: string } }[];
  Ipv6Addresses: { Ipv6Address: string }[];
}

/** Who sends or receives, and the address that the other sees. */
export interface Party {
  readonly eni?: Eni;
  readonly address: string;
}

export interface Packet {
  readonly protocol: number;
  /** Of ICMP, the type times 256 and the code. */
  readonly port: number;
}

const addresses = new Map<string, bigint>();
function numberOf(address: string): bigint {
  let value = addresses.get(address);
  if (value === undefined) {
    if (address.includes(":")) {
      const [head = "", tail = ""] = address.split("::");
      const left = head.split(":").filter((part) => part !== "");
      const right = tail.split(":").filter((part) => part !== "");
      const zeros = Array<string>(8 - left.length - right.length).fill("0");
      value = BigInt(`0x${[...left, ...zeros, ...right].map((part) => part.padStart(4, "0")).join("")}`);
    } else value = address.split(".").reduce((sum, part) => sum * 256n + BigInt(part), 0n);
    addresses.set(address, value);
  }
  return value;
}

function contains(cidr: string, address: string): boolean {
  if (cidr.includes(":") !== address.includes(":")) return false;
  const [block = "", prefix = ""] = cidr.split("/");
  const bits = BigInt((cidr.includes(":") ? 128 : 32) - Number(prefix));
  return numberOf(block) >> bits === numberOf(address) >> bits;
}

const isSame = (a: string, b: string): boolean =>
  a.includes(":") === b.includes(":") && numberOf(a) === numberOf(b);
const isPrivate = ({ eni, address }: Party): boolean =>
  eni !== undefined &&
  (eni.PrivateIpAddresses.some((one) => isSame(one.PrivateIpAddress, address)) ||
    eni.Ipv6Addresses.some((one) => isSame(one.Ipv6Address, address)));
const isPublic = ({ eni, address }: Party): boolean =>
  eni?.PrivateIpAddresses.some(({ Association }) => Association?.PublicIp === address) === true;

/** Whether it arrives, be it as an answer that a firewall cannot tell from a request. */
export function passes(world: World, from: Party, to: Party, packet: Packet): boolean {
  return (
    from.address.includes(":") === to.address.includes(":") &&
    groupsLet(world, from, "IpPermissionsEgress", to, packet, true) &&
    groupsLet(world, to, "IpPermissions", from, packet, true) &&
    aclsLet(world, from, to, packet) &&
    routed(world, from, to, packet, true)
  );
}

/** Whether it arrives as a request, and TCP and UDP answers come back to whatever port was asked from. */
export function connects(world: World, from: Party, to: Party, packet: Packet): boolean {
  if (
    !passes(world, from, to, packet) ||
    !groupsLet(world, from, "IpPermissionsEgress", to, packet, false) ||
    !groupsLet(world, to, "IpPermissions", from, packet, false)
  )
    return false;
  if (!routed(world, from, to, packet, false)) return false;
  if (to.eni !== undefined && !leads(world, to, from, "back")) return false;
  if (packet.protocol === 1 && packet.port >> 8 === 8)
    return aclsLet(world, to, from, { protocol: 1, port: 0 });
  if (packet.protocol === 58 && packet.port >> 8 === 128)
    return aclsLet(world, to, from, { protocol: 58, port: 129 * 256 });
  if (![6, 17, 132].includes(packet.protocol)) return true;
  // Entries change at the edges of their ranges alone.
  const edges = world.NetworkAcls.flatMap(({ Entries }) =>
    Entries.flatMap(({ PortRange }) => (PortRange === undefined ? [] : [PortRange.From, PortRange.To + 1])),
  );
  return [1024, ...edges]
    .filter((port) => port >= 1024 && port < 65536)
    .every((port) => aclsLet(world, to, from, { ...packet, port }));
}

function groupsLet(
  world: World,
  own: Party,
  direction: "IpPermissions" | "IpPermissionsEgress",
  other: Party,
  packet: Packet,
  orAnswer: boolean,
): boolean {
  const { eni } = own;
  if (eni === undefined) return true;
  const lets = (which: "IpPermissions" | "IpPermissionsEgress", isTracked = true) =>
    world.SecurityGroups.some(
      (group) =>
        eni.Groups.some(({ GroupId }) => GroupId === group.GroupId) &&
        group[which].some((permission) => matches(world, permission, other, packet, isTracked)),
    );
  if (lets(direction)) return true;
  // "For protocols other than TCP, UDP, or ICMP, only the IP address and protocol number is tracked."
  if (!orAnswer || [1, 6, 17].includes(packet.protocol)) return false;
  return lets(direction === "IpPermissions" ? "IpPermissionsEgress" : "IpPermissions", false);
}

function matches(
  world: World,
  { IpProtocol, FromPort = -1, ToPort = -1, ...peers }: Permission,
  other: Party,
  { protocol, port }: Packet,
  portsCount: boolean,
): boolean {
  const number = { tcp: "6", udp: "17", icmp: "1", icmpv6: "58" }[IpProtocol] ?? IpProtocol;
  if (number !== "-1") {
    if (Number(number) !== protocol) return false;
    if (protocol === 6 || protocol === 17) {
      if (port < FromPort || port > ToPort) return false;
    } else if (portsCount && (protocol === 1 || protocol === 58)) {
      if (FromPort !== -1 && FromPort !== Math.floor(port / 256)) return false;
      if (FromPort !== -1 && ToPort !== -1 && ToPort !== port % 256) return false;
    }
  }
  const blocks = [
    ...(peers.IpRanges ?? []).map(({ CidrIp }) => CidrIp),
    ...(peers.Ipv6Ranges ?? []).map(({ CidrIpv6 }) => CidrIpv6),
    ...(peers.PrefixListIds ?? []).flatMap(
      ({ PrefixListId }) =>
        world.ManagedPrefixLists.find((list) => list.PrefixListId === PrefixListId)?.Entries.map(
          ({ Cidr }) => Cidr,
        ) ?? [],
    ),
  ];
  return (
    blocks.some((block) => contains(block, other.address)) ||
    (isPrivate(other) &&
      (peers.UserIdGroupPairs ?? []).some(
        ({ GroupId }) => other.eni?.Groups.some((group) => group.GroupId === GroupId) === true,
      ))
  );
}

function aclsLet(world: World, from: Party, to: Party, packet: Packet): boolean {
  const near =
    from.eni !== undefined && from.eni.SubnetId === to.eni?.SubnetId && isPrivate(from) && isPrivate(to);
  return (
    near ||
    (aclLets(world, from, true, to.address, packet) && aclLets(world, to, false, from.address, packet))
  );
}

function aclLets(
  { NetworkAcls }: World,
  { eni }: Party,
  egress: boolean,
  other: string,
  { protocol, port }: Packet,
): boolean {
  if (eni === undefined) return true;
  const acl =
    NetworkAcls.find(({ Associations }) => Associations.some(({ SubnetId }) => SubnetId === eni.SubnetId)) ??
    NetworkAcls.find(({ VpcId, IsDefault }) => IsDefault && VpcId === eni.VpcId);
  const entries = (acl?.Entries ?? []).filter(({ Egress }) => Egress === egress);
  for (const entry of entries.sort((a, b) => a.RuleNumber - b.RuleNumber)) {
    if (!contains(entry.CidrBlock ?? entry.Ipv6CidrBlock ?? "", other)) continue;
    if (entry.Protocol !== "-1") {
      if (Number(entry.Protocol) !== protocol) continue;
      if (protocol === 6 || protocol === 17) {
        const { From, To } = entry.PortRange ?? { From: 0, To: 65535 };
        if (port < From || port > To) continue;
      }
      if (protocol === 1 || (protocol === 58 && entry.Ipv6CidrBlock !== undefined)) {
        const { Type, Code } = entry.IcmpTypeCode ?? { Type: -1, Code: -1 };
        if (Type !== -1 && Type !== Math.floor(port / 256)) continue;
        if (Type !== -1 && Code !== -1 && Code !== port % 256) continue;
      }
    }
    return entry.RuleAction === "allow";
  }
  return false;
}

const attached = (gateways: { Attachments: { VpcId: string }[] }[], vpc: string): boolean =>
  gateways.some(({ Attachments }) => Attachments.some(({ VpcId }) => VpcId === vpc));

function routed(world: World, from: Party, to: Party, packet: Packet, orAnswer: boolean): boolean {
  if (from.eni !== undefined && !leads(world, from, to, "there", packet)) return false;
  if (to.eni === undefined) return true;
  const { VpcId } = to.eni;
  const [internet, egressOnly] = [
    attached(world.InternetGateways, VpcId),
    attached(world.EgressOnlyInternetGateways, VpcId),
  ];
  if (isPublic(to)) return internet && !isPrivate(from);
  if (!isPrivate(to)) return false;
  if (from.eni?.VpcId === VpcId && isPrivate(from)) return true;
  if (isPrivate(from) && peered(world, from.eni?.VpcId, VpcId)) return true;
  // IPv6 needs no translation, and an egress-only gateway lets answers in.
  return (
    to.address.includes(":") &&
    (internet || (orAnswer && egressOnly && ![1, 6, 17, 58].includes(packet.protocol)))
  );
}

const peered = (world: World, one: string | undefined, other: string): boolean =>
  world.VpcPeeringConnections.some(
    ({ Status, AccepterVpcInfo, RequesterVpcInfo }) =>
      Status.Code === "active" &&
      ((AccepterVpcInfo.VpcId === one && RequesterVpcInfo.VpcId === other) ||
        (AccepterVpcInfo.VpcId === other && RequesterVpcInfo.VpcId === one)),
  );

function routeOf(world: World, subnet: string, vpc: string, address: string): Route | undefined {
  const table =
    world.RouteTables.find(({ Associations }) =>
      Associations.some((one) => !one.Main && one.SubnetId === subnet),
    ) ??
    world.RouteTables.find(
      ({ VpcId, Associations }) => VpcId === vpc && Associations.some((one) => one.Main),
    );
  const length = (route: Route) =>
    Number((route.DestinationCidrBlock ?? route.DestinationIpv6CidrBlock ?? "").split("/")[1]);
  return table?.Routes.filter((route) =>
    contains(route.DestinationCidrBlock ?? route.DestinationIpv6CidrBlock ?? "", address),
  ).sort((a, b) => length(b) - length(a))[0];
}

/** Whether the sender's routes lead to the receiver; `back`: whether those of whom is asked lead to who asks. */
function leads(world: World, from: Party, to: Party, way: "there" | "back", packet?: Packet): boolean {
  const { eni } = from;
  if (eni === undefined) return true;
  const route = routeOf(world, eni.SubnetId, eni.VpcId, to.address);
  if (route === undefined || route.State === "blackhole") return false;
  const toPrivate = to.eni !== undefined && isPrivate(to);
  if (isPublic(from))
    return (
      route.GatewayId?.startsWith("igw-") === true &&
      attached(world.InternetGateways, eni.VpcId) &&
      !toPrivate
    );
  if (isPrivate(from)) {
    if (route.GatewayId === "local") return toPrivate && to.eni.VpcId === eni.VpcId;
    if (route.VpcPeeringConnectionId !== undefined) {
      const peering = world.VpcPeeringConnections.find(
        ({ VpcPeeringConnectionId }) => VpcPeeringConnectionId === route.VpcPeeringConnectionId,
      );
      const ends = [peering?.AccepterVpcInfo.VpcId, peering?.RequesterVpcInfo.VpcId];
      return (
        peering?.Status.Code === "active" &&
        toPrivate &&
        ends.includes(eni.VpcId) &&
        ends.some((vpc) => vpc !== eni.VpcId && vpc === to.eni?.VpcId)
      );
    }
    const v6 = to.address.includes(":");
    if (route.GatewayId?.startsWith("igw-") === true)
      return v6 && attached(world.InternetGateways, eni.VpcId);
    return (
      route.EgressOnlyInternetGatewayId !== undefined &&
      v6 &&
      attached(world.EgressOnlyInternetGateways, eni.VpcId)
    );
  }
  // By a NAT gateway's address: TCP, UDP and ICMP, and nothing begins there.
  if (way === "back" || packet === undefined || ![1, 6, 17].includes(packet.protocol)) return false;
  const nat = world.NatGateways.find(({ NatGatewayId }) => NatGatewayId === route.NatGatewayId);
  if (nat?.NatGatewayAddresses.every(({ PublicIp }) => PublicIp !== from.address) !== false) return false;
  const onward = routeOf(world, nat.SubnetId, nat.VpcId, to.address);
  return (
    onward?.State === "active" &&
    onward.GatewayId?.startsWith("igw-") === true &&
    attached(world.InternetGateways, nat.VpcId) &&
    !toPrivate
  );
}
