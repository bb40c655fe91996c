import type { SecurityGroupRule } from "@aws-sdk/client-ec2";
import { Refusal } from "../cloud/refusal.ts";
import type { Clients } from "../cloud/session.ts";
import type { Tagged } from "../cloud/tags.ts";
import { rulesIn } from "./securityGroup.ts";

/** A rule, in either direction. */
export interface Inputs extends Tagged {
  readonly securityGroupId: string;
  readonly ipProtocol: string;
  readonly fromPort?: number;
  readonly toPort?: number;
  readonly cidrIpv4?: string;
  readonly cidrIpv6?: string;
  readonly prefixListId?: string;
  readonly referencedSecurityGroupId?: string;
  readonly description?: string;
}

/** Rules that one group has in one direction, unless AWS was asked for more (Amazon VPC quotas). */
const most = 60;

const protocols: Readonly<Record<string, string>> = { "1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6" };
/** As EC2 tells it: by name where it has one for it. */
export const protocolOf = (written: string): string => protocols[written] ?? written.toLowerCase();

/** Only these have ports, or types: any other protocol is open on all (API_IpPermission). */
const hasPorts = (protocol: string): boolean => ["tcp", "udp", "icmp", "icmpv6"].includes(protocol);

/** What a rule is, without what says why: two such in one group are a duplicate. */
function identity(rule: SecurityGroupRule): string {
  const protocol = protocolOf(rule.IpProtocol ?? "-1");
  const ports = hasPorts(protocol) ? [rule.FromPort, rule.ToPort] : [];
  const other = rule.CidrIpv4 ?? rule.CidrIpv6 ?? rule.PrefixListId ?? rule.ReferencedGroupInfo?.GroupId;
  return JSON.stringify([protocol, ...ports.map(Number), other]);
}

const asRule = (wanted: Inputs): SecurityGroupRule => ({
  IpProtocol: wanted.ipProtocol,
  FromPort: wanted.fromPort,
  ToPort: wanted.toPort,
  CidrIpv4: wanted.cidrIpv4,
  CidrIpv6: wanted.cidrIpv6,
  PrefixListId: wanted.prefixListId,
  ReferencedGroupInfo: { GroupId: wanted.referencedSecurityGroupId },
});

/** The network of each group that was asked for; a group never goes to another. */
export type Networks = Map<string, string | undefined>;

/** moto lets a rule name a group of any network. */
export async function requireOneNetwork({ ec2 }: Clients, wanted: Inputs, networks: Networks): Promise<void> {
  const { securityGroupId, referencedSecurityGroupId } = wanted;
  if (referencedSecurityGroupId === undefined) return;
  const both = [securityGroupId, referencedSecurityGroupId];
  const Values = both.filter((id) => networks.get(id) === undefined);
  if (Values.length > 0) {
    const { SecurityGroups = [] } = await ec2.describeSecurityGroups({
      Filters: [{ Name: "group-id", Values }],
    });
    for (const { GroupId = "", VpcId } of SecurityGroups) networks.set(GroupId, VpcId);
  }
  const [one, other] = both.map((id) => networks.get(id));
  if (one !== undefined && other !== undefined && one !== other)
    throw new Refusal(
      "InvalidGroup.NotFound",
      "You have specified two resources that belong to different networks.",
    );
}

/** moto lets a duplicate in where only its description differs, and does not count the rules that name prefix lists. */
export async function requireRoom(
  { ec2 }: Clients,
  wanted: Inputs,
  egress: boolean,
  own?: string,
): Promise<void> {
  const rules = (await rulesIn(ec2, wanted.securityGroupId)).filter(
    ({ IsEgress, SecurityGroupRuleId }) => IsEgress === egress && SecurityGroupRuleId !== own,
  );
  if (rules.some((other) => identity(other) === identity(asRule(wanted))))
    throw new Refusal("InvalidPermission.Duplicate", `the specified rule "${show(wanted)}" already exists`);
  if (rules.length >= most)
    throw new Refusal(
      "RulesPerSecurityGroupLimitExceeded",
      "The maximum number of rules per security group has been reached.",
    );
}

/** As EC2 shows a rule that is there already: `peer: 10.0.0.0/8, TCP, from port: 443, to port: 443, ALLOW`. */
function show(wanted: Inputs): string {
  const peer =
    wanted.cidrIpv4 ?? wanted.cidrIpv6 ?? wanted.prefixListId ?? wanted.referencedSecurityGroupId ?? "";
  const protocol = protocolOf(wanted.ipProtocol);
  const ports = hasPorts(protocol)
    ? `from port: ${wanted.fromPort ?? -1}, to port: ${wanted.toPort ?? -1}, `
    : "";
  return `peer: ${peer}, ${protocol === "-1" ? "ALL" : protocol.toUpperCase()}, ${ports}ALLOW`;
}
