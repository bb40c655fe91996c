import { networkPolicies } from "../../../../components/engine/kubernetes/networkPolicy.ts";
import { plan, type Plan } from "../../../../components/plan/index.ts";
import { clusterEvidence } from "../../../../components/proof/evidence.ts";
import { judge, type Evidence, type Forwarding } from "../../../../components/proof/judge/index.ts";
import type { KubernetesObject, Sourced } from "../../../../components/proof/kubernetes/index.ts";
import { labNetwork, labTunnelFacts } from "../../../../components/proof/lab/index.ts";
import { Resources, type Resource, type Value } from "../../../../components/proof/resource/index.ts";
import { showPackets } from "../../../../components/proof/space/index.ts";
import type { Statement } from "../../../../components/proof/statement/index.ts";
import { environment, group } from "../../../support/config.ts";

export const today = "2026-06-15";

const lab = {
  target: "lab",
  engine: "kubernetes",
  management: { managers: { count: 1 }, registry: { count: 1 } },
  "network.frontDoor": ["198.51.100.0/24"],
  "network.services": { dns: { addresses: ["192.0.2.53/32"] } },
};

/** A zone for each group, open inside, and a flow from the one to the other. */
export const zoned = (edits: Readonly<Record<string, unknown>> = {}): Plan =>
  plan(environment({ ...lab, flows: [invoices("red", "blue")], ...edits }));

/** Two groups in a zone that is closed inside and two in one that is open, and a flow between the first two. */
export const shared = (edits: Readonly<Record<string, unknown>> = {}): Plan =>
  plan(
    environment({
      ...lab,
      zones: { closed: { slot: 1, inside: "flows" }, open: { slot: 2 } },
      groups: {
        one: group("one", { zone: "closed", slot: 1 }),
        two: group("two", { zone: "closed", slot: 2 }),
        three: group("three", { zone: "open", slot: 1 }),
        four: group("four", { zone: "open", slot: 2 }),
      },
      flows: [invoices("closed/one", "closed/two")],
      ...edits,
    }),
  );

export const invoices = (from: string, to: string) => ({
  from,
  to,
  traffic: ["tcp/8443"],
  why: "invoices are shown",
  owner: "red@example.com",
});

/** The same resources but for the properties of one, which may refer to any of them. */
export const changed = (
  resources: readonly Resource[],
  kind: string,
  name: string,
  change: (inputs: Readonly<Record<string, Value>>) => Readonly<Record<string, Value>>,
): Resource[] =>
  resources.map((one) =>
    one.type === `lab:index:${kind}` && one.name === name ? { ...one, inputs: change(one.inputs) } : one,
  );

export const without = (resources: readonly Resource[], kind: string, name: string): Resource[] =>
  resources.filter((one) => one.type !== `lab:index:${kind}` || one.name !== name);

type Rules = Readonly<Record<string, string>>;

/** The same resources but for the rules of one zone's firewall. */
export const reruled = (
  resources: readonly Resource[],
  zone: string,
  direction: "ingress" | "egress",
  { add = {}, drop = [] }: { readonly add?: Rules; readonly drop?: readonly string[] },
): Resource[] =>
  changed(resources, "Firewall", zone, (inputs) => {
    const rules = inputs[direction] as Rules;
    for (const rule of drop) if (!(rule in rules)) throw new Error(`${zone} has no ${direction} ${rule}`);
    const kept = Object.entries(rules).filter(([rule]) => !drop.includes(rule));
    return { ...inputs, [direction]: { ...Object.fromEntries(kept), ...add } };
  });

export function evidence(
  resources: readonly Resource[],
  more: { readonly forwarding?: Forwarding } & Partial<Evidence> = {},
): Evidence {
  const all = new Resources(resources);
  const forwarding = new Map([...labTunnelFacts(all)].map(([name, { forwards }]) => [name, forwards]));
  return { source: "the test", machines: labNetwork(all), forwarding, assumptions: [], ...more };
}

export const judged = (planned: Plan, resources: readonly Resource[], day = today): Statement =>
  judge(planned, evidence(resources), day);

/** The findings of a statement in short: which kind, which and on what. */
export const findings = ({ leaks, missing, excused }: Statement): string[] =>
  (
    [
      ["leak", leaks],
      ["missing", missing],
      ["excused", excused],
    ] as const
  )
    .flatMap(([kind, all]) =>
      all.map(
        ({ id, packets }) => `${kind} ${id}${packets === undefined ? "" : `: ${showPackets(packets)}`}`,
      ),
    )
    .sort();

/** The network policies of all linked namespaces, as a cluster has them. */
export const policiesOf = (planned: Plan): Sourced[] =>
  planned.namespaces.flatMap((namespace) =>
    networkPolicies(planned, namespace).map(({ name, spec }) => policy(namespace.name, name, spec)),
  );

export const policy = (namespace: string, name: string, spec: object): Sourced => ({
  object: {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { namespace, name },
    spec,
  } as unknown as KubernetesObject,
  origin: `${namespace}/${name}`,
});

/** The policies that stay where one is replaced or taken away. */
export const replaced = (policies: readonly Sourced[], origin: string, spec?: object): Sourced[] => {
  if (!policies.some((one) => one.origin === origin)) throw new Error(`there is no policy ${origin}`);
  const [namespace = "", name = ""] = origin.split("/");
  return [
    ...policies.filter((one) => one.origin !== origin),
    ...(spec === undefined ? [] : [policy(namespace, name, spec)]),
  ];
};

/** Judges the pods alone: machines are as they should be, and placement and access are judged elsewhere. */
export function judgedPods(
  planned: Plan,
  resources: readonly Resource[],
  objects: readonly Sourced[],
  day = today,
) {
  const { pods } = clusterEvidence(planned, objects, { on: [], off: [], known: true });
  const cluster = { pods, leaks: [], missing: [], assumptions: [] };
  return judge(planned, { ...evidence(resources), cluster }, day);
}
