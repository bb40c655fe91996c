import type { Chain, Rule } from "../network/index.ts";
import { everyPacket, intervals, noPacket, type Packets } from "../space/index.ts";
import type { Polarity } from "./spots.ts";

/** What becomes of packets in a chain, and where. */
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
    // Rules that allow, one after the other, are as one: most chains have no others.
    let [hits, certains]: [Packets[], Packets[]] = [[], []];
    const settle = () => {
      if (hits.length === 0) return;
      allowed.push(intervals.intersect(left, intervals.unionOf(hits)));
      left = intervals.subtract(left, intervals.unionOf(certains));
      [hits, certains] = [[], []];
    };
    for (const rule of rulesOf(one)) {
      const [certain, possible] = [matches(rule, "sure"), matches(rule, "maybe")];
      // What matches for the answer that is asked for, and what then goes no further.
      const [hit, gone] = polarity === "maybe" ? [possible, certain] : [certain, possible];
      if (rule.action === "allow" && note === undefined) {
        hits.push(hit);
        certains.push(certain);
        continue;
      }
      settle();
      if (left.length === 0) break;
      const matching = intervals.intersect(left, hit);
      if (note !== undefined) noteRule(rule, left, matching, certain, gone, outer);
      left = intervals.subtract(left, rule.action === "allow" ? certain : gone);
      if (rule.action === "allow") allowed.push(matching);
      else if (rule.action === "return") returned.push(matching);
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
    matching: Packets,
    certain: Packets,
    gone: Packets,
    outer: readonly Rule[],
  ): void {
    const rules = [...outer, rule];
    const tell = (verdict: Step["verdict"], packets: Packets) => {
      if (packets.length > 0) note?.({ packets, verdict, rules });
    };
    if (rule.action === "allow") tell("allow", matching);
    else {
      if (rule.action === "deny") tell("deny", intervals.intersect(left, certain));
      tell("unsure", intervals.intersect(left, intervals.subtract(gone, certain)));
    }
  }
}
