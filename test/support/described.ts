import type { Instance, NetworkAcl, NetworkInterface } from "@aws-sdk/client-ec2";
import type { Session } from "../../scripts/offline/aws/cloud/session.ts";

/** What `aws ec2 describe-...` prints of everything, by the key under which each list stands. */
export type Described = Readonly<Record<string, readonly unknown[]>>;

/** Asks for every list that `scripts/prove --ec2` reads; what moto says otherwise than EC2 is put right. */
export async function describeAll({ ec2 }: Session): Promise<Described> {
  const own = { Filters: [{ Name: "is-default", Values: ["false"] }] };
  const [vpcs, subnets, groups, rules, acls, tables, interfaces, instances] = await Promise.all([
    ec2.describeVpcs(own),
    ec2.describeSubnets(),
    ec2.describeSecurityGroups(),
    ec2.describeSecurityGroupRules(),
    ec2.describeNetworkAcls(),
    ec2.describeRouteTables(),
    ec2.describeNetworkInterfaces(),
    ec2.describeInstances(),
  ]);
  const [lists, gateways, nats, endpoints, transit, addresses, peerings, vpns] = await Promise.all([
    ec2.describeManagedPrefixLists(),
    ec2.describeInternetGateways(),
    ec2.describeNatGateways(),
    ec2.describeVpcEndpoints(),
    ec2.describeTransitGatewayVpcAttachments(),
    ec2.describeAddresses(),
    ec2.describeVpcPeeringConnections(),
    ec2.describeVpnGateways(),
  ]);
  const { LaunchTemplates = [] } = await ec2.describeLaunchTemplates();
  const versions = await Promise.all(
    LaunchTemplates.map(({ LaunchTemplateId }) => ec2.describeLaunchTemplateVersions({ LaunchTemplateId })),
  );
  // moto comes with a default VPC, which nothing of ours is in.
  const known = new Set(vpcs.Vpcs?.map(({ VpcId }) => VpcId));
  const inThem = <T extends { VpcId?: string | undefined }>(items: readonly T[] | undefined): T[] =>
    (items ?? []).filter(({ VpcId }) => known.has(VpcId));
  const nics = inThem(interfaces.NetworkInterfaces).map(asInEc2);
  const ours = inThem(groups.SecurityGroups);
  const ids = new Set(ours.map(({ GroupId }) => GroupId));
  const live = new Set(inThem(subnets.Subnets).map(({ SubnetId }) => SubnetId));
  return plain({
    Vpcs: vpcs.Vpcs ?? [],
    Subnets: inThem(subnets.Subnets),
    SecurityGroups: ours,
    SecurityGroupRules: rules.SecurityGroupRules?.filter(({ GroupId }) => ids.has(GroupId)) ?? [],
    NetworkAcls: inThem(acls.NetworkAcls).map((acl) => withoutGone(acl, live)),
    RouteTables: inThem(tables.RouteTables),
    NetworkInterfaces: nics,
    Reservations: (instances.Reservations ?? []).map((reservation) => ({
      ...reservation,
      Instances: reservation.Instances?.map((one) => emptiedWhenGone(one, nics)),
    })),
    // EC2 gives their entries with another call, and scripts/prove takes them in the same place.
    ManagedPrefixLists: await Promise.all(
      (lists.PrefixLists ?? [])
        .filter(({ OwnerId }) => OwnerId !== "aws" && OwnerId !== "AWS")
        .map(async (list) => ({
          ...list,
          Entries: (await ec2.getManagedPrefixListEntries({ PrefixListId: list.PrefixListId })).Entries ?? [],
        })),
    ),
    InternetGateways: gateways.InternetGateways ?? [],
    NatGateways: (nats.NatGateways ?? [])
      .filter(({ State }) => State !== "deleted")
      .map((nat) => ({
        ...nat,
        NatGatewayAddresses: nat.NatGatewayAddresses?.map((address) => ({
          ...address,
          PrivateIp: nics.find(({ NetworkInterfaceId }) => NetworkInterfaceId === address.NetworkInterfaceId)
            ?.PrivateIpAddress,
        })),
      })),
    VpcEndpoints: (endpoints.VpcEndpoints ?? []).filter(({ State }) => String(State) !== "deleted"),
    TransitGatewayVpcAttachments: (transit.TransitGatewayVpcAttachments ?? []).filter(
      ({ State }) => State !== "deleted",
    ),
    Addresses: addresses.Addresses ?? [],
    LaunchTemplateVersions: versions.flatMap(({ LaunchTemplateVersions = [] }) => LaunchTemplateVersions),
    VpcPeeringConnections: peerings.VpcPeeringConnections ?? [],
    VpnGateways: vpns.VpnGateways ?? [],
  });
}

/** As the command prints it: no undefined, and dates as text. */
const plain = (answer: Described): Described => JSON.parse(JSON.stringify(answer)) as Described;

/** What AWS makes for its own services, by how it describes it; the first two have no groups. */
const services: readonly (readonly [string, NonNullable<NetworkInterface["InterfaceType"]>])[] = [
  ["Interface for NAT Gateway ", "natGateway"],
  ["Network Interface for Transit Gateway Attachment ", "transit_gateway"],
  ["VPC Endpoint Interface ", "vpc_endpoint"],
  ["ELB net/", "network_load_balancer"],
];

/** moto keeps the address of an interface in one place and its addresses in another, and knows one kind of interface. */
function asInEc2(nic: NetworkInterface): NetworkInterface {
  const [first] = nic.PrivateIpAddresses ?? [];
  const [, type] = services.find(([start]) => nic.Description?.startsWith(start) === true) ?? [];
  return {
    ...nic,
    ...(type === undefined ? {} : { InterfaceType: type }),
    ...(type === "natGateway" || type === "transit_gateway" ? { Groups: [] } : {}),
    ...(first?.PrivateIpAddress === undefined ? {} : { PrivateIpAddress: first.PrivateIpAddress }),
    PrivateIpAddresses: (nic.PrivateIpAddresses ?? []).map((address, at) => ({
      ...address,
      Primary: at === 0,
      ...(at === 0 && nic.Association !== undefined ? { Association: nic.Association } : {}),
    })),
  };
}

/** EC2 ends the association of a subnet with an access list together with the subnet. */
const withoutGone = (acl: NetworkAcl, live: ReadonlySet<string | undefined>): NetworkAcl => ({
  ...acl,
  Associations: acl.Associations?.filter(({ SubnetId }) => live.has(SubnetId)),
});

/** What is gone has no interfaces, groups or addresses any more. */
function emptiedWhenGone(one: Instance, nics: readonly NetworkInterface[]): Instance {
  if (one.State?.Name !== "terminated") {
    const own = nics.filter(({ Attachment }) => Attachment?.InstanceId === one.InstanceId);
    return { ...one, NetworkInterfaces: own };
  }
  const kept = Object.entries(one).filter(
    ([name]) => !["VpcId", "SubnetId", "PrivateIpAddress"].includes(name),
  );
  return { ...Object.fromEntries(kept), SecurityGroups: [], NetworkInterfaces: [] };
}
