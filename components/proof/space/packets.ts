import type { Traffic } from "../../plan/index.ts";
import * as intervals from "./intervals.ts";
import type { Intervals } from "./intervals.ts";

/**
 * A set of packets by what firewalls tell them apart by, once their addresses are known: the IP protocol's number and
 * the destination port, or what stands for one. Each is the number `protocol * 65536 + port`. ICMP and ICMPv6 have
 * `type * 256 + code` for a port; of other protocols a rule means all 65536.
 */
export type Packets = Intervals<number>;

const ports = 65536;
export const protocols = 256;

export const noPacket: Packets = [];
export const everyPacket: Packets = [0, protocols * ports];

/** The numbers of IP protocols that this project names (https://www.iana.org/assignments/protocol-numbers). */
export const protocol = { icmp: 1, ipip: 4, tcp: 6, udp: 17, icmpv6: 58, sctp: 132 } as const;

/** Those that have ports: TCP, UDP, DCCP, SCTP and UDP-Lite. */
const withPorts: ReadonlySet<number> = new Set([protocol.tcp, protocol.udp, 33, protocol.sctp, 136]);
export const hasPorts = (number: number): boolean => withPorts.has(number);

/** Packets of one protocol, to these ports or, where none are named, to all. */
export const packets = (number: number, first = 0, last = ports - 1): Packets => [
  number * ports + first,
  number * ports + last + 1,
];

/** ICMP packets of one type and, where it is named, one code. */
export const icmpPackets = (number: number, type: number, code?: number): Packets =>
  code === undefined
    ? packets(number, type * 256, type * 256 + 255)
    : packets(number, type * 256 + code, type * 256 + code);

export const packetsOf = (traffic: Traffic): Packets =>
  traffic.kind === "ip"
    ? packets(traffic.number)
    : packets(traffic.protocol === "tcp" ? protocol.tcp : protocol.udp, traffic.from, traffic.to);

/** Packets of these protocols, to whatever port. */
export const packetsOfProtocols = (numbers: readonly number[]): Packets =>
  intervals.unionOf(numbers.map((number) => packets(number)));

/** The protocols of which a set has packets, each with the ports: first and last of each interval. */
export function* byProtocol(set: Packets): Generator<{ protocol: number; ports: [number, number][] }> {
  let current: { protocol: number; ports: [number, number][] } | undefined;
  for (const [first, end] of intervals.parts(set))
    for (let start = first; start < end;) {
      const number = Math.floor(start / ports);
      const stop = Math.min(end, (number + 1) * ports);
      if (current?.protocol !== number) {
        if (current !== undefined) yield current;
        current = { protocol: number, ports: [] };
      }
      current.ports.push([start - number * ports, stop - 1 - number * ports]);
      start = stop;
    }
  if (current !== undefined) yield current;
}

export const isAllPorts = (list: readonly (readonly [number, number])[]): boolean =>
  list.length === 1 && list[0]?.[0] === 0 && list[0][1] === ports - 1;

const names: Readonly<Record<number, string>> = {
  [protocol.icmp]: "icmp",
  [protocol.tcp]: "tcp",
  [protocol.udp]: "udp",
  [protocol.icmpv6]: "icmpv6",
  [protocol.sctp]: "sctp",
};

/** The set for people, in the way that flows are written: `tcp/443`, `udp/8000-8010`, `icmp`, `ip/4`. */
export function showPackets(set: Packets): string {
  if (intervals.equals(set, everyPacket)) return "everything";
  const shown: string[] = [];
  let [first, last] = [-1, -2];
  const flush = () => {
    if (first >= 0) shown.push(first === last ? `ip/${first}` : `ip/${first}-${last}`);
    [first, last] = [-1, -2];
  };
  for (const { protocol: number, ports: list } of byProtocol(set)) {
    const name = names[number];
    if (name === undefined && isAllPorts(list)) {
      if (number !== last + 1) flush();
      if (first < 0) first = number;
      last = number;
      continue;
    }
    flush();
    const own = name ?? `ip/${number}`;
    if (isAllPorts(list)) shown.push(own);
    else shown.push(...list.map((range) => `${own}/${showRange(number, range)}`));
  }
  flush();
  return shown.length === 0 ? "nothing" : shown.join(", ");
}

function showRange(number: number, [first, last]: readonly [number, number]): string {
  if (number !== protocol.icmp && number !== protocol.icmpv6)
    return first === last ? String(first) : `${first}-${last}`;
  if (first % 256 === 0 && last === first + 255) return `type ${first / 256}`;
  const type = (value: number) => `type ${Math.floor(value / 256)} code ${value % 256}`;
  return first === last ? type(first) : `${type(first)} to ${type(last)}`;
}
