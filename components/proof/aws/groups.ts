import type { Chain, Checkpoint, Rule } from "../network/index.ts";
import { exactly } from "../network/index.ts";
import { everyPacket, intervals, packetsOfProtocols, protocol, type Packets } from "../space/index.ts";
import type { Facts, GroupRule, SecurityGroup } from "./facts.ts";
import type { Faces } from "./faces.ts";
import { anyone, type Peers } from "./peers.ts";
import { noneOrAll } from "./protocol.ts";

/**
 * Of all but TCP, UDP and ICMP "only the IP address and protocol number is tracked", so that packets the other way are
 * answers (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/security-group-connection-tracking.html). Whether that
 * page means ICMPv6 by ICMP is not said; so it is none of the three here.
 */
const answeredPackets: Packets = intervals.subtract(
  everyPacket,
  packetsOfProtocols([protocol.icmp, protocol.tcp, protocol.udp]),
);

/** A checkpoint for those who wear the same security groups: all of their rules together. */
export function groupCheckpoints(facts: Facts, faces: Faces, peers: Peers): Checkpoint[] {
  const known = new Map(facts.groups.map((group) => [group.id, group]));
  const rules = new Map(
    facts.groups.map((group) => [
      group.id,
      { ingress: rulesOf(group, "ingress", peers), egress: rulesOf(group, "egress", peers) },
    ]),
  );
  const strays = (direction: "ingress" | "egress") =>
    facts.strays
      .filter((rule) => rule.direction === direction)
      .map((rule) => toRule({ ...rule, packets: { sure: [], maybe: rule.packets.maybe } }, direction, peers));
  const [strayIngress, strayEgress] = [strays("ingress"), strays("egress")];
  const wearers = Map.groupBy(
    faces.all,
    ({ of: { groups, inOthers } }) => [...new Set(groups)].sort().join(" ") + (inOthers ? " and others" : ""),
  );
  return [...wearers.values()].flatMap(([first, ...more]): Checkpoint[] => {
    if (first === undefined) return [];
    const { inOthers } = first.of;
    const groups = [...new Set(first.of.groups)].sort();
    if (groups.length === 0 && !inOthers) return [];
    const isPartial = inOthers || groups.some((id) => isOpen(known.get(id)));
    const name = `${groups.length === 1 ? "security group" : "security groups"} ${groups.join(", ")}${inOthers ? " and unknown ones" : ""}`;
    const origin = { id: groups.join(" "), text: name };
    const chain = (direction: "ingress" | "egress", stray: readonly Rule[]): Chain => ({
      name: `${direction} of ${name}`,
      rules: [
        ...groups.flatMap((id) => rules.get(id)?.[direction] ?? []),
        ...(groups.length > 0 ? stray : []),
        ...(isPartial ? [open(origin.id, `${direction} rules that are not known`)] : []),
      ],
      otherwise: "deny",
    });
    return [
      {
        name,
        origin,
        guards: exactly({ nics: new Set([first, ...more].map(({ nic }) => nic.id)) }),
        out: chain("egress", strayEgress),
        in: chain("ingress", strayIngress),
        remembers: answeredPackets,
      },
    ];
  });
}

const isOpen = (group: SecurityGroup | undefined): boolean => group === undefined || group.isPartial === true;

const open = (id: string, text: string): Rule => ({
  from: anyone,
  to: anyone,
  packets: noneOrAll,
  action: "allow",
  origin: { id, text },
});

const rulesOf = (group: SecurityGroup, direction: "ingress" | "egress", peers: Peers): Rule[] =>
  group[direction].map((rule) => toRule(rule, direction, peers));

function toRule({ packets, peer, origin }: GroupRule, direction: "ingress" | "egress", peers: Peers): Rule {
  const other = peers.of(peer);
  return direction === "ingress"
    ? { from: other, to: anyone, packets, action: "allow", origin }
    : { from: anyone, to: other, packets, action: "allow", origin };
}
