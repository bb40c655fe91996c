import {
  compareTraffic,
  icmp,
  ip,
  ipip,
  showTraffic,
  tcp,
  udp,
  type Flow,
  type Traffic,
} from "../../plan/index.ts";
import type { Random } from "./random.ts";

// The packets that can show most of what a firewall does: each of one port, or of a protocol that has none.

/** GRE, and what nftables calls `ipip`: both are easily opened where IP-in-IP is meant. */
const mistaken = [47, 94].map(ip);
/** Protocols of which any packet passes connection tracking: ESP, AH, OSPF, VRRP, L2TP and one for experiments. */
const portless = [icmp, ipip, ...mistaken, ...[50, 51, 89, 112, 115, 253].map(ip)];

/** Every port at an edge of a flow, those beside it outside, and the protocols that flows name or may be taken for. */
export function packetTable(flows: readonly Flow[]): Traffic[] {
  const named = flows.flatMap(({ traffic }) => [firstOf(traffic), lastOf(traffic), ...beside(traffic)]);
  const all = new Map([...named, icmp, ipip, ...mistaken].map((packet) => [showTraffic(packet), packet]));
  return [...all.values()].sort(compareTraffic);
}

/** A packet of each flow, and one that any of them might let through. */
export const scant = (flows: readonly Flow[], table: readonly Traffic[], random: Random): Traffic[] => [
  ...flows.map(({ traffic }) => firstOf(traffic)),
  random.pick(table),
];

/** A packet of each flow, one of each protocol, and any one. */
export const essential = (flows: readonly Flow[], table: readonly Traffic[], random: Random): Traffic[] => [
  ...flows.map(({ traffic }) => firstOf(traffic)),
  knownPort("tcp", table, random),
  knownPort("udp", table, random),
  icmp,
  ipip,
  anyPacket(random),
];

/** The rest of each flow and what lies beside it: its other edge, a port inside, the next ones, the other protocol. */
export const edges = (flows: readonly Flow[], random: Random): Traffic[] =>
  flows.flatMap(({ traffic }) => [
    lastOf(traffic),
    ...(traffic.kind === "ip"
      ? mistaken
      : [
          (traffic.protocol === "tcp" ? tcp : udp)(random.between(traffic.from, traffic.to)),
          (traffic.protocol === "tcp" ? udp : tcp)(traffic.from),
        ]),
    ...beside(traffic),
  ]);

export function anyPacket(random: Random): Traffic {
  const lot = random.below(10);
  const port = random.between(1, lastPort);
  return lot < 5 ? tcp(port) : lot < 9 ? udp(port) : random.pick(portless);
}

/**
 * Protocols of which nothing is seen to arrive: raw sockets receive neither 0 nor 255, and connection tracking calls
 * SCTP's and UDP-Lite's packets invalid that hold no more than a mark of ours.
 */
const unseen = [0, 132, 136, 255];
export const isSeen = (packet: Traffic): boolean =>
  packet.kind === "ports" || !unseen.includes(packet.number);

export const firstOf = (traffic: Traffic): Traffic =>
  traffic.kind === "ip" ? traffic : { ...traffic, to: traffic.from };
const lastOf = (traffic: Traffic): Traffic =>
  traffic.kind === "ip" ? traffic : { ...traffic, from: traffic.to };

const lastPort = 65535;
const beside = (traffic: Traffic): Traffic[] =>
  traffic.kind === "ip"
    ? []
    : [traffic.from - 1, traffic.to + 1]
        .filter((port) => port >= 1 && port <= lastPort)
        .map((port) => ({ ...traffic, from: port, to: port }));

function knownPort(protocol: "tcp" | "udp", table: readonly Traffic[], random: Random): Traffic {
  const known = table.filter((packet) => packet.kind === "ports" && packet.protocol === protocol);
  if (known.length > 0) return random.pick(known);
  return (protocol === "tcp" ? tcp : udp)(random.between(1, lastPort));
}
