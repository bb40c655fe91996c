import type { Known } from "../../network/index.ts";
import {
  asList,
  asObject,
  asText,
  isUnknown,
  property,
  type Resource,
  type Value,
} from "../../resource/index.ts";
import { noPacket, everyAddress, type Packets } from "../../space/index.ts";
import type { AclEntry, GroupRule, NetworkAcl, Peer, SecurityGroup, StrayRule } from "../facts.ts";
import { showPeer } from "../peers.ts";
import { aclPackets, groupPackets, noneOrAll, protocolNumber } from "../protocol.ts";
import { kinds } from "./kinds.ts";
import { defaultAclOf, defaultGroupOf, type Reading } from "./reading.ts";

type Direction = "ingress" | "egress";
const groupKinds = [kinds.group, kinds.defaultGroup];
const vpcKinds = [kinds.vpc, kinds.defaultVpc];

/**
 * Security groups as the provider makes them: it takes AWS's rule away that allows everything to be sent, be there
 * `egress` or not (https://www.pulumi.com/registry/packages/aws/api-docs/ec2/securitygroup/), and all rules of a default
 * group that it is given.
 */
export function securityGroups(reading: Reading): { groups: SecurityGroup[]; strays: StrayRule[] } {
  const separate = separateRules(reading);
  const groups = reading.of(...groupKinds).map((group): SecurityGroup => {
    const id = reading.idOf(group);
    const own = (direction: Direction) => [
      ...asList(property(group, direction)).flatMap((block) => inline(reading, group, id, block, direction)),
      ...separate.filter((rule) => rule.group === id && rule.direction === direction),
    ];
    return { id, ingress: own("ingress"), egress: own("egress") };
  });
  const known = new Set(groups.map(({ id }) => id));
  // The default group of a VPC that is made here is as AWS makes it.
  const defaults = reading
    .of(kinds.vpc)
    .map((vpc) => defaultGroupOf(reading.idOf(vpc)))
    .filter((id) => !known.has(id))
    .map((id): SecurityGroup => {
      const rule = (text: string, peer: Peer): GroupRule => ({
        packets: groupPackets(-1, none),
        peer,
        origin: { id, text },
      });
      return {
        id,
        ingress: [
          rule("everything from itself", { kind: "group", id }),
          ...separate.filter((one) => one.group === id && one.direction === "ingress"),
        ],
        egress: [
          rule("everything to everywhere", { kind: "block", addresses: everyAddress }),
          ...separate.filter((one) => one.group === id && one.direction === "egress"),
        ],
      };
    });
  return { groups: [...groups, ...defaults], strays: separate.filter(({ group }) => group === undefined) };
}

const none = { from: undefined, to: undefined };

interface Separate extends StrayRule {
  readonly group: string | undefined;
}

function separateRules(reading: Reading): Separate[] {
  return [
    ...reading.of(kinds.ingressRule).flatMap((rule) => modern(reading, rule, "ingress")),
    ...reading.of(kinds.egressRule).flatMap((rule) => modern(reading, rule, "egress")),
    ...reading.of(kinds.rule).flatMap((rule): Separate[] => {
      const group = reading.id(rule, "securityGroupId", ...groupKinds);
      const type = asText(property(rule, "type"));
      const directions: Direction[] =
        type === "ingress" || type === "egress" ? [type] : ["ingress", "egress"];
      const source = property(rule, "sourceSecurityGroupId");
      const more: Peer[] =
        source === undefined ? [] : [peerOf(reading, rule, "sourceSecurityGroupId", source)];
      return directions.flatMap((direction) =>
        inline(reading, rule, group ?? "", rule.inputs, direction, more).map((one) => ({
          ...one,
          packets: directions.length === 1 ? one.packets : { sure: noPacket, maybe: one.packets.maybe },
          direction,
          group,
        })),
      );
    }),
  ];
}

function modern(reading: Reading, rule: Resource, direction: Direction): Separate[] {
  const group = reading.id(rule, "securityGroupId", ...groupKinds);
  const value = (name: string) => property(rule, name);
  const packets = packetsOf(reading, rule, value("ipProtocol"), value("fromPort"), value("toPort"));
  const peers: Peer[] = [
    ...["cidrIpv4", "cidrIpv6"].flatMap((name) => blockPeers(reading, rule, name, value(name))),
    ...(value("prefixListId") === undefined
      ? []
      : [listPeer(reading, rule, "prefixListId", value("prefixListId"))]),
    ...(value("referencedSecurityGroupId") === undefined
      ? []
      : [peerOf(reading, rule, "referencedSecurityGroupId", value("referencedSecurityGroupId"))]),
  ];
  return peers.map((peer) => ({
    ...ruleOf(rule, packets, peer, direction, value("description")),
    direction,
    group,
  }));
}

/** The rules of one in-line block, or of a rule that is written like one. */
function inline(
  reading: Reading,
  owner: Resource,
  id: string,
  block: Value,
  direction: Direction,
  more: readonly Peer[] = [],
): GroupRule[] {
  if (isUnknown(block)) {
    reading.unknown(owner, direction, block);
    return [ruleOf(owner, noneOrAll, { kind: "unknown" }, direction, undefined)];
  }
  const values = asObject(block);
  const packets = packetsOf(reading, owner, values["protocol"], values["fromPort"], values["toPort"]);
  const self = values["self"];
  const peers: Peer[] = [
    ...more,
    ...["cidrBlocks", "ipv6CidrBlocks"].flatMap((name) =>
      asList(values[name]).flatMap((value) => blockPeers(reading, owner, name, value)),
    ),
    ...asList(values["prefixListIds"]).map((value) => listPeer(reading, owner, "prefixListIds", value)),
    ...asList(values["securityGroups"]).map((value) => peerOf(reading, owner, "securityGroups", value)),
    ...(self === true
      ? [{ kind: "group" as const, id }]
      : isUnknown(self)
        ? [{ kind: "unknown" as const }]
        : []),
  ];
  return peers.map((peer) => ruleOf(owner, packets, peer, direction, values["description"]));
}

const blockPeers = (reading: Reading, owner: Resource, name: string, value: Value | undefined): Peer[] => {
  if (value === undefined || value === null || value === "") return [];
  const addresses = reading.block(owner, name, value);
  if (addresses !== undefined) return [{ kind: "block", addresses }];
  reading.unknown(owner, name, value);
  return [{ kind: "unknown" }];
};

function peerOf(reading: Reading, owner: Resource, name: string, value: Value | undefined): Peer {
  const id = reading.idIn(owner, name, value, ...groupKinds);
  // Another account's group is written as account/group.
  return id === undefined ? { kind: "unknown" } : { kind: "group", id: id.replace(/^\d+\//, "") };
}

function listPeer(reading: Reading, owner: Resource, name: string, value: Value | undefined): Peer {
  const id = reading.idIn(owner, name, value, kinds.list);
  return id === undefined ? { kind: "unknown" } : { kind: "list", id };
}

const ruleOf = (
  owner: Resource,
  packets: Known<Packets>,
  peer: Peer,
  direction: Direction,
  why: Value | undefined,
): GroupRule => ({
  packets,
  peer,
  origin: {
    id: owner.urn,
    text: `${owner.name}: ${direction} ${direction === "ingress" ? "from" : "to"} ${showPeer(peer)}`,
    ...(typeof why === "string" && why !== "" ? { why } : {}),
  },
});

function packetsOf(
  reading: Reading,
  owner: Resource,
  protocol: Value | undefined,
  from: Value | undefined,
  to: Value | undefined,
): Known<Packets> {
  const text = typeof protocol === "number" ? String(protocol) : asText(protocol);
  const number = text === undefined ? undefined : protocolNumber(text);
  if (number === undefined) {
    reading.unknown(owner, "protocol", protocol);
    return noneOrAll;
  }
  return groupPackets(number, { from: reading.number(from), to: reading.number(to) });
}

/** Network ACLs as the provider makes them: a default one that it is given has only the rules that it is given with. */
export function networkAcls(reading: Reading): NetworkAcl[] {
  const rules = reading.of(kinds.aclRule).map((rule) => ({
    acl: reading.id(rule, "networkAclId", kinds.acl, kinds.defaultAcl),
    egress: property(rule, "egress"),
    rule,
  }));
  const associations = reading.of(kinds.aclAssociation).map((one) => ({
    acl: reading.id(one, "networkAclId", kinds.acl, kinds.defaultAcl),
    subnet: reading.id(one, "subnetId", kinds.subnet, kinds.defaultSubnet),
  }));
  const hasStrays = rules.some(({ acl }) => acl === undefined);
  return reading.of(kinds.acl, kinds.defaultAcl).map((acl): NetworkAcl => {
    const isDefault = acl.type === kinds.defaultAcl;
    const vpc = isDefault ? vpcOfDefault(reading.idOf(acl)) : reading.id(acl, "vpcId", ...vpcKinds);
    const id = reading.idOf(acl);
    const entries = (egress: boolean): AclEntry[] => [
      ...asList(property(acl, egress ? "egress" : "ingress")).map((entry) =>
        entryOf(reading, acl, entry, egress),
      ),
      ...rules
        .filter(
          (one) =>
            one.acl === id &&
            (one.egress === egress || isUnknown(one.egress) || (one.egress === undefined && !egress)),
        )
        .map(({ rule }) => entryOf(reading, rule, rule.inputs, egress)),
    ];
    const inlined = reading.ids(acl, "subnetIds", kinds.subnet, kinds.defaultSubnet);
    const own = associations.filter((one) => one.acl === id || one.acl === undefined);
    return {
      id,
      vpc,
      isDefault,
      subnets: [...inlined.known, ...own.flatMap((one) => (one.acl === id ? (one.subnet ?? []) : []))],
      hasOthers: inlined.isPartial || own.some((one) => one.acl === undefined || one.subnet === undefined),
      ingress: entries(false),
      egress: entries(true),
      isPartial: hasStrays,
    };
  });
}

const vpcOfDefault = (named: string): string | undefined => {
  const prefix = defaultAclOf("");
  return named.startsWith(prefix) ? named.slice(prefix.length) : undefined;
};

function entryOf(reading: Reading, owner: Resource, entry: Value, egress: boolean): AclEntry {
  const values = asObject(entry);
  const number = reading.number(values["ruleNo"] ?? values["ruleNumber"]);
  const action = asText(values["action"] ?? values["ruleAction"])?.toLowerCase();
  const cidr = values["cidrBlock"] ?? values["ipv6CidrBlock"];
  const text =
    typeof values["protocol"] === "number" ? String(values["protocol"]) : asText(values["protocol"]);
  const protocol = text === undefined ? undefined : protocolNumber(text);
  const block = reading.block(owner, "cidrBlock", cidr);
  if (isUnknown(entry)) reading.unknown(owner, egress ? "egress" : "ingress", entry);
  else if (block === undefined) reading.unknown(owner, "cidrBlock", cidr);
  const port = (name: string) => reading.number(values[name]);
  return {
    number,
    action: action === "allow" || action === "deny" ? action : undefined,
    block,
    packets:
      protocol === undefined
        ? noneOrAll
        : aclPackets(
            protocol,
            { from: port("fromPort"), to: port("toPort") },
            { from: port("icmpType"), to: port("icmpCode") },
            asText(values["ipv6CidrBlock"]) !== undefined,
          ),
    origin: {
      id: owner.urn,
      text: `${owner.name}: ${egress ? "egress" : "ingress"} ${number ?? "unknown"} ${action ?? ""}`.trim(),
    },
  };
}
