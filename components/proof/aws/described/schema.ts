import * as v from "valibot";
import { parseAddress, parseCidr } from "../../space/index.ts";
import { protocolNumber } from "../protocol.ts";

/** The shapes of what `aws ec2 describe-...` prints, as far as they decide who reaches whom. */
const text = v.string();
const maybe = v.optional(text);
const read = (parse: (value: string) => unknown, expected: string) =>
  v.pipe(
    v.string(),
    v.check((value) => {
      try {
        return parse(value) !== undefined;
      } catch {
        return false;
      }
    }, expected),
  );
const cidr = read(parseCidr, "a CIDR block, such as 10.0.0.0/16 or fd00::/64");
const address = v.optional(read(parseAddress, "an IP address, such as 10.0.0.1 or fd00::1"));
const ip = read(parseAddress, "an IP address, such as 10.0.0.1 or fd00::1");
const protocol = read(protocolNumber, "tcp, udp, icmp, icmpv6, -1 for all, or a number from 0 to 255");
const number = v.optional(v.number());
const flag = v.optional(v.boolean());
const many = <S extends v.GenericSchema>(item: S) => v.optional(v.array(item));

const group = v.looseObject({ GroupId: text });
const association = v.optional(v.looseObject({ PublicIp: address }));

export const networkInterface = v.looseObject({
  NetworkInterfaceId: text,
  SubnetId: maybe,
  VpcId: maybe,
  Groups: many(group),
  PrivateIpAddress: address,
  PrivateIpAddresses: many(v.looseObject({ PrivateIpAddress: address, Association: association })),
  Ipv6Addresses: many(v.looseObject({ Ipv6Address: ip })),
  Ipv4Prefixes: many(v.looseObject({ Ipv4Prefix: cidr })),
  Ipv6Prefixes: many(v.looseObject({ Ipv6Prefix: cidr })),
  Association: association,
  SourceDestCheck: flag,
  InterfaceType: maybe,
  Description: maybe,
  Attachment: v.optional(v.looseObject({ InstanceId: maybe })),
});

const tags = many(v.looseObject({ Key: text, Value: text }));

const instance = v.looseObject({
  InstanceId: text,
  Tags: tags,
  State: v.optional(v.looseObject({ Name: text })),
  VpcId: maybe,
  SubnetId: maybe,
  PrivateIpAddress: address,
  PublicIpAddress: address,
  Ipv6Address: address,
  SecurityGroups: many(group),
  SourceDestCheck: flag,
  NetworkInterfaces: many(networkInterface),
});

export const permission = v.looseObject({
  IpProtocol: protocol,
  FromPort: number,
  ToPort: number,
  IpRanges: many(v.looseObject({ CidrIp: cidr, Description: maybe })),
  Ipv6Ranges: many(v.looseObject({ CidrIpv6: cidr, Description: maybe })),
  PrefixListIds: many(v.looseObject({ PrefixListId: text, Description: maybe })),
  UserIdGroupPairs: many(v.looseObject({ GroupId: maybe, Description: maybe })),
});

const vpcSide = v.optional(
  v.looseObject({
    VpcId: maybe,
    CidrBlock: v.optional(cidr),
    CidrBlockSet: many(v.looseObject({ CidrBlock: cidr })),
    Ipv6CidrBlockSet: many(v.looseObject({ Ipv6CidrBlock: cidr })),
  }),
);

const associatedBlock = { AssociationState: maybe, State: maybe };
const ipv6Blocks = many(
  v.looseObject({ Ipv6CidrBlock: cidr, Ipv6CidrBlockState: v.optional(v.looseObject(associatedBlock)) }),
);
const attachments = many(v.looseObject({ VpcId: maybe, State: maybe }));

/** By the key under which each list stands. */
export const lists = {
  Vpcs: v.looseObject({
    VpcId: text,
    CidrBlock: v.optional(cidr),
    CidrBlockAssociationSet: many(
      v.looseObject({ CidrBlock: cidr, CidrBlockState: v.optional(v.looseObject(associatedBlock)) }),
    ),
    Ipv6CidrBlockAssociationSet: ipv6Blocks,
  }),
  Subnets: v.looseObject({
    SubnetId: text,
    VpcId: text,
    CidrBlock: v.optional(cidr),
    Ipv6CidrBlockAssociationSet: ipv6Blocks,
  }),
  SecurityGroups: v.looseObject({
    GroupId: text,
    GroupName: maybe,
    IpPermissions: many(permission),
    IpPermissionsEgress: many(permission),
  }),
  SecurityGroupRules: v.looseObject({
    SecurityGroupRuleId: maybe,
    GroupId: text,
    IsEgress: v.boolean(),
    IpProtocol: protocol,
    FromPort: number,
    ToPort: number,
    CidrIpv4: v.optional(cidr),
    CidrIpv6: v.optional(cidr),
    PrefixListId: maybe,
    ReferencedGroupInfo: v.optional(v.looseObject({ GroupId: maybe })),
    Description: maybe,
  }),
  NetworkAcls: v.looseObject({
    NetworkAclId: text,
    VpcId: maybe,
    IsDefault: flag,
    Associations: many(v.looseObject({ SubnetId: maybe })),
    Entries: many(
      v.looseObject({
        RuleNumber: v.number(),
        RuleAction: v.picklist(["allow", "deny"]),
        Egress: v.boolean(),
        Protocol: protocol,
        CidrBlock: v.optional(cidr),
        Ipv6CidrBlock: v.optional(cidr),
        PortRange: v.optional(v.looseObject({ From: number, To: number })),
        IcmpTypeCode: v.optional(v.looseObject({ Type: number, Code: number })),
      }),
    ),
  }),
  RouteTables: v.looseObject({
    RouteTableId: text,
    VpcId: maybe,
    Associations: many(v.looseObject({ Main: flag, SubnetId: maybe, GatewayId: maybe })),
    Routes: many(
      v.looseObject({
        DestinationCidrBlock: v.optional(cidr),
        DestinationIpv6CidrBlock: v.optional(cidr),
        DestinationPrefixListId: maybe,
        GatewayId: maybe,
        NatGatewayId: maybe,
        TransitGatewayId: maybe,
        VpcPeeringConnectionId: maybe,
        EgressOnlyInternetGatewayId: maybe,
        InstanceId: maybe,
        NetworkInterfaceId: maybe,
        LocalGatewayId: maybe,
        CarrierGatewayId: maybe,
        CoreNetworkArn: maybe,
        State: maybe,
        Origin: maybe,
      }),
    ),
  }),
  Instances: instance,
  Reservations: v.looseObject({ Instances: many(instance) }),
  NetworkInterfaces: networkInterface,
  VpcPeeringConnections: v.looseObject({
    VpcPeeringConnectionId: text,
    Status: v.optional(v.looseObject({ Code: text })),
    AccepterVpcInfo: vpcSide,
    RequesterVpcInfo: vpcSide,
  }),
  InternetGateways: v.looseObject({ InternetGatewayId: text, Attachments: attachments }),
  EgressOnlyInternetGateways: v.looseObject({ EgressOnlyInternetGatewayId: text, Attachments: attachments }),
  NatGateways: v.looseObject({
    NatGatewayId: text,
    SubnetId: maybe,
    State: maybe,
    ConnectivityType: maybe,
    NatGatewayAddresses: many(v.looseObject({ PublicIp: address, PrivateIp: address })),
  }),
  ManagedPrefixLists: v.looseObject({ PrefixListId: text, Entries: many(v.looseObject({ Cidr: cidr })) }),
  PrefixLists: v.looseObject({ PrefixListId: text, Cidrs: many(cidr) }),
  VpcEndpoints: v.looseObject({
    VpcEndpointId: text,
    VpcEndpointType: maybe,
    VpcId: maybe,
    ServiceName: maybe,
    NetworkInterfaceIds: many(text),
  }),
  LaunchTemplateVersions: v.looseObject({
    LaunchTemplateId: text,
    VersionNumber: v.number(),
    LaunchTemplateData: v.optional(v.looseObject({ UserData: maybe })),
  }),
  TransitGatewayAttachments: v.looseObject({
    TransitGatewayId: maybe,
    ResourceType: maybe,
    ResourceId: maybe,
    State: maybe,
  }),
  TransitGatewayVpcAttachments: v.looseObject({ TransitGatewayId: maybe, VpcId: maybe, State: maybe }),
  VpnGateways: v.looseObject({ VpnGatewayId: text, VpcAttachments: attachments }),
  Addresses: v.looseObject({
    PublicIp: address,
    NetworkInterfaceId: maybe,
    InstanceId: maybe,
  }),
} as const;

export type Key = keyof typeof lists;
export type Described = { readonly [K in Key]?: readonly v.InferOutput<(typeof lists)[K]>[] };
export type Item<K extends Key> = v.InferOutput<(typeof lists)[K]>;
