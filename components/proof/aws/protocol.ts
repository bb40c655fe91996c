import { exactly, type Known } from "../network/index.ts";
import { everyPacket, icmpPackets, noPacket, packets, protocol, type Packets } from "../space/index.ts";

export const noneOrAll: Known<Packets> = { sure: noPacket, maybe: everyPacket };
const everything = exactly(everyPacket);

/**
 * The number of a protocol as AWS takes it: a name or a number, "-1" for all. The provider also takes `all`, and the
 * names of the few protocols that it knows.
 */
const numbers: Readonly<Record<string, number>> = {
  tcp: 6,
  udp: 17,
  icmp: 1,
  icmpv6: 58,
  "-1": -1,
  all: -1,
};

/** Undefined where it is none. */
export function protocolNumber(text: string): number | undefined {
  const known = numbers[text.toLowerCase()];
  if (known !== undefined) return known;
  const number = /^\d{1,3}$/.test(text) ? Number(text) : 256;
  return number < 256 ? number : undefined;
}

export interface Ports {
  /** The first port, or the ICMP type. */
  readonly from: number | undefined;
  /** The last port, or the ICMP code. */
  readonly to: number | undefined;
}

/**
 * The packets of a security group's rule: with -1 or a protocol other than TCP, UDP and the two ICMPs all ports,
 * whatever range is written (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html).
 */
export function groupPackets(number: number, { from, to }: Ports): Known<Packets> {
  if (number === -1) return everything;
  if (number === protocol.icmp || number === protocol.icmpv6) return icmp(number, from, to);
  return number === protocol.tcp || number === protocol.udp ? ported(number, from, to) : all(number);
}

/**
 * The packets of a network ACL's entry: ports count for TCP and UDP only, ICMP's types for IPv4 and ICMPv6's for IPv6
 * (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateNetworkAclEntry.html).
 */
export function aclPackets(number: number, ports: Ports, icmpType: Ports, isIpv6: boolean): Known<Packets> {
  if (number === -1) return everything;
  if (number === protocol.icmp || (number === protocol.icmpv6 && isIpv6))
    return icmp(number, icmpType.from, icmpType.to);
  return number === protocol.tcp || number === protocol.udp
    ? ported(number, ports.from, ports.to)
    : all(number);
}

const interned = new Map<string, Known<Packets>>();
function once(key: string, make: () => Known<Packets>): Known<Packets> {
  const known = interned.get(key) ?? make();
  interned.set(key, known);
  return known;
}

const all = (number: number) => once(String(number), () => exactly(packets(number)));

/** Ports that are not written, or not as ports are, may be any. */
function ported(number: number, from: number | undefined, to: number | undefined): Known<Packets> {
  return once(`${number}/${from}-${to}`, () =>
    isPort(from) && isPort(to) && from <= to
      ? exactly(packets(number, from, to))
      : { sure: noPacket, maybe: packets(number) },
  );
}

function icmp(number: number, type: number | undefined, code: number | undefined): Known<Packets> {
  return once(`${number}/${type}/${code}`, () => {
    if (type === -1) return exactly(packets(number));
    if (!isByte(type)) return { sure: noPacket, maybe: packets(number) };
    if (code === -1) return exactly(icmpPackets(number, type));
    return isByte(code)
      ? exactly(icmpPackets(number, type, code))
      : { sure: noPacket, maybe: icmpPackets(number, type) };
  });
}

const isWithin = (value: number | undefined, end: number): value is number =>
  value !== undefined && Number.isInteger(value) && value >= 0 && value < end;
const isPort = (value: number | undefined): value is number => isWithin(value, 65536);
const isByte = (value: number | undefined): value is number => isWithin(value, 256);
