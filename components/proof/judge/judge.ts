import type { Plan } from "../../plan/index.ts";
import { policed } from "../kubernetes/index.ts";
import type { Assumption, Network } from "../network/index.ts";
import type { Finding, Statement } from "../statement/index.ts";
import { excusedTraffic, excuseFindings, stateExceptions } from "./exceptions.ts";
import type { Absent } from "./expectation.ts";
import { judgeLayer, type ExpectedLayer } from "./layer.ts";
import { expectMachines, PlanEnds } from "./machines.ts";
import { expectPods, PodEnds } from "./pods.ts";
import { judgeOpenings } from "./openings.ts";
import { judgeRelays } from "./relays.ts";
import { judgeTunnels, type Forwarding } from "./tunnels.ts";

/** What was read of an environment, wherever it was read from. */
export interface Evidence {
  /** What it is, for people: `the resources as registered`. */
  readonly source: string;
  readonly machines: Network;
  readonly forwarding: Forwarding;
  /** Absent where there is no cluster. */
  readonly cluster?: ClusterEvidence;
  /** What was taken for granted beside what the networks' readers did. */
  readonly assumptions: readonly Assumption[];
}

/** What was read of a cluster's objects. */
export interface ClusterEvidence {
  /** What network policies let pods say to each other. */
  readonly pods: Network;
  /** Of where pods can run and of what people may do, which is judged on its own. */
  readonly leaks: readonly Finding[];
  readonly missing: readonly Finding[];
  readonly assumptions: readonly Assumption[];
}

/** What each layer that was read of an environment has to let pass, and what it may for a time. */
export function expectLayers(plan: Plan, { machines, cluster }: Evidence, today: string): ExpectedLayer[] {
  const layers: ExpectedLayer[] = [
    {
      name: "machines",
      network: machines,
      expectation: expectMachines(plan, machines),
      excused: excusedTraffic(plan, new PlanEnds(plan, machines).of, today),
    },
  ];
  if (cluster !== undefined)
    layers.push({
      name: "pods",
      network: cluster.pods,
      expectation: expectPods(plan, cluster.pods),
      excused: excusedTraffic(plan, new PodEnds(plan, cluster.pods).of, today),
      scope: policed,
      symbolic: true,
    });
  return layers;
}

/** Compares an environment as it was read with what its stack file wants; `today` decides which exceptions hold. */
export function judge(plan: Plan, evidence: Evidence, today: string): Statement {
  const { machines, cluster, forwarding } = evidence;
  const layers = expectLayers(plan, evidence, today);
  const judged = layers.map(judgeLayer);
  const tunnels = judgeTunnels(plan, machines, forwarding);
  const relays = judgeRelays(plan, machines);
  const excuses = new Map<number, Set<string>>();
  for (const [index, ids] of judged.flatMap((layer) => [...layer.excuses]))
    excuses.set(index, new Set([...(excuses.get(index) ?? []), ...ids]));
  const leaks = excuseFindings(
    plan,
    [
      ...judged.flatMap((layer) => layer.leaks),
      ...relays.leaks,
      ...judgeOpenings(plan, machines),
      ...tunnels.leaks,
      ...(cluster?.leaks ?? []),
    ],
    today,
    excuses,
  );
  return {
    environment: plan.environment,
    source: evidence.source,
    layers: judged.map(({ layer }) => layer),
    leaks: leaks.others,
    excused: [...judged.flatMap((layer) => layer.excused), ...leaks.excused],
    missing: [
      ...layers.flatMap(({ expectation }) => expectation.absent.map(absentHost)),
      ...judged.flatMap((layer) => layer.missing),
      ...relays.missing,
      ...(cluster?.missing ?? []),
    ],
    exceptions: stateExceptions(plan, today, excuses),
    assumptions: [
      ...evidence.assumptions,
      ...machines.assumptions,
      ...tunnels.assumptions,
      ...(cluster?.pods.assumptions ?? []),
      ...(cluster?.assumptions ?? []),
    ],
  };
}

const absentHost = ({ name, place }: Absent): Finding => ({
  id: `machines/${name}`,
  layer: "machines",
  from: name,
  to: name,
  message: `the machine ${name}, which the stack file asks for, is not there`,
  witness: name,
  because: [],
  wayOut: "bring the environment up, or take the machine out of the stack file",
  place,
});
