import {
  compareNames,
  compareTraffic,
  isOutsider,
  mergeTraffic,
  ruleId,
  showTraffic,
  type Peer,
} from "../../plan/index.ts";
import { legend, matrixOf } from "./matrix.ts";
import { outsideHost } from "./prober.ts";
import type { Probe } from "./probe.ts";
import type { Check, Surprise, SurpriseKind } from "./verdict.ts";

/** In the order of how bad they are. */
const kinds: Readonly<Record<SurpriseKind, string>> = {
  open: "open, though nothing allows it",
  forged: "a forged source passes",
  closed: "closed, though the plan allows it",
  unanswered: "arrived, but the answer is lost",
};
const mostLines = 40;
const mostTraffics = 4;

/** What a check found, for people. */
export const describeCheck = (check: Check): string =>
  [
    heading(check),
    [matrixOf(check), legend].join("\n"),
    check.surprises.length === 0
      ? "no surprises: everything that a flow names passes, with its answers, and nothing else does"
      : surprises(check.surprises),
    "",
  ]
    .join("\n\n")
    .replace(/\n+$/, "\n");

/** What a check found, for programs: with every surprise, one for each probe. */
export const checkJson = (check: Check) => ({
  environment: check.environment,
  seed: check.planned.seed,
  millis: check.millis,
  pairs: check.planned.pairs,
  probes: counts(check),
  cells: check.cells.map((cell) => ({
    ...cell,
    open: cell.open === "all" ? cell.open : cell.open.map(showTraffic),
  })),
  surprises: check.surprises.map(({ kind, probe }) => ({
    kind,
    from: end(probe.from),
    ...(probe.as === undefined ? {} : { as: end(probe.as) }),
    to: end(probe.to),
    traffic: showTraffic(probe.packet),
    ...reason(probe),
  })),
});

const counts = ({ planned: { probes, untold } }: Check) => ({
  sent: probes.length,
  mustArrive: probes.filter(({ because }) => because !== undefined).length,
  mustNot: probes.filter(({ because }) => because === undefined).length,
  forged: probes.filter(({ as }) => as !== undefined).length,
  untold,
});

function heading(check: Check): string {
  const { environment, millis, planned } = check;
  const { sent, mustArrive, mustNot, forged, untold } = counts(check);
  return [
    `${environment}: ${sent} probes between ${planned.pairs.chosen} of ${planned.pairs.of} pairs of ends in ${Math.round(millis)} ms, seed ${planned.seed}`,
    `${mustArrive} have to arrive and ${mustNot} not, of which ${forged} have a forged source`,
    ...(untold === 0
      ? []
      : [`${untold} more were left out: they would pass as answers, or not be seen where they arrive`]),
  ].join("\n");
}

function surprises(all: readonly Surprise[]): string {
  const byKind = Map.groupBy(all, ({ kind }) => kind);
  const present = (Object.keys(kinds) as SurpriseKind[]).filter((kind) => byKind.has(kind));
  let room = mostLines;
  const sections = present.flatMap((kind, index) => {
    const same = (byKind.get(kind) ?? []).map(({ probe }) => probe);
    const lines = merge(same);
    const shown = lines.slice(0, Math.floor(room / (present.length - index)));
    room -= shown.length;
    const more = lines.length - shown.length;
    return [
      `  ${kinds[kind]}: ${count(same.length, "probe")}`,
      ...shown.map((line) => `    ${line}`),
      ...(more > 0 ? [`    and ${more} more like these, which --json has`] : []),
    ];
  });
  return [count(all.length, "surprise"), ...sections].join("\n");
}

/** One line for all packets of the same ends and for the same reason. */
function merge(probes: readonly Probe[]): string[] {
  const bySame = Map.groupBy(probes, (probe) => {
    const { rule, why } = reason(probe);
    return [showEnds(probe), rule === undefined ? why : `${rule} (${why})`].join("\n");
  });
  return [...bySame]
    .sort(([a], [b]) => compareNames(a, b))
    .map(([same, merged]) => {
      const [ends = "", because = ""] = same.split("\n");
      return `${ends}: ${showTraffics(merged)}; ${because}`;
    });
}

const showEnds = ({ from, to, as }: Probe): string =>
  `${showEnd(from)}${as === undefined ? "" : ` as ${showEnd(as)}`} -> ${showEnd(to)}`;

const showEnd = (peer: Peer): string =>
  isOutsider(peer)
    ? `${outsideHost} ${peer.address}${peer.name === undefined ? "" : ` (${peer.name})`}`
    : `${peer.name} (${peer.zone})`;

function showTraffics(probes: readonly Probe[]): string {
  const shown = mergeTraffic(probes.map(({ packet }) => packet))
    .sort(compareTraffic)
    .map(showTraffic);
  return shown.length <= mostTraffics
    ? shown.join(", ")
    : `${shown.slice(0, mostTraffics).join(", ")} and ${shown.length - mostTraffics} more`;
}

const end = (peer: Peer) =>
  isOutsider(peer)
    ? { host: outsideHost, address: peer.address, ...(peer.name === undefined ? {} : { name: peer.name }) }
    : { host: peer.name, zone: peer.zone, address: peer.address };

/** The rule that had to let a packet pass, or what has to stop it. */
function reason({ because, as, to }: Probe): { readonly rule?: string; readonly why: string } {
  if (because === undefined)
    return { why: as === undefined ? "no flow allows it" : "nobody may send as another" };
  if (because === "open zone")
    return isOutsider(to)
      ? { why: because }
      : { rule: `zone ${to.zone}`, why: "machines talk freely inside" };
  const { why, owner } = because;
  return { rule: ruleId(because), why: owner === undefined ? why : `${why}, ${owner}` };
}

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? "" : "s"}`;
