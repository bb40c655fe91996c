import { Address4 } from "ip-address";
import { arn, readBack, requireOnly, type KindOf } from "../cloud/made.ts";
import { over } from "../cloud/outputs.ts";
import { Refusal, unlessGone } from "../cloud/refusal.ts";
import { retag, specification, tagOutputs, type Tagged } from "../cloud/tags.ts";
import type { Kind } from "../kind.ts";
import { replaceOn } from "./replace.ts";

interface Inputs extends Tagged {
  readonly vpcId: string;
  readonly cidrBlock: string;
  readonly availabilityZone?: string;
  readonly mapPublicIpOnLaunch?: boolean;
}

const type = "aws:ec2/subnet:Subnet";

export const subnet: KindOf = (session) => {
  const kind: Kind = {
    type,
    replaceOn: replaceOn[type] ?? [],

    async create(inputs, context) {
      const { ec2 } = session.for(context.signal);
      const {
        vpcId,
        cidrBlock,
        availabilityZone,
        mapPublicIpOnLaunch = false,
        tags,
      } = inputs as unknown as Inputs;
      const size = new Address4(cidrBlock).subnetMask;
      if (size < 16 || size > 28)
        throw new Refusal("InvalidSubnet.Range", `The CIDR '${cidrBlock}' is invalid.`);
      const id = await session.alone(`subnets of ${vpcId}`, async () => {
        const { Subnet } = await ec2.createSubnet({
          VpcId: vpcId,
          CidrBlock: cidrBlock,
          AvailabilityZone: availabilityZone ?? `${context.region}a`,
          ...specification("subnet", tags),
        });
        return Subnet?.SubnetId ?? "";
      });
      // moto takes the first subnet of an availability zone for a default one, which gives public addresses.
      await ec2.modifySubnetAttribute({ SubnetId: id, MapPublicIpOnLaunch: { Value: mapPublicIpOnLaunch } });
      return readBack(kind, id, inputs, context);
    },

    async read(id, state, context) {
      const { ec2 } = session.for(context.signal);
      const found = (await unlessGone(ec2.describeSubnets({ SubnetIds: [id] })))?.Subnets?.[0];
      if (found === undefined) return undefined;
      const dns = found.PrivateDnsNameOptionsOnLaunch;
      return {
        id,
        outputs: over(state, {
          arn: arn(context, "ec2", `subnet/${id}`),
          assignIpv6AddressOnCreation: found.AssignIpv6AddressOnCreation ?? false,
          availabilityZone: found.AvailabilityZone,
          availabilityZoneId: found.AvailabilityZoneId,
          cidrBlock: found.CidrBlock,
          enableDns64: found.EnableDns64 ?? false,
          enableResourceNameDnsARecordOnLaunch: dns?.EnableResourceNameDnsARecord ?? false,
          enableResourceNameDnsAaaaRecordOnLaunch: dns?.EnableResourceNameDnsAAAARecord ?? false,
          ipv6Native: found.Ipv6Native ?? false,
          mapPublicIpOnLaunch: found.MapPublicIpOnLaunch ?? false,
          ownerId: found.OwnerId ?? context.account,
          privateDnsHostnameTypeOnLaunch: dns?.HostnameType ?? "ip-name",
          region: context.region,
          vpcId: found.VpcId,
          ...tagOutputs(found.Tags),
        }),
      };
    },

    async update(id, inputs, old, state, context) {
      requireOnly("a subnet", ["mapPublicIpOnLaunch", "tags"], inputs, old);
      const clients = session.for(context.signal);
      const { mapPublicIpOnLaunch = false } = inputs as unknown as Inputs;
      await clients.ec2.modifySubnetAttribute({
        SubnetId: id,
        MapPublicIpOnLaunch: { Value: mapPublicIpOnLaunch },
      });
      await retag(clients, id, inputs, old);
      return readBack(kind, id, { ...state, ...inputs }, context);
    },

    async delete(id, _state, context) {
      const { ec2 } = session.for(context.signal);
      const inSubnet = (Name: string) => ({ Filters: [{ Name, Values: [id] }] });
      const { NetworkInterfaces = [] } = await ec2.describeNetworkInterfaces(inSubnet("subnet-id"));
      if (NetworkInterfaces.length > 0)
        throw new Refusal(
          "DependencyViolation",
          `The subnet '${id}' has dependencies and cannot be deleted.`,
        );
      // AWS ends the association with a route table together with the subnet; moto keeps it.
      const { RouteTables = [] } = await ec2.describeRouteTables(inSubnet("association.subnet-id"));
      for (const { SubnetId, RouteTableAssociationId } of RouteTables.flatMap(
        ({ Associations = [] }) => Associations,
      ))
        if (SubnetId === id)
          await unlessGone(ec2.disassociateRouteTable({ AssociationId: RouteTableAssociationId }));
      await unlessGone(ec2.deleteSubnet({ SubnetId: id }));
    },
  };
  return kind;
};
