import type { IpPermission } from "@aws-sdk/client-ec2";
import { arn, readBack, requireOnly, type KindOf } from "../cloud/made.ts";
import { over } from "../cloud/outputs.ts";
import { Refusal, unlessGone } from "../cloud/refusal.ts";
import { retag, specification, tagOutputs, type Tagged } from "../cloud/tags.ts";
import { nameOf, requireGroupWords } from "../cloud/words.ts";
import type { Context, Kind, Made, Properties } from "../kind.ts";
import type { Clients } from "../cloud/session.ts";
import { replaceOn } from "./replace.ts";

interface Inputs extends Tagged {
  readonly name?: string;
  readonly namePrefix?: string;
  readonly description?: string;
  readonly vpcId: string;
}

const type = "aws:ec2/securityGroup:SecurityGroup";
const known = ["description", "name", "namePrefix", "revokeRulesOnDelete", "tags", "vpcId"];

export const securityGroup: KindOf = (session) => {
  const kind: Kind = {
    type,
    replaceOn: replaceOn[type] ?? [],

    async create(inputs, context) {
      requireOnly("a security group", known, inputs, {});
      const clients = session.for(context.signal);
      // "Managed by Pulumi" is the official provider's own (https://www.pulumi.com/registry/packages/aws/api-docs/ec2/securitygroup).
      const { description = "Managed by Pulumi", vpcId, tags, ...names } = inputs as unknown as Inputs;
      const name = nameOf(names);
      requireGroupWords(name, description);
      const { GroupId = "" } = await clients.ec2.createSecurityGroup({
        GroupName: name,
        Description: description,
        VpcId: vpcId,
        ...specification("security-group", tags),
      });
      // AWS opens a new group towards everywhere, and the official provider closes it.
      await revokeAll(clients, GroupId);
      return readBack(kind, GroupId, inputs, context);
    },

    read: (id, state, context) => readGroup(session.for(context.signal), id, state, context),

    async update(id, inputs, old, state, context) {
      requireOnly("a security group", ["revokeRulesOnDelete", "tags"], inputs, old);
      await retag(session.for(context.signal), id, inputs, old);
      return readBack(kind, id, { ...state, ...inputs }, context);
    },

    async delete(id, _state, context) {
      const clients = session.for(context.signal);
      if (await isUsed(clients, id))
        throw new Refusal("DependencyViolation", `resource ${id} has a dependent object`);
      await unlessGone(clients.ec2.deleteSecurityGroup({ GroupId: id }));
    },
  };
  return kind;
};

export async function readGroup(
  { ec2 }: Clients,
  id: string,
  state: Properties,
  context: Context,
): Promise<Made | undefined> {
  const found = (await unlessGone(ec2.describeSecurityGroups({ GroupIds: [id] })))?.SecurityGroups?.[0];
  if (found === undefined) return undefined;
  return {
    id,
    outputs: over(
      { revokeRulesOnDelete: false, ...state },
      {
        arn: arn(context, "ec2", `security-group/${id}`),
        description: found.Description,
        egress: rulesOf(found.IpPermissionsEgress, id),
        ingress: rulesOf(found.IpPermissions, id),
        name: found.GroupName,
        ownerId: found.OwnerId ?? context.account,
        region: context.region,
        vpcId: found.VpcId,
        ...tagOutputs(found.Tags),
      },
    ),
  };
}

/** Rules as the official provider shows them in a group, whoever made them. */
const rulesOf = (permissions: readonly IpPermission[] = [], own: string) =>
  permissions.map((permission) => {
    const groups = permission.UserIdGroupPairs?.map(({ GroupId = "" }) => GroupId) ?? [];
    const descriptions = [
      ...(permission.IpRanges ?? []),
      ...(permission.Ipv6Ranges ?? []),
      ...(permission.UserIdGroupPairs ?? []),
      ...(permission.PrefixListIds ?? []),
    ].map(({ Description = "" }) => Description);
    return {
      cidrBlocks: permission.IpRanges?.map(({ CidrIp = "" }) => CidrIp) ?? [],
      description: descriptions[0] ?? "",
      fromPort: permission.FromPort ?? 0,
      ipv6CidrBlocks: permission.Ipv6Ranges?.map(({ CidrIpv6 = "" }) => CidrIpv6) ?? [],
      prefixListIds: permission.PrefixListIds?.map(({ PrefixListId = "" }) => PrefixListId) ?? [],
      protocol: permission.IpProtocol ?? "-1",
      securityGroups: groups.filter((group) => group !== own),
      self: groups.includes(own),
      toPort: permission.ToPort ?? 0,
    };
  });

/** Takes every rule of a group away. */
export async function revokeAll({ ec2 }: Clients, id: string): Promise<void> {
  const rules = await rulesIn(ec2, id);
  for (const egress of [true, false]) {
    const SecurityGroupRuleIds = rules
      .filter(({ IsEgress }) => IsEgress === egress)
      .map(({ SecurityGroupRuleId = "" }) => SecurityGroupRuleId);
    if (SecurityGroupRuleIds.length === 0) continue;
    const request = { GroupId: id, SecurityGroupRuleIds };
    await (egress ? ec2.revokeSecurityGroupEgress(request) : ec2.revokeSecurityGroupIngress(request));
  }
}

/** Every rule of a group. */
export async function rulesIn(ec2: Clients["ec2"], id: string) {
  const { SecurityGroupRules = [] } = await ec2.describeSecurityGroupRules({
    Filters: [{ Name: "group-id", Values: [id] }],
  });
  return SecurityGroupRules;
}

/** Whether an interface wears a group, or a rule of another one names it; moto asks neither. */
async function isUsed({ ec2 }: Clients, id: string): Promise<boolean> {
  const [{ NetworkInterfaces = [] }, { SecurityGroupRules = [] }] = await Promise.all([
    ec2.describeNetworkInterfaces({ Filters: [{ Name: "group-id", Values: [id] }] }),
    ec2.describeSecurityGroupRules({}),
  ]);
  return (
    NetworkInterfaces.length > 0 ||
    SecurityGroupRules.some(
      ({ GroupId, ReferencedGroupInfo }) => GroupId !== id && ReferencedGroupInfo?.GroupId === id,
    )
  );
}
