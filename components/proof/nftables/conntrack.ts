import { everyPacket, intervals, packetsOfProtocols, protocol, type Packets } from "../space/index.ts";

/**
 * Packets that connection tracking knows by nothing but their addresses and protocol, so that those the other way are
 * answers. It is all but TCP, UDP and the two ICMPs: kernels since 6.17 track neither DCCP (33) nor UDP-Lite (136) by
 * port, SCTP (132) only where a module is there, and GRE (47) by its key only where that is PPTP's
 * (net/netfilter/nf_conntrack_proto.c and nf_conntrack_proto_gre.c).
 */
export const answeredPackets: Packets = intervals.subtract(
  everyPacket,
  packetsOfProtocols([protocol.icmp, protocol.tcp, protocol.udp, protocol.icmpv6]),
);
