import type { Chain, Rule } from "../network/index.ts";
import { everyPacket, intervals, noPacket, type Packets } from "../space/index.ts";
import type { Polarity } from "./spots.ts";

interface Decided {
  readonly allowed: Packets;
  /** Of which the chain says nothing. */
  readonly undecided: Packets;
}

/**
 * The packets that a chain lets pass between two. With `maybe` it is all that could pass, whatever turns out to be the
 * case of what is not known, and with `sure` all that will.
 */
export function decide(
  chain: Chain,
  polarity: Polarity,
  rulesOf: (chain: Chain) => readonly Rule[],
  matches: (rule: Rule, polarity: Polarity) => Packets,
): Packets {
  return walk(chain, everyPacket).allowed;

  function walk(one: Chain, entering: Packets): Decided {
    const allowed: Packets[] = [];
    const returned: Packets[] = [];
    let left = entering;
    for (const rule of rulesOf(one)) {
      if (left.length === 0) break;
      const [certain, possible] = [matches(rule, "sure"), matches(rule, "maybe")];
      // What matches for the answer that is asked for, and what then goes no further.
      const [hit, gone] = polarity === "maybe" ? [possible, certain] : [certain, possible];
      if (rule.action === "allow") {
        allowed.push(intervals.intersect(left, hit));
        left = intervals.subtract(left, certain);
      } else if (rule.action === "deny") left = intervals.subtract(left, gone);
      else if (rule.action === "return") {
        returned.push(intervals.intersect(left, hit));
        left = intervals.subtract(left, gone);
      } else {
        const inner = walk(rule.action, intervals.intersect(left, hit));
        allowed.push(inner.allowed);
        left = intervals.union(intervals.subtract(left, gone), inner.undecided);
      }
    }
    if (one.otherwise === "allow") allowed.push(left);
    const undecided = intervals.unionOf([...returned, one.otherwise === "return" ? left : noPacket]);
    return { allowed: intervals.unionOf(allowed), undecided };
  }
}
