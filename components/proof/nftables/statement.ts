import { exactly } from "../network/index.ts";
import { everything, ofFamily, uncertain, type Alternative } from "./alternative.ts";
import { alternativesOf, combine, keyed, type Surroundings } from "./match.ts";
import type { Statement } from "./ruleset.ts";
import { valuesOf } from "./values.ts";

/** What a rule does with packets that match it. `unknown` may be anything, going on included. */
export type Verdict =
  | { readonly kind: "accept" | "drop" | "return" | "unknown" }
  | { readonly kind: "jump" | "goto"; readonly target: string };

/** A part of what a rule does: these packets, if no part before has decided about them. */
export interface Step {
  readonly matches: Alternative;
  readonly verdict: Verdict;
}

export interface ReadRule {
  readonly steps: readonly Step[];
  /** What was not understood, for people. */
  readonly doubts: readonly string[];
  /** Whether it changes packets or their way, so that nothing else that was read need hold for them. */
  readonly rewrites: boolean;
}

/** More would be too much to follow. */
const mostAlternatives = 100_000;

/** Reads the statements of a rule in their order. */
export function readStatements(expr: readonly Statement[], around: Surroundings): ReadRule {
  const steps: Step[] = [];
  const doubts: string[] = [];
  let rewrites = false;
  let alternatives: readonly Alternative[] = [everything];
  let hasChosen = false;
  const restrict = (more: readonly Alternative[]) => {
    alternatives =
      alternatives.length * more.length > mostAlternatives ? [uncertain] : combine(alternatives, more);
  };
  const decide = (verdict: Verdict) => {
    // Which of a map's elements sent a packet on is not followed, so neither is what comes after.
    if (hasChosen) restrict([uncertain]);
    for (const matches of alternatives) steps.push({ matches, verdict });
  };

  for (const statement of expr) {
    const [kind = "", what] = Object.entries(statement)[0] ?? [];
    if (kind === "match") {
      const match = (what ?? {}) as { op?: unknown; left?: unknown; right?: unknown };
      const found = alternativesOf(match, around);
      if (found.some(isDoubtful)) doubts.push(JSON.stringify(statement));
      restrict(found);
    } else if (kind === "vmap") {
      const { key, data } = (what ?? {}) as { key?: unknown; data?: unknown };
      const elements = valuesOf(data, around.setOf);
      if (elements === undefined || elements.changes) {
        doubts.push(JSON.stringify(statement));
        decide({ kind: "unknown" });
      } else
        for (const { alternative, data: verdict } of keyed(key, elements, around)) {
          if (isDoubtful(alternative)) doubts.push(JSON.stringify(statement));
          const read = verdictOf((verdict ?? {}) as Statement);
          for (const matches of combine(alternatives, [alternative]))
            if (read !== undefined) steps.push({ matches, verdict: read });
        }
      hasChosen = true;
    } else if (ignored.has(kind)) continue;
    else if (kind === "mangle" && marks(what)) continue;
    else if (sometimes.has(kind)) {
      doubts.push(kind);
      restrict([uncertain]);
    } else {
      const verdict = verdictOf(statement);
      if (kind === "reject") restrict(answerable(what));
      if (verdict !== undefined) decide(verdict);
      else if (kind !== "continue") {
        doubts.push(kind);
        if (kind !== "queue") rewrites = true;
        decide({ kind: "unknown" });
      }
    }
  }
  const isExact = steps.every(({ matches, verdict }) => verdict.kind !== "unknown" && !isDoubtful(matches));
  return { steps, doubts: isExact ? [] : doubts, rewrites };
}

const isDoubtful = ({ from, to, packets }: Alternative): boolean =>
  from.sure !== from.maybe || to.sure !== to.maybe || packets.sure !== packets.maybe;

/** Packets of the family whose ICMP rejects them: nft leaves the match of that family out where it lists the rule. */
function answerable(what: unknown): Alternative[] {
  const { type } = (what ?? {}) as { type?: unknown };
  if (type !== "icmp" && type !== "icmpv6") return [everything];
  const family = exactly(ofFamily(type === "icmp" ? 4 : 6));
  return [{ ...everything, from: family, to: family }];
}

/** Undefined where the statement decides nothing, or nothing that is known here. */
function verdictOf(statement: Statement): Verdict | undefined {
  const [kind = "", what] = Object.entries(statement)[0] ?? [];
  if (kind === "accept" || kind === "drop" || kind === "return") return { kind };
  if (kind === "reject") return { kind: "drop" };
  const { target } = (what ?? {}) as { target?: unknown };
  return (kind === "jump" || kind === "goto") && typeof target === "string" ? { kind, target } : undefined;
}

/** Statements that let every packet go on as it is. Sets that they add to are known to change. */
const ignored = new Set(["counter", "log", "last", "comment", "set", "map", "flow", "continue"]);
/** Statements that let only some go on, by what they count. */
const sometimes = new Set(["limit", "quota", "ct count", "meter"]);

/** Whether a statement only marks packets, for other rules, of which nothing is known where they look at marks. */
function marks(what: unknown): boolean {
  const { key } = (what ?? {}) as { key?: { meta?: { key?: string }; ct?: { key?: string } } };
  return key?.meta?.key === "mark" || key?.ct?.key === "mark" || key?.ct?.key === "label";
}
