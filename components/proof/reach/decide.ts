import type { Chain, Rule } from "../network/index.ts";
import { everyPacket, intervals, noPacket, type Packets } from "../space/index.ts";
import type { Polarity } from "./spots.ts";

/** What becomes of packets in a chain, and where; what an earlier step allowed can be among them again. */
export interface Step {
  readonly packets: Packets;
  /** `unsure`: the rule may match them, so they are not counted on any further. */
  readonly verdict: "allow" | "deny" | "unsure";
  /** The rules that led there, those of outer chains first. */
  readonly rules: readonly Rule[];
  /** The chain whose `otherwise` decided; absent where the last of the rules did. */
  readonly end?: Chain;
}

interface Decided {
  readonly allowed: Packets;
  /** Of which the chain says nothing. */
  readonly undecided: Packets;
}

/**
 * The packets that a chain lets pass between two. With `maybe` it is all that could pass, whatever turns out to be the
 * case of what is not known, and with `sure` all that will. `note` is told of each step.
 */
export function decide(
  chain: Chain,
  polarity: Polarity,
  rulesOf: (chain: Chain) => readonly Rule[],
  matches: (rule: Rule, polarity: Polarity) => Packets,
  note?: (step: Step) => void,
): Packets {
  const { allowed, undecided } = walk(chain, everyPacket, []);
  return polarity === "maybe" ? intervals.union(allowed, undecided) : allowed;

  function walk(one: Chain, entering: Packets, outer: readonly Rule[]): Decided {
    const allowed: Packets[] = [];
    const returned: Packets[] = [];
    let left = entering;
    // What rules in a row allow is united at once. It may stay in what is left: nothing after takes it back.
    let hits: Packets[] = [];
    const settle = () => {
      if (hits.length > 0) allowed.push(intervals.intersect(left, intervals.unionOf(hits)));
      hits = [];
    };
    for (const rule of rulesOf(one)) {
      const [certain, possible] = [matches(rule, "sure"), matches(rule, "maybe")];
      // What matches for the answer that is asked for, and what then goes no further.
      const [hit, gone] = polarity === "maybe" ? [possible, certain] : [certain, possible];
      if (note !== undefined) noteRule(rule, left, certain, possible, outer);
      if (rule.action === "allow") {
        hits.push(hit);
        continue;
      }
      settle();
      const matching = intervals.intersect(left, hit);
      left = intervals.subtract(left, gone);
      if (rule.action === "return") returned.push(matching);
      else if (rule.action !== "deny") {
        const inner = walk(rule.action, matching, note === undefined ? outer : [...outer, rule]);
        allowed.push(inner.allowed);
        left = intervals.union(left, inner.undecided);
      }
    }
    settle();
    // The outermost chain has nowhere to return to: it decides of what would, as a base chain of nftables does.
    if (one === chain) left = intervals.unionOf([left, ...returned]);
    if (one.otherwise === "allow") allowed.push(left);
    if (one.otherwise !== "return" && left.length > 0)
      note?.({ packets: left, verdict: one.otherwise, rules: outer, end: one });
    const undecided = one.otherwise === "return" ? left : noPacket;
    return {
      allowed: intervals.unionOf(allowed),
      undecided: one === chain ? undecided : intervals.unionOf([...returned, undecided]),
    };
  }

  function noteRule(
    rule: Rule,
    left: Packets,
    certain: Packets,
    possible: Packets,
    outer: readonly Rule[],
  ): void {
    const tell = (verdict: Step["verdict"], about: Packets) => {
      const packets = intervals.intersect(left, about);
      if (packets.length > 0) note?.({ packets, verdict, rules: [...outer, rule] });
    };
    if (rule.action === "allow") tell("allow", polarity === "maybe" ? possible : certain);
    else if (rule.action === "deny") tell("deny", certain);
    if (rule.action !== "allow" && polarity === "sure") tell("unsure", intervals.subtract(possible, certain));
  }
}
