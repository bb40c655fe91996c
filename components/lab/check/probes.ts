import type { Plan } from "../../plan/index.ts";
import { Choice, wish, type Wish } from "./choice.ts";
import { forgeries } from "./forgeries.ts";
import { pickOutsiders } from "./outsiders.ts";
import { edges, essential, packetTable, scant } from "./packets.ts";
import { pairUp, type Pair } from "./pairs.ts";
import type { ProbePlan } from "./probe.ts";
import { Random } from "./random.ts";

export interface ProbeOptions {
  /** A whole number, from which all that is drawn by lot follows. */
  readonly seed: number;
  readonly atLeast?: number;
  /** Passed only where one pair of each two pools, with a packet for each flow between them, is more than that. */
  readonly atMost?: number;
}

/**
 * Chooses the packets that show whether an environment's firewalls do what its plan says: those that show most come
 * first, then as many as find room, and where these are few, others by lot.
 */
export function planProbes(plan: Plan, { seed, atLeast = 10_000, atMost = 60_000 }: ProbeOptions): ProbePlan {
  const random = new Random(seed);
  const outsiders = pickOutsiders(plan, random);
  const pairs = pairUp(plan, outsiders, random);
  const table = packetTable(plan.flows);
  const least = ({ reach }: Pair) => scant(reach.flows, table, random);
  const basic = ({ reach }: Pair) => essential(reach.flows, table, random);
  const fringe = ({ reach }: Pair) => edges(reach.flows, random);
  const chosen = new Choice(forgeries(plan, outsiders, random), random);

  const steps: (() => readonly Wish[])[] = [
    () => wish(pairs.representatives, basic),
    () => wish(pairs.representatives, fringe),
    () => wish(pairs.joined, (pair) => [...basic(pair), ...fringe(pair)]),
    () => wish(pairs.apart, basic),
    () => wish([...pairs.representatives, ...pairs.joined, ...pairs.apart], () => table),
    () => wish(pairs.others(), (pair) => [...basic(pair), ...fringe(pair), ...table]),
  ];
  chosen.take(wish(pairs.representatives, least));
  steps.every((step) => chosen.takeSome(step(), atMost));
  chosen.fill(atLeast);
  return chosen.result(seed, pairs.count);
}
