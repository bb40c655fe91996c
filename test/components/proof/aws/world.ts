import assert from "node:assert/strict";
import { awsNetwork, describedFacts, registeredFacts } from "../../../../components/proof/aws/index.ts";
import type { Network } from "../../../../components/proof/network/index.ts";
import { Reach } from "../../../../components/proof/reach/index.ts";
import { Resources, type Resource, type Value } from "../../../../components/proof/resource/index.ts";
import { intervals, noPacket, showPackets, type Packets } from "../../../../components/proof/space/index.ts";
import { hasAddress, parseAddress } from "../../../../components/proof/space/index.ts";
import type { Permission } from "./naive.ts";

export const described = (...files: readonly object[]): Network =>
  awsNetwork(describedFacts(files.map((file, at) => ({ name: `${at}.json`, text: JSON.stringify(file) }))));

export const registered = (...resources: readonly Resource[]): Network =>
  awsNetwork(registeredFacts(new Resources(resources)));

export const resource = (
  type: string,
  name: string,
  inputs: Readonly<Record<string, Value>> = {},
): Resource => ({
  urn: `urn:pulumi:dev::bulkhead::${type}::${name}`,
  type,
  name,
  inputs,
  outputs: {},
});

/** All that passes from any address of the one to any of the other, for people; an address means somebody outside. */
export function between(network: Network, from: string, to: string, how: "sure" | "maybe" = "maybe"): string {
  const reach = new Reach(network);
  const of = (end: string) => {
    const classes = reach.classes.filter(({ spots, outside }) =>
      /^[\d.]+$|:/.test(end)
        ? outside !== undefined && hasAddress(outside, parseAddress(end))
        : spots.some(({ nic }) => nic.endpoint === end),
    );
    assert.ok(classes.length > 0, end);
    return classes;
  };
  const all: Packets[] = of(from).flatMap((a) => of(to).map((b) => reach.between(a, b, how)));
  return showPackets(all.reduce((one, other) => intervals.union(one, other), noPacket));
}

export const vpc = (id: string, block: string) => ({
  VpcId: id,
  CidrBlock: block,
});
export const subnet = (id: string, VpcId: string, CidrBlock: string) => ({ SubnetId: id, VpcId, CidrBlock });

export const instance = (
  id: string,
  SubnetId: string,
  address: string,
  groups: readonly string[],
  more: object = {},
) => ({
  InstanceId: id,
  State: { Name: "running" },
  VpcId: `vpc-${SubnetId.charAt(7)}`,
  SubnetId,
  NetworkInterfaces: [
    {
      NetworkInterfaceId: id.replace("i-", "eni-"),
      SubnetId,
      PrivateIpAddresses: [{ PrivateIpAddress: address }],
      Groups: groups.map((GroupId) => ({ GroupId })),
      SourceDestCheck: true,
      ...more,
    },
  ],
});

export const group = (GroupId: string, IpPermissions: Permission[], IpPermissionsEgress: Permission[]) => ({
  GroupId,
  IpPermissions,
  IpPermissionsEgress,
});
export const rule = (IpProtocol: string, peer: string, FromPort?: number, ToPort = FromPort): Permission => ({
  IpProtocol,
  ...(FromPort === undefined || ToPort === undefined ? {} : { FromPort, ToPort }),
  ...(peer.startsWith("sg-")
    ? { UserIdGroupPairs: [{ GroupId: peer }] }
    : peer.startsWith("pl-")
      ? { PrefixListIds: [{ PrefixListId: peer }] }
      : { IpRanges: [{ CidrIp: peer }] }),
});
export const anywhere = rule("-1", "0.0.0.0/0");

export const table = (
  id: string,
  VpcId: string,
  routes: readonly object[],
  ...subnets: readonly string[]
) => ({
  RouteTableId: id,
  VpcId,
  Associations:
    subnets.length === 0 ? [{ Main: true }] : subnets.map((SubnetId) => ({ Main: false, SubnetId })),
  Routes: routes,
});
export const route = (DestinationCidrBlock: string, target: object) => ({
  DestinationCidrBlock,
  State: "active",
  ...target,
});
export const local = (block: string) => route(block, { GatewayId: "local" });

/** Two subnets of one VPC with a machine each, `i-a` in sg-a and `i-b` in sg-b, and `i-c` in sg-b beside `i-b`. */
export const two = (edits: Readonly<Record<string, unknown>> = {}) => ({
  Vpcs: [vpc("vpc-1", "10.0.0.0/16")],
  Subnets: [subnet("subnet-1a", "vpc-1", "10.0.0.0/24"), subnet("subnet-1b", "vpc-1", "10.0.1.0/24")],
  SecurityGroups: [group("sg-a", [], [anywhere]), group("sg-b", [rule("tcp", "sg-a", 443)], [])],
  NetworkAcls: [],
  RouteTables: [table("rtb-1", "vpc-1", [local("10.0.0.0/16")])],
  Instances: [
    instance("i-a", "subnet-1a", "10.0.0.10", ["sg-a"]),
    instance("i-b", "subnet-1b", "10.0.1.10", ["sg-b"]),
    instance("i-c", "subnet-1b", "10.0.1.11", ["sg-b"]),
  ],
  InternetGateways: [],
  VpcPeeringConnections: [],
  NetworkInterfaces: [],
  ...edits,
});
