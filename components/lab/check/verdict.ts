import {
  compareTraffic,
  isOutsider,
  showTraffic,
  type Peer,
  type Plan,
  type Traffic,
} from "../../plan/index.ts";
import { outsideHost, type Outcome, type Outcomes } from "./prober.ts";
import type { Probe, ProbePlan } from "./probe.ts";

/** What a packet did that the plan does not say. */
export type SurpriseKind = "open" | "forged" | "closed" | "unanswered";

export interface Surprise {
  readonly kind: SurpriseKind;
  readonly probe: Probe;
}

/** What passes from one party to another. */
export interface Cell {
  readonly from: string;
  readonly to: string;
  readonly probes: number;
  /** The traffics of the flows of which a packet arrived; `all` where an open zone let one pass. */
  readonly open: "all" | readonly Traffic[];
  readonly surprises: number;
}

/** What a check of a lab found. */
export interface Check {
  readonly environment: string;
  readonly planned: ProbePlan;
  readonly millis: number;
  /** The roles of the management zone, each other zone or, where it has several, its collections, and outside. */
  readonly parties: readonly string[];
  /** Every two parties between which anything was sent, in the parties' order. */
  readonly cells: readonly Cell[];
  readonly surprises: readonly Surprise[];
}

/** Compares what became of the probes with what had to. */
export function judge(
  plan: Pick<Plan, "environment" | "hosts" | "collections">,
  planned: ProbePlan,
  { outcomes, millis }: Outcomes,
): Check {
  const judged = planned.probes.map((probe) => {
    const outcome = outcomes.get(probe);
    if (outcome === undefined) throw new RangeError("a probe has no outcome");
    return { probe, arrived: outcome.arrived, kind: surpriseOf(probe, outcome) };
  });
  const partyOf = namer(plan);
  const parties = [...new Set(plan.hosts.map(partyOf)), outsideHost];
  const between = Map.groupBy(judged, ({ probe }) => `${partyOf(probe.from)} -> ${partyOf(probe.to)}`);
  return {
    environment: plan.environment,
    planned,
    millis,
    parties,
    cells: parties.flatMap((from) =>
      parties.flatMap((to) => {
        const all = between.get(`${from} -> ${to}`);
        return all === undefined ? [] : [{ from, to, ...summary(all) }];
      }),
    ),
    surprises: judged.flatMap(({ probe, kind }) => (kind === undefined ? [] : [{ kind, probe }])),
  };
}

interface Judged {
  readonly probe: Probe;
  readonly arrived: boolean;
  readonly kind: SurpriseKind | undefined;
}

function surpriseOf({ because, as }: Probe, { arrived, answered }: Outcome): SurpriseKind | undefined {
  if (because === undefined) return !arrived ? undefined : as === undefined ? "open" : "forged";
  if (!arrived) return "closed";
  return answered === false ? "unanswered" : undefined;
}

function summary(judged: readonly Judged[]): Pick<Cell, "probes" | "open" | "surprises"> {
  const reasons = judged.flatMap(({ probe, arrived }) =>
    arrived && probe.because !== undefined ? [probe.because] : [],
  );
  const flows = reasons.filter((reason) => reason !== "open zone");
  const traffics = new Map(flows.map(({ traffic }) => [showTraffic(traffic), traffic]));
  return {
    probes: judged.length,
    open: flows.length < reasons.length ? "all" : [...traffics.values()].sort(compareTraffic),
    surprises: judged.filter(({ kind }) => kind !== undefined).length,
  };
}

/** What the row and the column of a host or an address are called. */
function namer({ collections }: Pick<Plan, "collections">): (peer: Peer) => string {
  const sizes = Map.groupBy(collections, ({ zone }) => zone);
  return (peer) => {
    if (isOutsider(peer)) return outsideHost;
    if (peer.collection === undefined) return peer.role;
    const several = (sizes.get(peer.zone)?.length ?? 0) > 1;
    return several ? `${peer.zone}/${peer.collection}` : peer.zone;
  };
}
