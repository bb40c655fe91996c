import { ip, tcp, udp, blocksBetween, parseBlock, type Block, type Traffic } from "../../plan/index.ts";
import type { ZoneFirewall } from "../firewall.ts";
import { addresses, parseRule, showRule, type End, type LabRule } from "../rule.ts";

/*
 * The gateway's one nftables table.
 *
 *   source    drops what does not bear its own port's address; "outside" may bear any that is not of the network
 *   forward   sends a connection to the chain of the zone that it leaves (map egress) ...
 *   inbound   ... and, where that lets it out, to the chain of the zone that it enters (map ingress)
 *   input     the gateway itself talks to nobody
 *
 * Rules are about connections, by the addresses and the port of the packet that opened them, and each packet is
 * judged: so answers pass as long as the rule stands, and a rule that goes cuts what it had let through. Protocols
 * are numbers: nftables' `ipip` is 94, not 4.
 */
export const table = "inet bulkhead";
export const outside = "outside";

/** The table, without zones and hosts. */
export const baseRuleset = (network: string): string => `add table ${table}
add set ${table} network { type ipv4_addr; flags interval; elements = { ${network} }; }
add set ${table} ports { type ifname . ipv4_addr; }
add set ${table} zones { type ipv4_addr; flags interval; }
add map ${table} egress { type ipv4_addr : verdict; flags interval; }
add map ${table} ingress { type ipv4_addr : verdict; flags interval; }
${baseChains}`;

/** The chains that all zones share; loading them again puts right what was changed in them. */
export const baseChains = `add chain ${table} source { type filter hook prerouting priority raw; policy drop; }
add chain ${table} inbound
add chain ${table} forward { type filter hook forward priority filter; policy drop; }
add chain ${table} input { type filter hook input priority filter; policy drop; }
flush chain ${table} source
flush chain ${table} inbound
flush chain ${table} forward
flush chain ${table} input
add rule ${table} source iifname . ip saddr @ports accept
add rule ${table} source iifname "${outside}" ip saddr != @network accept
add rule ${table} inbound ct original ip daddr vmap @ingress
add rule ${table} inbound ct original ip daddr != @network accept
add rule ${table} forward ct state invalid drop
add rule ${table} forward ct state related meta l4proto 1 accept
add rule ${table} forward ct original ip saddr vmap @egress
add rule ${table} forward ct original ip saddr != @network ct original ip daddr vmap @ingress
`;

/** A zone's chain; a change makes a new one beside it and then lets the map point there. */
export const chainName = (direction: Direction, zone: string, version: string): string =>
  `${direction}/${zone}/${version}`;
export type Direction = "in" | "out";
export const mapOf: Readonly<Record<Direction, string>> = { in: "ingress", out: "egress" };
/** What becomes of a connection that a zone's rules let through. */
const verdicts: Readonly<Record<Direction, string>> = { in: "accept", out: "goto inbound" };

export const addGroup = (group: string): string => `add set ${table} ${group} { type ipv4_addr; }`;

/** The rules of one of a zone's chains, as nft commands. */
export function renderChain(
  chain: string,
  direction: Direction,
  own: string,
  { inside, ingress, egress }: ZoneFirewall,
): string[] {
  const named = Object.entries(direction === "in" ? ingress : egress);
  const add = (match: string, why: string) =>
    `add rule ${table} ${chain} ${match} ${verdicts[direction]} comment "${why}"`;
  const free = inside === "open" ? [add(renderEnds(group(own), group(own)), openZone)] : [];
  return [...free, ...named.map(([text, why]) => add(renderMatch(parseRule(text)), why))];
}

const openZone = "hosts of an open zone talk freely";
const group = (name: string): End => ({ kind: "group", group: name });

/** The groups that rules name. */
export const groupsIn = ({ ingress, egress }: ZoneFirewall): string[] => [
  ...new Set(
    [...Object.keys(ingress), ...Object.keys(egress)]
      .map(parseRule)
      .flatMap(({ from, to }) => [from, to])
      .flatMap((end) => (end.kind === "group" ? [end.group] : [])),
  ),
];

const renderMatch = ({ from, to, traffic }: LabRule): string =>
  `${renderEnds(from, to)} ${renderTraffic(traffic)}`;

const renderEnds = (from: End, to: End): string =>
  `ct original ip saddr ${renderEnd(from)} ct original ip daddr ${renderEnd(to)}`;

const renderEnd = (end: End): string =>
  end.kind === "group" ? `@${end.group}` : `{ ${end.cidrs.join(", ")} }`;

function renderTraffic(traffic: Traffic): string {
  if (traffic.kind === "ip") return `meta l4proto ${traffic.number}`;
  const { protocol, from, to } = traffic;
  return `meta l4proto ${protocol === "tcp" ? 6 : 17} ct original proto-dst ${from === to ? from : `${from}-${to}`}`;
}

/** A rule as `nft -j -n list ruleset` writes it (libnftables-json(5)). */
export interface ListedRule {
  readonly chain: string;
  readonly comment?: string;
  readonly expr: readonly unknown[];
}

/**
 * Reads a rule of a zone's chain back: `open` is the one that lets a zone's hosts talk freely. What these functions
 * never write comes back as itself, so that a rule added by hand shows as one.
 */
export function parseListed({ expr }: ListedRule, direction: Direction, own: string): string {
  const { key, value } = parseExpressions(expr, direction) ?? {};
  if (value === undefined) return `by hand: ${JSON.stringify(expr)}`;
  if (key === undefined) {
    const free = isGroup(value.from, own) && isGroup(value.to, own);
    return free ? "open" : `by hand: ${JSON.stringify(expr)}`;
  }
  return showRule({ ...value, traffic: key });
}

const isGroup = (end: End, name: string) => end.kind === "group" && end.group === name;

function parseExpressions(expr: readonly unknown[], direction: Direction) {
  const [from, to, ...rest] = expr;
  const verdict = rest.pop();
  const wanted = direction === "in" ? { accept: null } : { goto: { target: "inbound" } };
  const ends = {
    from: parseEnd(matched(from, original("ip saddr"))),
    to: parseEnd(matched(to, original("ip daddr"))),
  };
  if (ends.from === undefined || ends.to === undefined || !same(verdict, wanted)) return undefined;
  const value = { from: ends.from, to: ends.to };
  if (rest.length === 0) return { value };
  const key = parseTraffic(rest);
  return key === undefined ? undefined : { key, value };
}

const original = (key: string) => ({ ct: { key, dir: "original" } });
const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

/** What an expression compares this with, where it asks for equality. */
function matched(expression: unknown, left: unknown): unknown {
  const { match } = (expression ?? {}) as { match?: { op?: unknown; left?: unknown; right?: unknown } };
  return match?.op === "==" && same(match.left, left) ? match.right : undefined;
}

function parseTraffic([protocol, port, ...more]: readonly unknown[]): Traffic | undefined {
  const number = matched(protocol, { meta: { key: "l4proto" } });
  if (typeof number !== "number" || more.length > 0) return undefined;
  const hasPorts = number === 6 || number === 17;
  if (port === undefined) return hasPorts ? undefined : ip(number);
  const right = matched(port, original("proto-dst"));
  const [first, last] = (right as { range?: [number, number] } | undefined)?.range ?? [right, right];
  if (!hasPorts || typeof first !== "number" || typeof last !== "number" || first < 1) return undefined;
  return (number === 6 ? tcp : udp)(first, last);
}

function parseEnd(right: unknown): End | undefined {
  if (typeof right === "string" && right.startsWith("@")) return group(right.slice(1));
  const elements = (right as { set?: readonly unknown[] } | undefined)?.set ?? [right];
  const blocks = elements.map(parseElement);
  return blocks.every((block) => block !== undefined) ? addresses(blocks.flat()) : undefined;
}

/** One element of a set of addresses: an address, a block or a range. */
export function parseElement(element: unknown): Block[] | undefined {
  if (typeof element === "string") return [parseBlock(`${element}/32`)];
  const { prefix, range } = (element ?? {}) as {
    prefix?: { addr: string; len: number };
    range?: readonly [string, string];
  };
  if (prefix !== undefined) return [parseBlock(`${prefix.addr}/${prefix.len}`)];
  if (range === undefined) return undefined;
  const [first, last] = range.map((address) => parseBlock(`${address}/32`).start);
  return first === undefined || last === undefined ? undefined : blocksBetween(first, last);
}
