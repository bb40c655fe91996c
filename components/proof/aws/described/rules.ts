import { parseCidr } from "../../space/index.ts";
import type { AclEntry, GroupRule, NetworkAcl, Peer, SecurityGroup } from "../facts.ts";
import { showPeer } from "../peers.ts";
import { aclPackets, groupPackets, protocolNumber } from "../protocol.ts";
import type { Described, Item } from "./schema.ts";

type Permission = NonNullable<Item<"SecurityGroups">["IpPermissions"]>[number];

const block = (cidr: string): Peer => ({ kind: "block", addresses: parseCidr(cidr) });

/** The schema has let none pass that is not a protocol. */
const numberOf = (text: string): number => protocolNumber(text) ?? -1;

/** A rule in words: `tcp/443 from 10.0.0.0/16`. */
function inWords(packets: string, direction: "ingress" | "egress", peer: Peer): string {
  return `${packets} ${direction === "ingress" ? "from" : "to"} ${showPeer(peer)}`;
}

const portsInWords = (protocol: string, from?: number, to?: number): string =>
  protocol === "-1"
    ? "everything"
    : from === undefined || to === undefined
      ? protocol
      : from === to
        ? `${protocol}/${from}`
        : `${protocol}/${from}-${to}`;

export function securityGroups(described: Described): SecurityGroup[] {
  const rules = Map.groupBy(described.SecurityGroupRules ?? [], ({ GroupId }) => GroupId);
  const groups = new Map((described.SecurityGroups ?? []).map((group) => [group.GroupId, group]));
  return [...new Set([...groups.keys(), ...rules.keys()])].map((id) => {
    const group = groups.get(id);
    const separate = rules.get(id) ?? [];
    const own = (direction: "ingress" | "egress") => [
      ...((direction === "ingress" ? group?.IpPermissions : group?.IpPermissionsEgress) ?? []).flatMap(
        (permission) => ofPermission(id, permission, direction),
      ),
      ...separate
        .filter(({ IsEgress }) => IsEgress === (direction === "egress"))
        .map((rule) => ofRule(id, rule, direction)),
    ];
    const listsRules = described.SecurityGroupRules !== undefined;
    return {
      id,
      ingress: own("ingress"),
      egress: own("egress"),
      isPartial:
        !listsRules && (group?.IpPermissions === undefined || group.IpPermissionsEgress === undefined),
    };
  });
}

function ofPermission(id: string, permission: Permission, direction: "ingress" | "egress"): GroupRule[] {
  const { IpProtocol, FromPort, ToPort } = permission;
  const packets = groupPackets(numberOf(IpProtocol), { from: FromPort, to: ToPort });
  const peers: readonly (readonly [Peer, string | undefined])[] = [
    ...(permission.IpRanges ?? []).map((one) => [block(one.CidrIp), one.Description] as const),
    ...(permission.Ipv6Ranges ?? []).map((one) => [block(one.CidrIpv6), one.Description] as const),
    ...(permission.PrefixListIds ?? []).map((one): [Peer, string | undefined] => [
      { kind: "list", id: one.PrefixListId },
      one.Description,
    ]),
    ...(permission.UserIdGroupPairs ?? []).map(({ GroupId, Description }): [Peer, string | undefined] => [
      GroupId === undefined ? { kind: "unknown" } : { kind: "group", id: GroupId },
      Description,
    ]),
  ];
  const words = portsInWords(IpProtocol, FromPort, ToPort);
  return peers.map(([peer, why]) => ({
    packets,
    peer,
    origin: { id, text: inWords(words, direction, peer), ...(why === undefined ? {} : { why }) },
  }));
}

function ofRule(id: string, rule: Item<"SecurityGroupRules">, direction: "ingress" | "egress"): GroupRule {
  const { SecurityGroupRuleId, IpProtocol, FromPort, ToPort, Description, ReferencedGroupInfo } = rule;
  const cidr = rule.CidrIpv4 ?? rule.CidrIpv6;
  const peer: Peer =
    cidr !== undefined
      ? block(cidr)
      : rule.PrefixListId !== undefined
        ? { kind: "list", id: rule.PrefixListId }
        : ReferencedGroupInfo?.GroupId !== undefined
          ? { kind: "group", id: ReferencedGroupInfo.GroupId }
          : { kind: "unknown" };
  return {
    packets: groupPackets(numberOf(IpProtocol), { from: FromPort, to: ToPort }),
    peer,
    origin: {
      id: SecurityGroupRuleId ?? id,
      text: inWords(portsInWords(IpProtocol, FromPort, ToPort), direction, peer),
      ...(Description === undefined ? {} : { why: Description }),
    },
  };
}

export const networkAcls = ({ NetworkAcls = [] }: Described): NetworkAcl[] =>
  NetworkAcls.map(({ NetworkAclId: id, VpcId, IsDefault, Associations, Entries }) => {
    const entries = (egress: boolean) =>
      (Entries ?? []).filter(({ Egress }) => Egress === egress).map((entry) => entryOf(id, entry));
    return {
      id,
      vpc: VpcId,
      isDefault: IsDefault ?? false,
      subnets: (Associations ?? []).flatMap(({ SubnetId }) => SubnetId ?? []),
      hasOthers: Associations === undefined,
      ingress: entries(false),
      egress: entries(true),
      isPartial: Entries === undefined,
    };
  });

type Entry = NonNullable<Item<"NetworkAcls">["Entries"]>[number];

function entryOf(id: string, entry: Entry): AclEntry {
  const { RuleNumber, RuleAction, Protocol, PortRange, IcmpTypeCode } = entry;
  const cidr = entry.CidrBlock ?? entry.Ipv6CidrBlock;
  return {
    number: RuleNumber,
    action: RuleAction,
    block: cidr === undefined ? undefined : parseCidr(cidr),
    packets: aclPackets(
      numberOf(Protocol),
      { from: PortRange?.From, to: PortRange?.To },
      { from: IcmpTypeCode?.Type, to: IcmpTypeCode?.Code },
      entry.Ipv6CidrBlock !== undefined,
    ),
    origin: {
      id,
      text: `${entry.Egress ? "egress" : "ingress"} ${RuleNumber}: ${RuleAction} ${portsInWords(Protocol, PortRange?.From, PortRange?.To)} ${entry.Egress ? "to" : "from"} ${cidr ?? "unknown"}`,
    },
  };
}
