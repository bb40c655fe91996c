import {
  byProtocol,
  hasPorts,
  intervals,
  noPacket,
  packets,
  protocol,
  type Packets,
} from "../space/index.ts";

/**
 * One packet of a set, as an example for people: TCP or UDP where it has any, to its lowest port that is not 0. Of
 * protocols without ports all packets are alike, so there it is the whole protocol, where the set has that.
 */
export function witness(set: Packets): Packets {
  const candidates = [packets(protocol.tcp, 1), packets(protocol.udp, 1), set];
  const some = candidates.map((wanted) => intervals.intersect(set, wanted)).find((own) => own.length > 0);
  const [lowest] = byProtocol(some ?? noPacket);
  if (lowest === undefined) return noPacket;
  const all = packets(lowest.protocol);
  if (!hasPorts(lowest.protocol) && intervals.includes(set, all)) return all;
  const [[port]] = lowest.ports as [[number, number]];
  return packets(lowest.protocol, port, port);
}
