import {
  hasPorts,
  intervals,
  icmpPackets,
  packets,
  protocol,
  protocols,
  type Intervals,
  type Packets,
} from "../space/index.ts";
import type { Polarity } from "../reach/index.ts";

/** What a rule looks at, in a packet or at a connection's first packet. */
export type Field =
  | {
      readonly kind: "address";
      readonly end: "from" | "to";
      readonly family: 4 | 6;
      /** Of the packet that opened the connection, whichever this is. */
      readonly isOriginal: boolean;
    }
  | PacketField
  | { readonly kind: "family" | "receivedBy" | "sentBy" | "state" | "direction" | "unknown" };

/** A number of a packet's. */
export interface PacketField {
  readonly kind: "packets";
  /** How many values it can have. */
  readonly size: number;
  readonly family?: 4 | 6;
  /** The packets of which it has one of these values: those for certain, or all that may. */
  readonly packets: Matching;
  /** The packets of whose answers the same holds; absent: of theirs it holds where it holds of their answers. */
  readonly answered?: Matching;
}

type Matching = (values: Intervals<number>, polarity: Polarity) => Packets;

/** What the left side of a match, or the key of a map, looks at. */
export function fieldOf(left: unknown): Field {
  const { payload, meta, ct } = (left ?? {}) as {
    payload?: { protocol?: string; field?: string };
    meta?: { key?: string };
    ct?: { key?: string; dir?: string };
  };
  if (payload !== undefined) return fields[`${payload.protocol ?? ""} ${payload.field ?? ""}`] ?? unknown;
  if (meta !== undefined) return fields[`meta ${meta.key ?? ""}`] ?? unknown;
  if (ct !== undefined) return fields[`ct ${ct.dir ?? ""} ${ct.key ?? ""}`] ?? unknown;
  return unknown;
}

const unknown: Field = { kind: "unknown" };
const address = (end: "from" | "to", family: 4 | 6, isOriginal = false): Field => ({
  kind: "address",
  end,
  family,
  isOriginal,
});
const ports = 65536;

const protocolField = (family?: 4 | 6): PacketField => ({
  kind: "packets",
  size: protocols,
  ...(family === undefined ? {} : { family }),
  packets: (values) =>
    intervals.unionOf([...intervals.parts(values)].map(([first, end]) => [first * ports, end * ports])),
});

const portField = (number: number): PacketField => ({
  kind: "packets",
  size: ports,
  packets: (values) => values.map((port) => number * ports + port),
  answered: (values, polarity) => {
    const may = intervals.intersect(values, clientPorts);
    const does = polarity === "maybe" ? may.length > 0 : intervals.equals(may, clientPorts);
    return does ? packets(number) : [];
  },
});

/** To which answers go: those of Linux, Windows and NAT gateways are all within. */
const clientPorts: Intervals<number> = [1024, ports];

/** Headers that may stand between IPv6's own and the transport's (RFC 8200, RFC 4302, RFC 6275). */
const extensions = [0, 43, 44, 51, 60, 135];

/** The header after IPv6's own, which is the protocol's where there are no extension headers. */
const nextHeader: PacketField = {
  ...protocolField(6),
  packets: (values, polarity) => {
    const named = protocolField().packets(values, polarity);
    const has = (number: number) => intervals.has(values, number);
    if (polarity === "maybe") return extensions.some(has) ? [0, protocols * ports] : named;
    return extensions.every(has) ? named : [];
  },
};

/** Bytes that are a port where the protocol has ports, and something else where not. */
const transportPort: PacketField = {
  kind: "packets",
  size: ports,
  packets: (values, polarity) =>
    intervals.unionOf(
      everyProtocol.map((number) => {
        if (hasPorts(number)) return portField(number).packets(values, polarity);
        return polarity === "maybe" && values.length > 0 ? packets(number) : [];
      }),
    ),
  answered: (values, polarity) =>
    intervals.unionOf(
      everyProtocol.map((number) => {
        if (hasPorts(number)) return portField(number).answered?.(values, polarity) ?? [];
        return polarity === "maybe" && values.length > 0 ? packets(number) : [];
      }),
    ),
};

/**
 * The port of the packet that opened the connection. Of ICMP it is the type and the code, and 0 where tracking knows
 * no ports; whether it knows those of DCCP, SCTP and UDP-Lite, and a key of GRE, is a matter of the kernel's build.
 */
const trackedPort: PacketField = {
  kind: "packets",
  size: ports,
  packets: (values, polarity) =>
    intervals.unionOf(everyProtocol.map((number) => trackedPackets(number, values, polarity))),
};

function trackedPackets(number: number, values: Intervals<number>, polarity: Polarity): Packets {
  const tracked = portField(number).packets(values, polarity);
  if (certain.has(number)) return tracked;
  const untracked = intervals.has(values, 0) ? packets(number) : [];
  if (number === 47) {
    const all = intervals.equals(values, [0, ports]);
    return polarity === "maybe" ? (values.length > 0 ? packets(number) : []) : all ? packets(number) : [];
  }
  if (!hasPorts(number)) return untracked;
  return polarity === "maybe" ? intervals.union(tracked, untracked) : intervals.intersect(tracked, untracked);
}

const everyProtocol = Array.from({ length: protocols }, (_, number) => number);
const certain: ReadonlySet<number> = new Set([protocol.icmp, protocol.tcp, protocol.udp, protocol.icmpv6]);

const typeField = (number: number): PacketField => ({
  kind: "packets",
  size: 256,
  family: number === protocol.icmp ? 4 : 6,
  packets: (values) =>
    intervals.unionOf(
      [...intervals.parts(values)].map(([first, end]) => packets(number, first * 256, end * 256 - 1)),
    ),
  answered: (values, polarity) => echoAnswered(number, values, echoes.get(number)?.reply ?? 0, polarity),
});

const codeField = (number: number): PacketField => ({
  kind: "packets",
  size: 256,
  family: number === protocol.icmp ? 4 : 6,
  packets: (values) => {
    const codes = [...intervals.parts(values)].flatMap(([first, end]) =>
      Array.from({ length: end - first }, (_, index) => first + index),
    );
    return intervals.unionOf(
      codes.flatMap((code) => Array.from({ length: 256 }, (_, type) => icmpPackets(number, type, code))),
    );
  },
  answered: (values, polarity) => echoAnswered(number, values, 0, polarity),
});

/** The types of echo requests and replies (RFC 792, RFC 4443). */
const echoes = new Map<number, { readonly request: number; readonly reply: number }>([
  [protocol.icmp, { request: 8, reply: 0 }],
  [protocol.icmpv6, { request: 128, reply: 129 }],
]);

/** Of ICMP only echo requests have an answer that is known for certain. */
function echoAnswered(
  number: number,
  values: Intervals<number>,
  answer: number,
  polarity: Polarity,
): Packets {
  const echo = icmpPackets(number, echoes.get(number)?.request ?? 0);
  const answers = intervals.has(values, answer);
  if (polarity === "sure") return answers ? echo : [];
  const others = values.length > 0 ? intervals.subtract(packets(number), echo) : [];
  return answers ? intervals.union(others, echo) : others;
}

const fields: Readonly<Record<string, Field>> = {
  "ip saddr": address("from", 4),
  "ip daddr": address("to", 4),
  "ip6 saddr": address("from", 6),
  "ip6 daddr": address("to", 6),
  "ct original ip saddr": address("from", 4, true),
  "ct original ip daddr": address("to", 4, true),
  "ct original ip6 saddr": address("from", 6, true),
  "ct original ip6 daddr": address("to", 6, true),
  "meta l4proto": protocolField(),
  "ip protocol": protocolField(4),
  "ip6 nexthdr": nextHeader,
  "tcp dport": portField(protocol.tcp),
  "udp dport": portField(protocol.udp),
  "sctp dport": portField(protocol.sctp),
  "dccp dport": portField(33),
  "udplite dport": portField(136),
  "th dport": transportPort,
  "icmp type": typeField(protocol.icmp),
  "icmp code": codeField(protocol.icmp),
  "icmpv6 type": typeField(protocol.icmpv6),
  "icmpv6 code": codeField(protocol.icmpv6),
  "ct original proto-dst": trackedPort,
  "meta nfproto": { kind: "family" },
  "meta iifname": { kind: "receivedBy" },
  "meta oifname": { kind: "sentBy" },
  "ct  state": { kind: "state" },
  "ct  direction": { kind: "direction" },
};

/** Whether it looks at what connection tracking knows of a packet. */
export const isOfTracking = (left: unknown): boolean => Object.hasOwn(left ?? {}, "ct");

/** Whether what it looks at is the same in a connection's answers as in its first packet. */
export const isOfConnection = (left: unknown): boolean => {
  const { ct, meta } = (left ?? {}) as { ct?: { dir?: string }; meta?: { key?: string } };
  return ct?.dir === "original" || meta?.key === "l4proto" || meta?.key === "nfproto";
};
