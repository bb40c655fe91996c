import type { Allowed, Finding, Statement } from "../statement/index.ts";
import {
  byProtocol,
  hasPorts,
  intervals,
  isAllPorts,
  noPacket,
  packets,
  protocol,
  type Packets,
} from "../space/index.ts";
import { verdictOf } from "./verdict.ts";

/** A statement as data for other programs. Lists are sorted, so that equal statements are equal texts. */
export interface ProofJson {
  /** Everybody who sends or receives, of all layers, by id. */
  readonly endpoints: readonly JsonEndpoint[];
  /** Who may reach whom: all that is not in here is denied. One entry for each from, to and protocol, in this order. */
  readonly allowed: readonly JsonAllowed[];
  /** What must not be and is, and that no exception in force excuses. */
  readonly leaks: readonly JsonFinding[];
  /** What must be and is not. */
  readonly missing: readonly JsonFinding[];
  readonly exceptions: readonly JsonException[];
  /** What was taken for granted. */
  readonly assumptions: readonly { readonly text: string; readonly origin?: string }[];
  /** Absent where what was read belongs to no environment. */
  readonly environment?: string;
  /** What was read. */
  readonly source: string;
  /** Whether nothing leaks and nothing is missing; null where nothing was asked. */
  readonly holds: boolean | null;
  /** Leaks that an exception in force excuses. */
  readonly excused: readonly JsonFinding[];
  /** As `allowed`, where one end is a CIDR block of addresses outside. */
  readonly outside: readonly JsonAllowed[];
}

export interface JsonEndpoint {
  /** Unique in the whole report. */
  readonly id: string;
  /** `host`, `instance`, `pod` and such. */
  readonly kind: string;
  /** The role, zone, collection or namespace that the matrix shows it as. */
  readonly party?: string;
}

export interface JsonTraffic {
  /** The IP protocol's number, 0 to 255: 6 is TCP, 17 is UDP (https://www.iana.org/assignments/protocol-numbers). */
  readonly protocol: number;
  /**
   * Destination ports, first and last of each range, all being `[[0, 65535]]`; null for protocols that have none. ICMP
   * and ICMPv6 have ranges of `type * 256 + code` where only some pass.
   */
  readonly ports: readonly (readonly [number, number])[] | null;
}

export interface JsonAllowed extends JsonTraffic {
  /** An endpoint's id; in `outside`, or a CIDR block. */
  readonly from: string;
  readonly to: string;
}

export interface JsonFinding {
  /** The same from one run to the next. */
  readonly id: string;
  /** `machines`, `pods`, `tunnels`, `placement` or `access`. */
  readonly layer: Finding["layer"];
  /** The parties. */
  readonly from: string;
  readonly to: string;
  readonly message: string;
  /** Of findings about packets, which. */
  readonly packets?: readonly JsonTraffic[];
  /** An example: the packet, the pod or the subject, in words. */
  readonly witness: string;
  /** The rules or objects that let it, or that are in the way. */
  readonly because: readonly { readonly id: string; readonly text: string; readonly why?: string }[];
  readonly wayOut?: string;
  /** Keys into the stack file's configuration. */
  readonly place?: readonly (string | number)[];
}

export interface JsonException {
  readonly what: string;
  readonly why: string;
  readonly owner: string;
  /** The last day on which it holds, as `2027-01-31`. */
  readonly expires: string;
  readonly expired: boolean;
  /** The ids of the findings that it excuses. */
  readonly excuses: readonly string[];
}

/** The report as `ProofJson`, one entry a line, so that two of them can be compared by line as well. */
export const toJson = (statement: Statement): string => [...jsonParts(statement)].join("");

/** The same text in parts, for a stream: a large environment has millions of entries. */
export function* jsonParts(statement: Statement): Generator<string> {
  const { layers, leaks, excused, missing, exceptions, assumptions, environment, source } = statement;
  const { holds } = verdictOf(statement);
  const endpoints = layers
    .flatMap((layer) => layer.endpoints)
    .map(({ id, kind, party }): JsonEndpoint => ({ id, kind, ...(party !== undefined && { party }) }));
  yield "{\n";
  yield* array("endpoints", values(endpoints.sort(byId)));
  yield ",\n";
  yield* array("allowed", entries(layers.map(({ allowed }) => allowed)));
  yield ",\n";
  yield* array("leaks", values(leaks.map(findingOf)));
  yield ",\n";
  yield* array("missing", values(missing.map(findingOf)));
  yield ",\n";
  yield* array("exceptions", values(exceptions));
  yield ",\n";
  yield* array("assumptions", values(assumptions));
  yield ",\n";
  if (environment !== undefined) yield `  "environment": ${JSON.stringify(environment)},\n`;
  yield `  "source": ${JSON.stringify(source)},\n  "holds": ${JSON.stringify(holds ?? null)},\n`;
  yield* array("excused", values(excused.map(findingOf)));
  yield ",\n";
  yield* array("outside", entries(layers.map(({ outside }) => outside)));
  yield "\n}\n";
}

function* array(name: string, items: Iterable<string>): Generator<string> {
  let before = `  "${name}": [\n    `;
  let any = false;
  for (const item of items) {
    yield `${before}${item}`;
    before = ",\n    ";
    any = true;
  }
  yield any ? "\n  ]" : `  "${name}": []`;
}

function* values(items: Iterable<unknown>): Generator<string> {
  for (const item of items) yield JSON.stringify(item);
}

/** Each from, to and protocol once, in order. Texts of packets are made once, since many pairs share theirs. */
function* entries(sources: readonly (() => Iterable<Allowed>)[]): Generator<string> {
  const byFrom = new Map<string, Map<string, Packets>>();
  for (const source of sources)
    for (const { from, to, packets: passing } of source()) {
      const row = byFrom.get(from) ?? new Map<string, Packets>();
      byFrom.set(from, row);
      const known = row.get(to);
      row.set(to, known === undefined ? passing : intervals.union(known, passing));
    }
  const texts = new Map<Packets, string[]>();
  for (const [from, row] of [...byFrom].sort(byKey)) {
    const start = `{"from":${JSON.stringify(from)},"to":`;
    for (const [to, passing] of [...row].sort(byKey)) {
      let tails = texts.get(passing);
      if (tails === undefined) texts.set(passing, (tails = trafficOf(passing).map(tailOf)));
      const head = `${start}${JSON.stringify(to)},`;
      for (const tail of tails) yield head + tail;
    }
  }
}

const tailOf = ({ protocol: number, ports }: JsonTraffic) =>
  `"protocol":${number},"ports":${JSON.stringify(ports)}}`;

/** A set of packets as a report's list; `packetsOfJson` reads it. */
export const trafficOf = (set: Packets): JsonTraffic[] =>
  [...byProtocol(set)].map(({ protocol: number, ports }) => ({
    protocol: number,
    ports: hasPorts(number) || (isIcmp(number) && !isAllPorts(ports)) ? ports : null,
  }));

const isIcmp = (number: number) => number === protocol.icmp || number === protocol.icmpv6;

export const packetsOfJson = ({ protocol: number, ports }: JsonTraffic): Packets =>
  ports === null
    ? packets(number)
    : ports.reduce((all, [low, high]) => intervals.union(all, packets(number, low, high)), noPacket);

const findingOf = (finding: Finding): JsonFinding => {
  const { id, layer, from, to, message, packets: found, witness, because, wayOut, place } = finding;
  return {
    id,
    layer,
    from,
    to,
    message,
    ...(found !== undefined && { packets: trafficOf(found) }),
    witness,
    because: because.map(({ id: rule, text, why }) => ({
      id: rule,
      text,
      ...(why !== undefined && { why }),
    })),
    ...(wayOut !== undefined && { wayOut }),
    ...(place !== undefined && { place }),
  };
};

// By code units, as any program sorts that is to compare two reports.
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
const byId = (a: { id: string }, b: { id: string }) => compare(a.id, b.id);
const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]) => compare(a, b);
