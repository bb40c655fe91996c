import type { Origin } from "../network/index.ts";
import { everyPacket, intervals, noPacket, type Packets } from "../space/index.ts";
import { ofSameProtocols } from "./answers.ts";
import type { Class } from "./classes.ts";
import type { Step } from "./decide.ts";
import { nearRules, type Near } from "./near.ts";
import { couldMeet, type Passage, type Reach } from "./reach.ts";
import type { Polarity } from "./spots.ts";

interface Question {
  readonly from: Class;
  readonly to: Class;
  readonly packets: Packets;
  readonly polarity: Polarity;
}

/** Why packets pass from one class to another, or do not. */
export interface Explanation extends Question {
  /** Those of the packets that pass. */
  readonly passing: Packets;
  /** `partly`: some of the packets pass; `answers`: all do, but some of them only as answers. */
  readonly verdict: "passes" | "answers" | "partly" | "denied";
  /** Why they never meet, whatever the rules say. */
  readonly apart?: "both are outside" | "one has IPv4 and the other IPv6";
  /** What lets them pass by all checkpoints. */
  readonly shortcut?: Origin;
  /** Each checkpoint on the way, in order. */
  readonly stops: readonly Stop[];
  /** What passes only since the network as a whole has seen packets the other way, and the rules that let those. */
  readonly answers?: { readonly packets: Packets; readonly because: readonly Origin[] };
  /** What would pass if its answers did, too. */
  readonly unanswered?: Packets;
}

/** What one checkpoint does with the packets. */
export interface Stop {
  readonly checkpoint: string;
  readonly origin: Origin;
  readonly direction: "out" | "in";
  /** Together all of the packets, each once. */
  readonly decisions: readonly Decision[];
  /** Where some are denied: rules that are almost about them. */
  readonly near: readonly Near[];
}

export interface Decision {
  readonly packets: Packets;
  /** `unsure`: it is not known whether the rule matches them, and so they do not count as let pass. */
  readonly verdict: "allow" | "deny" | "unsure";
  /** The rules that led to it, those of outer chains first. */
  readonly rules: readonly Origin[];
  /** No rule matched: what becomes of the rest in this chain decided. The last of the rules led to the chain. */
  readonly otherwise?: string;
  /** They pass only as answers to packets that the rules let the other way. */
  readonly answers?: true;
}

/** Says for some packets, or for a traffic, what each checkpoint on their way does with them, and by which rule. */
export function explain(
  reach: Reach,
  from: Class,
  to: Class,
  packets: Packets,
  polarity: Polarity,
): Explanation {
  const question = { from, to, packets, polarity };
  if (!couldMeet(from, to)) {
    const apart =
      from.spots.length + to.spots.length === 0 ? "both are outside" : "one has IPv4 and the other IPv6";
    return { ...question, passing: noPacket, verdict: "denied", apart, stops: [] };
  }
  const passing = intervals.intersect(reach.between(from, to, polarity), packets);
  const shortcut = reach.shortcut(from, to, polarity);
  if (shortcut !== undefined)
    return { ...question, passing, verdict: "passes", shortcut: shortcut.origin, stops: [] };
  const stops = reach.path(from, to, polarity).map((passage) => stopAt(reach, passage, question));
  const firsts = intervals.intersect(reach.firsts(from, to, polarity), packets);
  const answers = intervals.subtract(passing, firsts);
  const unanswered = polarity === "sure" ? reach.unanswered(from, to, throughAll(stops, packets)) : noPacket;
  const back = (set: Packets) => intervals.intersect(ofSameProtocols(set), reach.firsts(to, from, polarity));
  const asAnswer = answers.length > 0 || stops.some(({ decisions }) => decisions.some((one) => one.answers));
  return {
    ...question,
    passing,
    verdict:
      passing.length === 0
        ? "denied"
        : !intervals.equals(passing, packets)
          ? "partly"
          : asAnswer
            ? "answers"
            : "passes",
    stops,
    ...(answers.length > 0 && {
      answers: { packets: answers, because: allowing(reach, to, from, back(answers)) },
    }),
    ...(unanswered.length > 0 && { unanswered }),
  };
}

/** The rules that let these packets pass, or may: those of a leak's example. */
export function because(reach: Reach, from: Class, to: Class, packets: Packets): Origin[] {
  const { answers } = explain(reach, from, to, packets, "maybe");
  const firsts = intervals.subtract(packets, answers?.packets ?? noPacket);
  return distinct([...allowing(reach, from, to, firsts), ...(answers?.because ?? [])]);
}

function allowing(reach: Reach, from: Class, to: Class, packets: Packets): Origin[] {
  if (packets.length === 0) return [];
  const { shortcut, stops } = explain(reach, from, to, packets, "maybe");
  if (shortcut !== undefined) return [shortcut];
  return stops.flatMap(({ checkpoint, origin, direction, decisions }) =>
    decisions
      .filter(({ verdict }) => verdict === "allow")
      .map(({ rules, otherwise }) => {
        const rule = otherwise === undefined ? rules.at(-1) : undefined;
        return rule ?? { id: origin.id, text: `${checkpoint} lets ${direction} what no rule denies` };
      }),
  );
}

const distinct = (origins: readonly Origin[]): Origin[] => [
  ...new Map(origins.map((origin) => [`${origin.id}\n${origin.text}`, origin])).values(),
];

function stopAt(reach: Reach, passage: Passage, { from, to, packets, polarity }: Question): Stop {
  const { checkpoint, direction } = passage;
  const steps: Step[] = [];
  reach.allowed(passage, from, to, polarity, (step) => steps.push(step));
  const decisions: Decision[] = [];
  let left = packets;
  const claim = (step: Step, of: Packets, answers: boolean) => {
    const own = intervals.intersect(left, of);
    if (own.length === 0) return;
    left = intervals.subtract(left, own);
    decisions.push({
      packets: own,
      verdict: step.verdict,
      rules: step.rules.map(({ origin }) => origin),
      ...(step.end !== undefined && { otherwise: step.end.name }),
      ...(answers && { answers }),
    });
  };
  // What a rule may let pass counts, even where one before it may deny it.
  const [allow, other] = [true, false].map((wanted) =>
    steps.filter(({ verdict }) => (verdict === "allow") === wanted),
  );
  for (const step of allow ?? []) claim(step, step.packets, false);
  if (polarity === "maybe")
    for (const step of stepsBack(reach, passage, from, to))
      claim(step, intervals.intersect(ofSameProtocols(step.packets), checkpoint.remembers ?? noPacket), true);
  const denied = left;
  for (const step of other ?? []) claim(step, step.packets, false);
  return {
    checkpoint: checkpoint.name,
    origin: checkpoint.origin,
    direction,
    decisions,
    near: denied.length === 0 ? [] : nearRules(reach, passage, from, to, denied),
  };
}

/** What a checkpoint that remembers lets pass the other way. */
function stepsBack(reach: Reach, { checkpoint, direction }: Passage, from: Class, to: Class): Step[] {
  if (checkpoint.remembers === undefined) return [];
  const back = direction === "out" ? "in" : "out";
  const chain = checkpoint[back];
  if (chain === undefined) return [{ packets: everyPacket, verdict: "allow", rules: [] }];
  const steps: Step[] = [];
  reach.allowed({ chain, direction: back }, to, from, "maybe", (step) => steps.push(step));
  return steps.filter(({ verdict }) => verdict === "allow");
}

const throughAll = (stops: readonly Stop[], packets: Packets): Packets =>
  stops.reduce<Packets>(
    (passing, { decisions }) =>
      intervals.intersect(
        passing,
        intervals.unionOf(
          decisions.filter(({ verdict }) => verdict === "allow").map((decision) => decision.packets),
        ),
      ),
    packets,
  );
