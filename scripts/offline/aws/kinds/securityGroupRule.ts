import type { IpPermission, SecurityGroupRule } from "@aws-sdk/client-ec2";
import { arn, readBack, requireOnly, type KindOf } from "../cloud/made.ts";
import { over, without } from "../cloud/outputs.ts";
import { unlessGone } from "../cloud/refusal.ts";
import type { Clients, Session } from "../cloud/session.ts";
import { retag, specification, tagOutputs } from "../cloud/tags.ts";
import { requireRuleDescription } from "../cloud/words.ts";
import type { Kind } from "../kind.ts";
import { replaceOn } from "./replace.ts";
import {
  protocolOf,
  requireOneNetwork,
  requireRoom,
  type Inputs,
  type Networks,
} from "./securityGroupRuleCheck.ts";

export const ingressRule: KindOf = (session) =>
  rule(session, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", false);
export const egressRule: KindOf = (session) =>
  rule(session, "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", true);

function rule(session: Session, type: string, egress: boolean): Kind {
  const networks: Networks = new Map();
  const kind: Kind = {
    type,
    replaceOn: replaceOn[type] ?? [],

    async create(inputs, context) {
      const clients = session.for(context.signal);
      const wanted = inputs as unknown as Inputs;
      requireRuleDescription(wanted.description);
      const id = await session.alone(`rules of ${wanted.securityGroupId}`, async () => {
        await requireOneNetwork(clients, wanted, networks);
        await requireRoom(clients, wanted, egress);
        return authorize(clients, wanted, egress);
      });
      // moto tells a group's description only with the group, and one that was changed only with the rule.
      await describeToo(clients, id, wanted);
      return readBack(kind, id, inputs, context);
    },

    async read(id, state, context) {
      const { ec2 } = session.for(context.signal);
      const found = (await unlessGone(ec2.describeSecurityGroupRules({ SecurityGroupRuleIds: [id] })))
        ?.SecurityGroupRules?.[0];
      if (found?.IsEgress !== egress) return undefined;
      return {
        id,
        outputs: over(without(state, "description"), {
          arn: arn(context, "ec2", `security-group-rule/${id}`),
          cidrIpv4: found.CidrIpv4,
          cidrIpv6: found.CidrIpv6,
          description: found.Description,
          ...portsOf(found, state),
          ipProtocol: found.IpProtocol,
          prefixListId: found.PrefixListId,
          referencedSecurityGroupId: found.ReferencedGroupInfo?.GroupId,
          region: context.region,
          securityGroupId: found.GroupId,
          securityGroupRuleId: id,
          ...tagOutputs(found.Tags),
        }),
      };
    },

    async update(id, inputs, old, _state, context) {
      const clients = session.for(context.signal);
      const wanted = inputs as unknown as Inputs;
      requireRuleDescription(wanted.description);
      // moto keeps the other end of a rule that names a group, whatever it is told.
      requireOnly("a rule", wanted.cidrIpv4 === undefined ? kept : [...kept, "cidrIpv4"], inputs, old);
      await session.alone(`rules of ${wanted.securityGroupId}`, async () => {
        await requireRoom(clients, wanted, egress, id);
        await modify(clients, id, wanted);
      });
      await retag(clients, id, inputs, old);
      return readBack(kind, id, inputs, context);
    },

    async delete(id, state, context) {
      const { ec2 } = session.for(context.signal);
      const request = { GroupId: String(state["securityGroupId"]), SecurityGroupRuleIds: [id] };
      await unlessGone(
        egress ? ec2.revokeSecurityGroupEgress(request) : ec2.revokeSecurityGroupIngress(request),
      );
    },
  };
  return kind;
}

const kept = ["description", "fromPort", "ipProtocol", "tags", "toPort"];

/** Ports as they were given: AWS tells -1 where a rule is for all of them. */
const portsOf = ({ FromPort, ToPort }: SecurityGroupRule, state: Readonly<Record<string, unknown>>) => ({
  fromPort: FromPort === -1 ? state["fromPort"] : FromPort,
  toPort: ToPort === -1 ? state["toPort"] : ToPort,
});

async function authorize({ ec2 }: Clients, wanted: Inputs, egress: boolean): Promise<string> {
  const Description = wanted.description;
  const protocol = protocolOf(wanted.ipProtocol);
  const permission: IpPermission = {
    IpProtocol: protocol,
    // moto fails on a protocol without ports, and takes -1 as AWS tells it.
    ...(protocol === "-1" ? {} : { FromPort: wanted.fromPort ?? -1, ToPort: wanted.toPort ?? -1 }),
    ...(wanted.cidrIpv4 === undefined ? {} : { IpRanges: [{ CidrIp: wanted.cidrIpv4, Description }] }),
    ...(wanted.cidrIpv6 === undefined ? {} : { Ipv6Ranges: [{ CidrIpv6: wanted.cidrIpv6, Description }] }),
    ...(wanted.prefixListId === undefined
      ? {}
      : { PrefixListIds: [{ PrefixListId: wanted.prefixListId, Description }] }),
    ...(wanted.referencedSecurityGroupId === undefined
      ? {}
      : { UserIdGroupPairs: [{ GroupId: wanted.referencedSecurityGroupId, Description }] }),
  };
  const request = {
    GroupId: wanted.securityGroupId,
    IpPermissions: [permission],
    ...specification("security-group-rule", wanted.tags),
  };
  const { SecurityGroupRules = [] } = await (egress
    ? ec2.authorizeSecurityGroupEgress(request)
    : ec2.authorizeSecurityGroupIngress(request));
  return SecurityGroupRules[0]?.SecurityGroupRuleId ?? "";
}

async function describeToo(clients: Clients, id: string, wanted: Inputs): Promise<void> {
  if (wanted.cidrIpv4 === undefined && wanted.cidrIpv6 === undefined && wanted.description !== undefined)
    await modify(clients, id, wanted);
}

async function modify({ ec2 }: Clients, id: string, wanted: Inputs): Promise<void> {
  const protocol = protocolOf(wanted.ipProtocol);
  await ec2.modifySecurityGroupRules({
    GroupId: wanted.securityGroupId,
    SecurityGroupRules: [
      {
        SecurityGroupRuleId: id,
        SecurityGroupRule: {
          IpProtocol: protocol,
          FromPort: wanted.fromPort ?? -1,
          ToPort: wanted.toPort ?? -1,
          CidrIpv4: wanted.cidrIpv4,
          CidrIpv6: wanted.cidrIpv6,
          PrefixListId: wanted.prefixListId,
          ReferencedGroupId: wanted.referencedSecurityGroupId,
          // An empty one takes the old one away.
          Description: wanted.description ?? "",
        },
      },
    ],
  });
}
