import {
  hasPorts,
  icmpPackets,
  intervals,
  packets,
  packetsOfProtocols,
  protocol,
  protocols,
  byProtocol,
  type Packets,
} from "../space/index.ts";

/** All packets of the protocols that a set has any of. */
export const ofSameProtocols = (set: Packets): Packets =>
  packetsOfProtocols([...byProtocol(set)].map(({ protocol: number }) => number));

interface Conversation {
  readonly asks: Packets;
  /** What must come back. */
  readonly answers: Packets;
}

/** Ports from which clients ask: Linux's, Windows' and NAT gateways' ranges are all within. */
const firstOfClients = 1024;

/** Of which packets an answer is needed, and what that looks like. */
const conversations: readonly Conversation[] = [
  ...Array.from({ length: protocols }, (_, number) => number)
    .filter(hasPorts)
    .map((number) => ({ asks: packets(number), answers: packets(number, firstOfClients) })),
  // Echo request and reply (RFC 792, RFC 4443).
  { asks: icmpPackets(protocol.icmp, 8), answers: icmpPackets(protocol.icmp, 0, 0) },
  { asks: icmpPackets(protocol.icmpv6, 128), answers: icmpPackets(protocol.icmpv6, 129, 0) },
];

/** The packets of a set to which the answers do not all come back, given what does. */
export function unanswered(set: Packets, comesBack: (needed: Packets) => boolean): Packets {
  return intervals.unionOf(
    conversations.flatMap(({ asks, answers }) => {
      const asked = intervals.intersect(set, asks);
      return asked.length === 0 || comesBack(answers) ? [] : [asked];
    }),
  );
}

/** Packets that are of no use without an answer. */
export const asking: Packets = intervals.unionOf(conversations.map(({ asks }) => asks));
