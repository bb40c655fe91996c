import type { Chain, Origin, Rule } from "../network/index.ts";
import { intervals, type Packets } from "../space/index.ts";
import { ofSameProtocols } from "./answers.ts";
import type { Class } from "./classes.ts";
import type { Passage, Reach } from "./reach.ts";

/** A rule that almost lets packets pass. */
export interface Near {
  readonly rule: Origin;
  /** What is between: it is about other packets, about other ends, or not for certain about these. */
  readonly differs: "packets" | "ends" | "certainty";
}

const most = 3;

/** Rules that would let some of the packets pass, were it not for one thing. */
export function nearRules(
  reach: Reach,
  { chain, direction }: Passage,
  from: Class,
  to: Class,
  packets: Packets,
): Near[] {
  const found: { near: Near; rank: number }[] = [];
  const [own, guarded, peer, other] =
    direction === "out" ? (["from", from, "to", to] as const) : (["to", to, "from", from] as const);
  const sameProtocols = ofSameProtocols(packets);
  const take = (rule: Rule, differs: Near["differs"], rank: number) =>
    found.push({ near: { rule: rule.origin, differs }, rank });
  for (const rule of allowingRules(chain, new Set())) {
    if (!reach.holds(rule[own].maybe, guarded)) continue;
    const about = intervals.intersect(rule.packets.maybe, packets).length > 0;
    if (!reach.holds(rule[peer].maybe, other)) {
      if (about) take(rule, "ends", 3);
    } else if (!about) {
      const close = intervals.intersect(rule.packets.maybe, sameProtocols).length > 0;
      take(rule, "packets", close ? 1 : 2);
    } else if (!isSure(reach, rule, from, to, packets)) take(rule, "certainty", 0);
  }
  return found
    .sort((a, b) => a.rank - b.rank)
    .slice(0, most)
    .map(({ near }) => near);
}

const isSure = (reach: Reach, rule: Rule, from: Class, to: Class, packets: Packets): boolean =>
  reach.holds(rule.from.sure, from, "sure") &&
  reach.holds(rule.to.sure, to, "sure") &&
  intervals.includes(rule.packets.sure, intervals.intersect(rule.packets.maybe, packets));

function* allowingRules(chain: Chain, seen: Set<Chain>): Generator<Rule> {
  if (seen.has(chain)) return;
  seen.add(chain);
  for (const rule of chain.rules)
    if (rule.action === "allow") yield rule;
    else if (typeof rule.action !== "string") yield* allowingRules(rule.action, seen);
}
