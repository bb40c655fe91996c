import type { RouteTable } from "@aws-sdk/client-ec2";
import { arn, readBack, requireOnly, type KindOf } from "../cloud/made.ts";
import { over } from "../cloud/outputs.ts";
import { Refusal, unlessGone } from "../cloud/refusal.ts";
import type { Clients } from "../cloud/session.ts";
import { retag, specification, tagOutputs, type Tagged } from "../cloud/tags.ts";
import type { Kind } from "../kind.ts";
import { replaceOn } from "./replace.ts";

interface Inputs extends Tagged {
  readonly cidrBlock: string;
  readonly instanceTenancy?: "default" | "dedicated";
  readonly enableDnsSupport?: boolean;
  readonly enableDnsHostnames?: boolean;
}

const type = "aws:ec2/vpc:Vpc";

export const vpc: KindOf = (session) => {
  const kind: Kind & { update: NonNullable<Kind["update"]> } = {
    type,
    replaceOn: replaceOn[type] ?? [],

    async create(inputs, context) {
      const clients = session.for(context.signal);
      const { cidrBlock, instanceTenancy, tags, ...names } = inputs as unknown as Inputs;
      const { Vpc } = await clients.ec2.createVpc({
        CidrBlock: cidrBlock,
        ...(instanceTenancy === undefined ? {} : { InstanceTenancy: instanceTenancy }),
        ...specification("vpc", tags),
      });
      const id = Vpc?.VpcId ?? "";
      await setNames(clients, id, names);
      return readBack(kind, id, inputs, context);
    },

    async read(id, state, context) {
      const { ec2 } = session.for(context.signal);
      const found = (await unlessGone(ec2.describeVpcs({ VpcIds: [id] })))?.Vpcs?.[0];
      if (found === undefined) return undefined;
      const inVpc = { Filters: [{ Name: "vpc-id", Values: [id] }] };
      const [support, hostnames, usage, tables, acls, groups] = await Promise.all([
        ec2.describeVpcAttribute({ VpcId: id, Attribute: "enableDnsSupport" }),
        ec2.describeVpcAttribute({ VpcId: id, Attribute: "enableDnsHostnames" }),
        ec2.describeVpcAttribute({ VpcId: id, Attribute: "enableNetworkAddressUsageMetrics" }),
        ec2.describeRouteTables(inVpc),
        ec2.describeNetworkAcls(inVpc),
        ec2.describeSecurityGroups(inVpc),
      ]);
      const main = tables.RouteTables?.find(isMain);
      return {
        id,
        outputs: over(state, {
          arn: arn(context, "ec2", `vpc/${id}`),
          cidrBlock: found.CidrBlock,
          defaultNetworkAclId: acls.NetworkAcls?.find(({ IsDefault }) => IsDefault === true)?.NetworkAclId,
          defaultRouteTableId: main?.RouteTableId,
          defaultSecurityGroupId: groups.SecurityGroups?.find(({ GroupName }) => GroupName === "default")
            ?.GroupId,
          dhcpOptionsId: found.DhcpOptionsId,
          enableDnsHostnames: hostnames.EnableDnsHostnames?.Value ?? false,
          enableDnsSupport: support.EnableDnsSupport?.Value ?? true,
          enableNetworkAddressUsageMetrics: usage.EnableNetworkAddressUsageMetrics?.Value ?? false,
          instanceTenancy: found.InstanceTenancy,
          mainRouteTableId: main?.RouteTableId,
          ownerId: found.OwnerId ?? context.account,
          region: context.region,
          ...tagOutputs(found.Tags),
        }),
      };
    },

    async update(id, inputs, old, state, context) {
      requireOnly("a VPC", ["enableDnsHostnames", "enableDnsSupport", "tags"], inputs, old);
      const clients = session.for(context.signal);
      await setNames(clients, id, inputs);
      await retag(clients, id, inputs, old);
      return readBack(kind, id, { ...state, ...inputs }, context);
    },

    async delete(id, _state, context) {
      const { ec2 } = session.for(context.signal);
      const inVpc = { Filters: [{ Name: "vpc-id", Values: [id] }] };
      const [subnets, tables, groups, interfaces, endpoints, gateways, attachments] = await Promise.all([
        ec2.describeSubnets(inVpc),
        ec2.describeRouteTables(inVpc),
        ec2.describeSecurityGroups(inVpc),
        ec2.describeNetworkInterfaces(inVpc),
        ec2.describeVpcEndpoints(inVpc),
        ec2.describeInternetGateways({ Filters: [{ Name: "attachment.vpc-id", Values: [id] }] }),
        ec2.describeTransitGatewayVpcAttachments(inVpc),
      ]);
      const count =
        (subnets.Subnets?.length ?? 0) +
        (tables.RouteTables?.filter((table) => !isMain(table)).length ?? 0) +
        (groups.SecurityGroups?.filter(({ GroupName }) => GroupName !== "default").length ?? 0) +
        (interfaces.NetworkInterfaces?.length ?? 0) +
        (endpoints.VpcEndpoints?.filter(({ State }) => String(State) !== "deleted").length ?? 0) +
        (gateways.InternetGateways?.length ?? 0) +
        (attachments.TransitGatewayVpcAttachments?.filter(
          ({ VpcId, State }) => VpcId === id && State !== "deleted",
        ).length ?? 0);
      if (count > 0)
        throw new Refusal("DependencyViolation", `The vpc '${id}' has dependencies and cannot be deleted.`);
      await unlessGone(ec2.deleteVpc({ VpcId: id }));
    },
  };
  return kind;
};

/** Whether a route table is the one that came with its VPC. */
const isMain = ({ Associations = [] }: RouteTable): boolean => Associations.some(({ Main }) => Main === true);

/** One attribute a call, as EC2 demands. */
async function setNames(
  { ec2 }: Clients,
  id: string,
  { enableDnsSupport = true, enableDnsHostnames = false }: Partial<Inputs>,
): Promise<void> {
  await ec2.modifyVpcAttribute({ VpcId: id, EnableDnsSupport: { Value: enableDnsSupport } });
  await ec2.modifyVpcAttribute({ VpcId: id, EnableDnsHostnames: { Value: enableDnsHostnames } });
}
