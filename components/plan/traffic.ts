/** What a packet is, as far as firewalls tell packets apart. */
export type Traffic =
  | { readonly kind: "ports"; readonly protocol: "tcp" | "udp"; readonly from: number; readonly to: number }
  | { readonly kind: "ip"; readonly number: number };

export const tcp = (from: number, to = from): Traffic => ports("tcp", from, to);
export const udp = (from: number, to = from): Traffic => ports("udp", from, to);

/**
 * Traffic of an IP protocol that has no ports, by its number: names mislead, nftables' `ipip` is 94.
 * TCP and UDP are refused, since by number they would open all their ports.
 */
export const ip = (number: number): Traffic => {
  if (!Number.isInteger(number) || number < 0 || number > 255)
    throw new RangeError(`an IP protocol number lies between 0 and 255, got ${number}`);
  if (number === 6 || number === 17)
    throw new RangeError(
      `IP protocol ${number} has ports: name them as ${number === 6 ? "tcp" : "udp"}/<port>`,
    );
  return { kind: "ip", number };
};

export const icmp = ip(1);
/** Calico's IP-in-IP overlay: cloud rules that only name TCP and UDP drop it silently. */
export const ipip = ip(4);
/** Calico's and Swarm's VXLAN overlay. */
export const vxlan = udp(4789);

function ports(protocol: "tcp" | "udp", from: number, to: number): Traffic {
  if (!(Number.isInteger(from) && Number.isInteger(to) && 1 <= from && from <= to && to <= 65535))
    throw new RangeError(`${protocol} ports must satisfy 1 <= from <= to <= 65535, got ${from}-${to}`);
  return { kind: "ports", protocol, from, to };
}

/** How traffic is written in a stack file; `parseTraffic` reads each of these. */
export const trafficForms = "tcp/<port>, udp/<port>, tcp/<first>-<last>, icmp or ip/<protocol number>";

/** Reads `tcp/443`, `udp/8000-8010`, `icmp` or `ip/4`; throws a RangeError that says what is allowed. */
export function parseTraffic(text: string): Traffic {
  if (text === "icmp") return icmp;
  const [, protocol, first, last] = /^(tcp|udp|ip)\/(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? [];
  if (protocol === undefined || (protocol === "ip" && last !== undefined))
    throw new RangeError(`traffic is written as ${trafficForms}`);
  if (protocol === "ip") return ip(Number(first));
  return ports(protocol as "tcp" | "udp", Number(first), Number(last ?? first));
}

/** Writes traffic the way `parseTraffic` reads it. */
export function showTraffic(traffic: Traffic): string {
  if (traffic.kind === "ip") return traffic.number === 1 ? "icmp" : `ip/${traffic.number}`;
  const { protocol, from, to } = traffic;
  return from === to ? `${protocol}/${from}` : `${protocol}/${from}-${to}`;
}

/** Whether every packet of `inner` is also one of `outer`. */
export function covers(outer: Traffic, inner: Traffic): boolean {
  if (outer.kind === "ip") return inner.kind === "ip" && inner.number === outer.number;
  return (
    inner.kind === "ports" &&
    inner.protocol === outer.protocol &&
    outer.from <= inner.from &&
    inner.to <= outer.to
  );
}

/** Sorts by protocol, then by port, so that what is printed reads in a fixed order. */
export function compareTraffic(a: Traffic, b: Traffic): number {
  const rank = (t: Traffic) => (t.kind === "ip" ? 2 : t.protocol === "tcp" ? 0 : 1);
  const start = (t: Traffic) => (t.kind === "ip" ? t.number : t.from);
  const end = (t: Traffic) => (t.kind === "ip" ? t.number : t.to);
  return rank(a) - rank(b) || start(a) - start(b) || end(a) - end(b);
}

/** The fewest traffics that together are exactly these: ports that touch or overlap become one range. */
export function mergeTraffic(traffics: readonly Traffic[]): Traffic[] {
  const merged: Traffic[] = [];
  for (const next of [...traffics].sort(compareTraffic)) {
    const last = merged.at(-1);
    if (last?.kind === "ip" && next.kind === "ip" && last.number === next.number) continue;
    if (last?.kind === "ports" && next.kind === "ports" && touches(last, next))
      merged[merged.length - 1] = { ...last, to: Math.max(last.to, next.to) };
    else merged.push(next);
  }
  return merged;
}

type Ports = Extract<Traffic, { kind: "ports" }>;
const touches = (last: Ports, next: Ports) => last.protocol === next.protocol && next.from <= last.to + 1;
