import fc from "fast-check";
import type { Eni, Entry, Permission, Route, World } from "./naive.ts";

type Pick = <T>(...from: readonly T[]) => T;

/** Some VPCs with all that decides who reaches whom, described in full. */
export function randomWorld(g: fc.GeneratorValue): World {
  const pick: Pick = (...from) => g(fc.constantFrom, ...from) as (typeof from)[number];
  const some = (most: number) => Array.from({ length: g(fc.integer, { min: 0, max: most }) }, (_, at) => at);
  const vpcs = Array.from({ length: pick(2, 3) }, (_, index) => ({
    id: `vpc-${index}`,
    prefix: index === 0 ? "10.0" : pick("10.0", `10.${index}`),
    v6: `2001:db8:${index}`,
  }));
  const subnets = vpcs.flatMap((vpc, index) =>
    (index === 0 ? [0, 1] : [0]).map((at) => ({ id: `subnet-${index}${at}`, vpc, at })),
  );
  const groups = vpcs.flatMap((vpc, index) => [0, 1].map((at) => ({ id: `sg-${index}${at}`, vpc })));
  const blocks = [
    "0.0.0.0/0",
    "10.0.0.0/16",
    "10.0.0.0/24",
    "10.0.1.0/24",
    "10.1.0.0/16",
    "10.0.0.10/32",
    "52.0.0.0/8",
    "198.51.100.0/25",
  ];
  const blocks6 = ["::/0", "2001:db8:0::/64", "2001:db8:1::/48", "2001:db8:f::/48"];

  const permission = (): Permission => {
    const peers = pick<() => Permission>(
      () => ({ IpProtocol: "", IpRanges: [{ CidrIp: pick(...blocks) }] }),
      () => ({ IpProtocol: "", Ipv6Ranges: [{ CidrIpv6: pick(...blocks6) }] }),
      () => ({ IpProtocol: "", UserIdGroupPairs: [{ GroupId: pick(...groups).id }] }),
      () => ({
        IpProtocol: "",
        UserIdGroupPairs: [{ GroupId: pick(...groups).id }],
        IpRanges: [{ CidrIp: pick(...blocks) }],
      }),
      () => ({ IpProtocol: "", PrefixListIds: [{ PrefixListId: "pl-1" }] }),
    )();
    const packets = pick<Permission>(
      { IpProtocol: "-1" },
      { IpProtocol: "-1", FromPort: 22, ToPort: 22 },
      { IpProtocol: "tcp", FromPort: 443, ToPort: 443 },
      { IpProtocol: "tcp", FromPort: 0, ToPort: 65535 },
      { IpProtocol: "6", FromPort: 8000, ToPort: 8443 },
      { IpProtocol: "udp", FromPort: 53, ToPort: 4789 },
      { IpProtocol: "icmp", FromPort: -1, ToPort: -1 },
      { IpProtocol: "icmp", FromPort: 8, ToPort: -1 },
      { IpProtocol: "icmp", FromPort: 3, ToPort: 4 },
      { IpProtocol: "icmpv6", FromPort: -1, ToPort: -1 },
      { IpProtocol: "58", FromPort: 128, ToPort: 0 },
      { IpProtocol: "4" },
      { IpProtocol: "4", FromPort: 443, ToPort: 443 },
      { IpProtocol: "132", FromPort: 1, ToPort: 2 },
    );
    return { ...peers, ...packets };
  };

  const permissions = (): Permission[] =>
    pick<() => Permission[]>(
      () => some(3).map(permission),
      () => [
        {
          IpProtocol: pick("-1", "4", "tcp", "udp"),
          FromPort: 0,
          ToPort: 65535,
          IpRanges: [{ CidrIp: "0.0.0.0/0" }],
          Ipv6Ranges: [{ CidrIpv6: "::/0" }],
        },
      ],
    )();

  const everything = (Egress: boolean): Entry[] => [
    { RuleNumber: 100, RuleAction: "allow", Egress, Protocol: "-1", CidrBlock: "0.0.0.0/0" },
    { RuleNumber: 101, RuleAction: "allow", Egress, Protocol: "-1", Ipv6CidrBlock: "::/0" },
  ];
  const entry = (Egress: boolean, RuleNumber: number): Entry => ({
    RuleNumber,
    RuleAction: pick("allow", "deny"),
    Egress,
    ...pick<() => { CidrBlock: string } | { Ipv6CidrBlock: string }>(
      () => ({ CidrBlock: pick(...blocks) }),
      () => ({ Ipv6CidrBlock: pick(...blocks6) }),
    )(),
    ...pick(
      { Protocol: "-1" },
      { Protocol: "6", PortRange: { From: 443, To: 443 } },
      { Protocol: "6", PortRange: { From: 1024, To: 65535 } },
      { Protocol: "6", PortRange: { From: 1024, To: 8080 } },
      { Protocol: "17", PortRange: { From: 0, To: 65535 } },
      { Protocol: "1", IcmpTypeCode: { Type: 8, Code: -1 } },
      { Protocol: "1", IcmpTypeCode: { Type: -1, Code: -1 } },
      { Protocol: "58", IcmpTypeCode: { Type: 128, Code: 0 } },
      { Protocol: "4" },
      { Protocol: "132", PortRange: { From: 7, To: 9 } },
    ),
  });
  const entries = (egress: boolean): Entry[] => {
    const own = some(3).map((at) => entry(egress, g(fc.integer, { min: 1, max: 8 }) * 10 + at));
    return pick<() => Entry[]>(
      () => own,
      () => [...own, ...everything(egress)],
      () => [...own, ...everything(egress)],
    )();
  };

  const peerings = vpcs.flatMap((one, index) =>
    vpcs.slice(index + 1).flatMap((other) =>
      pick(true, true, false)
        ? [
            {
              VpcPeeringConnectionId: `pcx-${one.id}-${other.id}`,
              Status: { Code: pick("active", "active", "pending-acceptance") },
              RequesterVpcInfo: { VpcId: one.id },
              AccepterVpcInfo: { VpcId: other.id },
            },
          ]
        : [],
    ),
  );
  const internet = vpcs.filter(() => pick(true, false));
  const egressOnly = vpcs.filter(() => pick(true, false, false));
  const nats = internet
    .filter(() => pick(true, false))
    .map((vpc) => ({
      NatGatewayId: `nat-${vpc.id}`,
      SubnetId: subnets.find((subnet) => subnet.vpc === vpc)?.id ?? "",
      VpcId: vpc.id,
      State: "available",
      ConnectivityType: "public",
      NatGatewayAddresses: [
        { PublicIp: `52.1.0.${vpcs.indexOf(vpc) + 1}`, PrivateIp: `${vpc.prefix}.0.250` },
      ],
    }));

  const routesOf = (vpc: (typeof vpcs)[number]): Route[] => {
    const State = "active";
    const v4 = (block: string, target: Partial<Route>): Route => ({
      DestinationCidrBlock: block,
      State,
      ...target,
    });
    const v6 = (block: string, target: Partial<Route>): Route => ({
      DestinationIpv6CidrBlock: block,
      State,
      ...target,
    });
    const known = new Set<string>();
    return [
      v4(`${vpc.prefix}.0.0/16`, { GatewayId: "local" }),
      v6(`${vpc.v6}::/48`, { GatewayId: "local" }),
      ...[...some(4), 5, 6].map(() =>
        pick<() => Route>(
          () => v4("0.0.0.0/0", { GatewayId: `igw-${vpc.id}` }),
          () => v4("52.1.0.0/16", { GatewayId: `igw-${vpc.id}` }),
          () => v4("0.0.0.0/0", { NatGatewayId: `nat-${vpc.id}` }),
          () => v6("::/0", { GatewayId: `igw-${vpc.id}` }),
          () => v6("::/0", { EgressOnlyInternetGatewayId: `eigw-${vpc.id}` }),
          () => v4("198.51.100.0/25", { State: "blackhole" }),
          () => v4("10.0.0.0/8", { State: "blackhole" }),
          ...peerings.flatMap(({ VpcPeeringConnectionId }) => [
            () =>
              v4(pick("10.0.0.0/8", "10.1.0.0/16", "10.1.0.0/24", "10.2.0.0/16"), { VpcPeeringConnectionId }),
            () => v6(pick("2001:db8::/32", "2001:db8:1::/48"), { VpcPeeringConnectionId }),
          ]),
        )(),
      ),
    ].filter((route) => {
      const block = route.DestinationCidrBlock ?? route.DestinationIpv6CidrBlock ?? "";
      const ofOthers =
        route.NatGatewayId !== undefined &&
        !nats.some((nat) => nat.NatGatewayId === route.NatGatewayId && nat.VpcId === vpc.id);
      // AWS takes no such route that is more specific than the local one.
      const isInside = block.startsWith(`${vpc.prefix}.`) && block.endsWith("/24");
      if (known.has(block) || ofOthers || isInside) return false;
      known.add(block);
      return true;
    });
  };

  const enis = subnets.flatMap(({ id, vpc, at }, index): Eni[] =>
    [0, ...(index === 0 ? [1] : [])].map((number) => ({
      NetworkInterfaceId: `eni-${index}${number}`,
      SubnetId: id,
      VpcId: vpc.id,
      SourceDestCheck: true,
      Attachment: { InstanceId: `i-${index}${number}` },
      Groups: [
        ...new Set([
          pick(...groups.filter((group) => group.vpc === vpc)),
          pick(...groups.filter((group) => group.vpc === vpc)),
        ]),
      ].map((group) => ({ GroupId: group.id })),
      PrivateIpAddresses: [
        {
          PrivateIpAddress: `${vpc.prefix}.${at}.${10 + number}`,
          ...(pick(true, false) ? { Association: { PublicIp: `52.0.${index}.${number + 1}` } } : {}),
        },
        ...(pick(true, false, false) ? [{ PrivateIpAddress: `${vpc.prefix}.${at}.${20 + number}` }] : []),
      ],
      Ipv6Addresses: pick(true, false) ? [{ Ipv6Address: `${vpc.v6}:${at}::${number + 1}` }] : [],
    })),
  );

  return {
    Vpcs: vpcs.map(({ id, prefix, v6 }) => ({
      VpcId: id,
      CidrBlock: `${prefix}.0.0/16`,
      Ipv6CidrBlockAssociationSet: [{ Ipv6CidrBlock: `${v6}::/48` }],
    })),
    Subnets: subnets.map(({ id, vpc, at }) => ({
      SubnetId: id,
      VpcId: vpc.id,
      CidrBlock: `${vpc.prefix}.${at}.0/24`,
      Ipv6CidrBlockAssociationSet: [{ Ipv6CidrBlock: `${vpc.v6}:${at}::/64` }],
    })),
    SecurityGroups: groups.map(({ id }) => ({
      GroupId: id,
      IpPermissions: permissions(),
      IpPermissionsEgress: permissions(),
    })),
    NetworkAcls: [
      ...vpcs.map(({ id }) => ({
        NetworkAclId: `acl-${id}`,
        VpcId: id,
        IsDefault: true,
        Associations: [],
        Entries: [...everything(false), ...everything(true)],
      })),
      ...subnets
        .filter(() => pick(true, false))
        .map(({ id, vpc }) => ({
          NetworkAclId: `acl-${id}`,
          VpcId: vpc.id,
          IsDefault: false,
          Associations: [{ SubnetId: id }],
          Entries: [...entries(false), ...entries(true)],
        })),
    ],
    RouteTables: [
      ...vpcs.map((vpc) => ({
        RouteTableId: `rtb-${vpc.id}`,
        VpcId: vpc.id,
        Associations: [{ Main: true as const }],
        Routes: routesOf(vpc),
      })),
      ...subnets
        .filter(() => pick(true, false))
        .map(({ id, vpc }) => ({
          RouteTableId: `rtb-${id}`,
          VpcId: vpc.id,
          Associations: [{ Main: false as const, SubnetId: id }],
          Routes: routesOf(vpc),
        })),
    ],
    NetworkInterfaces: enis,
    VpcPeeringConnections: peerings,
    InternetGateways: internet.map(({ id }) => ({
      InternetGatewayId: `igw-${id}`,
      Attachments: [{ VpcId: id, State: "available" }],
    })),
    EgressOnlyInternetGateways: egressOnly.map(({ id }) => ({
      EgressOnlyInternetGatewayId: `eigw-${id}`,
      Attachments: [{ VpcId: id, State: "attached" }],
    })),
    NatGateways: nats,
    ManagedPrefixLists: [
      {
        PrefixListId: "pl-1",
        Entries: [{ Cidr: "10.0.1.0/24" }, { Cidr: "52.0.0.0/16" }, { Cidr: "198.51.100.0/24" }],
      },
    ],
  };
}
