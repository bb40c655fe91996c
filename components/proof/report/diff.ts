import { intervals, noPacket, showPackets, type Packets } from "../space/index.ts";
import {
  packetsOfJson,
  trafficOf,
  type JsonAllowed,
  type JsonFinding,
  type JsonTraffic,
  type ProofJson,
} from "./json.ts";
import { markdownText } from "./escape.ts";
import { listSome } from "./words.ts";

/** What one report has that an earlier one has not, and the other way round. */
export interface ProofDiff {
  readonly opened: readonly Change[];
  readonly closed: readonly Change[];
  readonly appeared: readonly JsonFinding[];
  readonly gone: readonly JsonFinding[];
  /** Ids of endpoints. */
  readonly came: readonly string[];
  readonly went: readonly string[];
  /** All of it in sentences, one a line. */
  readonly words: string;
}

/** What opened and closed, in as few sentences as say it. */
export const openedWords = ({ opened }: ProofDiff): string[] => sentences(opened, canReach);
export const closedWords = ({ closed }: ProofDiff): string[] => sentences(closed, cannotReach);

/** Who came and who went. */
export const endpointWords = ({ came, went }: Pick<ProofDiff, "came" | "went">): string[] => [
  ...(came.length === 0 ? [] : [`new: ${listSome(came, 5)}`]),
  ...(went.length === 0 ? [] : [`gone: ${listSome(went, 5)}`]),
];

/** Traffic that passes, or does not any more, from each of some to each of others. */
export interface Change {
  /** Ids of endpoints, or CIDR blocks. */
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly traffic: readonly JsonTraffic[];
  /** Both ends for people: a party, where it is all of its endpoints, or names. */
  readonly who: string;
  readonly whom: string;
  /** What it follows `because` with, where that is known. */
  readonly because?: string;
  /** `test-portal-1 can now reach test-claims-1 on tcp/5432, because ...`. */
  readonly words: string;
}

/** Tells why traffic between two passes, or does not any more, from an id of each. */
export type Reason = (from: string, to: string) => string | undefined;

export function describeDiff(
  before: ProofJson,
  after: ProofJson,
  { opens, closes }: { readonly opens?: Reason; readonly closes?: Reason } = {},
): ProofDiff {
  const [old, now] = [pairsOf(before), pairsOf(after)];
  const [oldParties, nowParties] = [partiesOf(before), partiesOf(after)];
  const opened = changes(added(old, now), nowParties, canReach, opens);
  const closed = changes(added(now, old), oldParties, cannotReach, closes);
  const [found, had] = [findingsOf(after), findingsOf(before)];
  const parts = {
    opened,
    closed,
    appeared: [...found].flatMap(([key, finding]) => (had.has(key) ? [] : [finding])),
    gone: [...had].flatMap(([key, finding]) => (found.has(key) ? [] : [finding])),
    came: [...nowParties.of.keys()].filter((id) => !oldParties.of.has(id)),
    went: [...oldParties.of.keys()].filter((id) => !nowParties.of.has(id)),
  };
  const words = sections(parts).flatMap(({ start, lines }) => lines.map((line) => `${start}${line}`));
  return { ...parts, words: words.length === 0 ? nothing : words.join("\n") };
}

const nothing = "nobody can reach more or less than before";

/** The same for a comment on a change: a list for each of what opened, closed and was found. */
export function diffMarkdown(diff: ProofDiff): string {
  const shown = sections(diff)
    .filter(({ lines }) => lines.length > 0)
    .map(({ title, lines }) =>
      [`### ${title}`, "", ...lines.map((line) => `- ${markdownText(line)}`), ""].join("\n"),
    );
  return shown.length === 0 ? `${nothing}\n` : shown.join("\n");
}

interface Section {
  readonly title: string;
  /** What a line begins with where no title says it. */
  readonly start: string;
  readonly lines: readonly string[];
}

const sections = (diff: Omit<ProofDiff, "words">): Section[] => [
  { title: "New findings", start: "new finding: ", lines: diff.appeared.map(({ message }) => message) },
  {
    title: "Findings that are gone",
    start: "no longer found: ",
    lines: diff.gone.map(({ message }) => message),
  },
  { title: "Opened", start: "", lines: sentences(diff.opened, canReach) },
  { title: "Closed", start: "", lines: sentences(diff.closed, cannotReach) },
  {
    title: "Endpoints",
    start: "",
    lines: endpointWords(diff),
  },
];

/** Changes of the same traffic in one sentence, where each of some now reaches each of others. */
function sentences(changes: readonly Change[], verb: string): string[] {
  const alike = Map.groupBy(changes, ({ traffic, whom, because }) =>
    JSON.stringify([whom === eachOther ? whom : traffic, because]),
  );
  return [...alike.values()].flatMap((same) => {
    const pairs = same.map(({ who, whom, traffic }) => ({ from: who, to: whom, traffic }));
    if (pairs.some(({ to }) => to === eachOther)) return same.map(({ words }) => words);
    const [{ traffic, because }] = same as [Change];
    const what = showPackets(intervals.unionOf(traffic.map(packetsOfJson)));
    return products(pairs).map(({ from, to, inside }) =>
      sentence(listSome(from, 3), verb, inside ? eachOther : listSome(to, 3), what, because),
    );
  });
}

const canReach = "can now reach";
const cannotReach = "can no longer reach";
const eachOther = "each other";
const sentence = (who: string, verb: string, whom: string, what: string, because?: string) =>
  `${who} ${verb} ${whom} on ${what}${because === undefined ? "" : `, because ${because}`}`;

const findingsOf = ({ leaks, missing }: ProofJson) =>
  new Map<string, JsonFinding>([
    ...leaks.map((finding) => [`leak ${finding.id}`, finding] as const),
    // What leaks between two and what is missing there are two findings.
    ...missing.map((finding) => [`missing ${finding.id}`, finding] as const),
  ]);

type Pairs = Map<string, Map<string, Packets>>;

/**
 * TCP, UDP and SCTP: network policies decide about nothing else, so that what else passes between pods says nothing
 * (https://kubernetes.io/docs/concepts/services-networking/network-policies/#what-you-can-t-do-with-network-policies-at-least-not-yet).
 */
const policed: ReadonlySet<number> = new Set([6, 17, 132]);

function pairsOf({ endpoints, allowed, outside }: ProofJson): Pairs {
  const pairs: Pairs = new Map();
  const pods = new Set(endpoints.filter(({ kind }) => kind === "pod" || kind === "pods").map(({ id }) => id));
  // Of equal traffic one object, which makes comparing cheap.
  const known = new Map<string, Packets>();
  const read = (entry: JsonAllowed): Packets => {
    const key = `${entry.protocol} ${entry.ports?.join(" ") ?? ""}`;
    let set = known.get(key);
    if (set === undefined) known.set(key, (set = packetsOfJson(entry)));
    return set;
  };
  for (const list of [allowed, outside])
    for (const entry of list) {
      if (!policed.has(entry.protocol) && (pods.has(entry.from) || pods.has(entry.to))) continue;
      const row = pairs.get(entry.from) ?? new Map<string, Packets>();
      pairs.set(entry.from, row);
      row.set(entry.to, intervals.union(row.get(entry.to) ?? noPacket, read(entry)));
    }
  return pairs;
}

interface Difference {
  readonly from: string;
  readonly to: string;
  readonly packets: Packets;
}

function* added(old: Pairs, now: Pairs): Generator<Difference> {
  for (const [from, row] of now)
    for (const [to, passing] of row) {
      const packets = intervals.subtract(passing, old.get(from)?.get(to) ?? noPacket);
      if (packets.length > 0) yield { from, to, packets };
    }
}

interface Parties {
  /** By endpoint; one without a party stands for itself. */
  readonly of: ReadonlyMap<string, string | undefined>;
  readonly members: ReadonlyMap<string, ReadonlySet<string>>;
}

function partiesOf({ endpoints }: ProofJson): Parties {
  const members = new Map<string, Set<string>>();
  for (const { id, party } of endpoints)
    if (party !== undefined) members.set(party, (members.get(party) ?? new Set()).add(id));
  return { of: new Map(endpoints.map(({ id, party }) => [id, party])), members };
}

/** Differences that are alike as one, where it is each of some that reaches each of others. */
function changes(
  differences: Iterable<Difference>,
  parties: Parties,
  verb: string,
  reason: Reason = () => undefined,
): Change[] {
  const partyOf = (id: string) => parties.of.get(id) ?? `\0${id}`;
  const alike = Map.groupBy(differences, ({ from, to, packets }) =>
    JSON.stringify([partyOf(from), partyOf(to), packets]),
  );
  return [...alike.values()].flatMap((same) => {
    const [first] = same as [Difference];
    const { packets } = first;
    // All of them are from one party to another.
    const because = reason(first.from, first.to);
    return products(same).map(({ from, to, inside }) => {
      const [who, whom] = [named(from, parties), inside ? eachOther : named(to, parties)];
      const words = sentence(who, verb, whom, showPackets(packets), because);
      return {
        from,
        to,
        traffic: trafficOf(packets),
        who,
        whom,
        ...(because === undefined ? {} : { because }),
        words,
      };
    });
  });
}

interface Product {
  readonly from: string[];
  readonly to: string[];
  /** Each reaches each but itself. */
  readonly inside: boolean;
}

/** Pairs as few sets of pairs: those who reach the same share one. */
function products(pairs: readonly Pick<Difference, "from" | "to">[]): Product[] {
  const byFrom = Map.groupBy(pairs, ({ from }) => from);
  const all = new Set([...byFrom.keys(), ...pairs.map(({ to }) => to)]);
  const inside = pairs.length === all.size * (all.size - 1) && pairs.every(({ from, to }) => from !== to);
  if (inside) return [{ from: [...all], to: [...all], inside }];
  const rows = [...byFrom].map(([from, own]) => ({ from, to: own.map(({ to }) => to) }));
  return [...Map.groupBy(rows, ({ to }) => JSON.stringify(to)).values()].map((same) => ({
    from: same.map(({ from }) => from),
    to: same[0]?.to ?? [],
    inside: false,
  }));
}

/** The party where all of its endpoints are meant, or the endpoints. */
function named(ids: readonly string[], { of, members }: Parties): string {
  const party = of.get(ids[0] ?? "");
  const all = party === undefined ? undefined : members.get(party);
  return party !== undefined && ids.length === all?.size && all.size > 1 ? party : listSome(ids, 3);
}
