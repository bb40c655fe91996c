import type { Finding } from "../statement/index.ts";
import { byName, escapes, toNode, type Attack } from "./attack.ts";
import { creating, type Guard } from "./guard.ts";
import type { IntendedNamespace } from "../access/intent.ts";
import { commonLabels, hostname, kubeletCanSet, mayHave, mayTake, toleratesAll, type Node } from "./node.ts";
import { isOn, type Plugins } from "./plugins.ts";
import type { PodSpec } from "./pod.ts";

// The ways on which a pod could come to run where it must not.

export interface Subject {
  readonly namespace: IntendedNamespace;
  readonly guard: Guard;
  readonly mine: readonly Node[];
  readonly targets: readonly Target[];
  readonly compliant: PodSpec;
  readonly plugins: Plugins;
}

export const about = ({ name, group }: IntendedNamespace, to: string, id: string) => ({
  id: `placement/${name}/${id}`,
  layer: "placement" as const,
  from: name,
  to,
  place: ["groups", group, "namespaces", name],
});

/** Nodes that nothing but their names tells apart, with one of them as an example, and the collection that they are of. */
export interface Target {
  readonly to: string;
  readonly node: Node;
}

export function targetsOf(nodes: readonly Node[]): Target[] {
  const key = ({ name, collection, labels, taints }: Node) =>
    JSON.stringify([
      collection ?? name,
      [...labels.known].filter(([label]) => label !== hostname).sort(),
      [...labels.valueless],
      labels.open,
      taints,
    ]);
  return [...Map.groupBy(nodes, key).values()].flatMap(([node]) =>
    node === undefined ? [] : [{ to: node.collection ?? node.name, node }],
  );
}

/** What tells a node's collection from another, in words. */
const where = ({ name, collection }: Node): string =>
  collection === undefined
    ? `the node ${name}, which is of no collection`
    : `the node ${name} of collection ${collection}`;

export function scheduled({ namespace, guard, targets, compliant }: Subject): Finding[] {
  const found = new Map<string, Finding>();
  for (const { to, node } of targets) {
    if (found.has(to) || guard.keepsFrom(node)) continue;
    const attack = toNode(node, compliant).find(({ spec }) => lands(guard, node, spec));
    if (attack === undefined) continue;
    found.set(to, leak(namespace, guard, node, attack, `${to}/scheduler`, "be scheduled on"));
  }
  return [...found.values()];
}

function lands(guard: Guard, node: Node, spec: PodSpec): boolean {
  const admitted = guard.admitted(spec);
  return admitted !== undefined && mayTake(node, admitted) && guard.refusal(spec) === undefined;
}

export function pastScheduler({ namespace, guard, targets }: Subject): Finding[] {
  const found = new Map<string, Finding>();
  for (const { to, node } of targets) {
    if (found.has(to)) continue;
    const attack = byName(node.name);
    if (guard.refusal(attack.spec) !== undefined) continue;
    found.set(to, leak(namespace, guard, node, attack, `${to}/nodename`, "be put, past the scheduler, on"));
  }
  return [...found.values()];
}

const leak = (
  namespace: IntendedNamespace,
  guard: Guard,
  node: Node,
  { what }: Attack,
  id: string,
  how: string,
): Finding => ({
  ...about(namespace, node.collection ?? node.name, id),
  message: `a pod of namespace ${namespace.name} can ${how} ${where(node)}`,
  witness: `a pod with ${what}`,
  because: [guard.origin, node.origin],
  wayOut:
    "Restore what the namespace is linked to its collection by: each safeguard that is missing is listed.",
});

export function escaped({ namespace, guard }: Subject): Finding[] {
  return escapes
    .filter(({ spec }) => guard.refusal(spec) === undefined)
    .map(({ id, what }) => ({
      ...about(namespace, namespace.collection, id),
      message: `a pod of namespace ${namespace.name} can get out onto its node: nothing refuses ${what}`,
      witness: `a pod with ${what}`,
      because: [guard.origin],
      wayOut:
        'Enforce the Pod Security level "restricted" in the namespace, or refuse it by an admission policy.',
    }));
}

/** Whether a kubelet of another collection could draw the namespace's pods by what it says of its own node. */
export function stolen({ namespace, guard, targets, compliant, plugins }: Subject): Finding[] {
  const pod = guard.admitted(compliant) ?? compliant;
  const draws = (node: Node) =>
    Object.entries(pod.nodeSelector ?? {}).every(
      ([key, value]) => mayHave(node, key, value) || kubeletCanSet(key, plugins),
    ) &&
    (!isOn(plugins, "NodeRestriction") || toleratesAll([...(pod.tolerations ?? []), ...guard.added], node));
  const node = targets.find((target) => draws(target.node))?.node;
  if (node === undefined) return [];
  return [
    {
      ...about(namespace, node.collection ?? node.name, "kubelet"),
      message: `whoever has stolen a node of another collection can draw pods of namespace ${namespace.name} to it, as to ${where(node)}`,
      witness: `the kubelet of ${node.name}, which sets the labels ${Object.keys(pod.nodeSelector ?? {}).join(", ")} of its own node`,
      because: [guard.origin, node.origin],
      wayOut:
        "Let namespaces ask for a label under node-restriction.kubernetes.io/, with the admission plugin NodeRestriction on.",
    },
  ];
}

/** A namespace in which no pod can run is of no use. */
export function idle({ namespace, guard, mine, compliant }: Subject): Finding[] {
  const admitted = guard.admitted(compliant);
  const isTaken =
    admitted !== undefined &&
    guard.isTolerated(compliant.tolerations) &&
    (mine.length === 0 || mine.some((node) => mayTake(node, admitted)));
  const refusal =
    admitted === undefined
      ? undefined
      : guard.policyRefusal(
          creating({
            nodeName: undefined,
            affinity: undefined,
            nodeSelector: { ...commonLabels(mine), ...admitted.nodeSelector },
            tolerations: [...(admitted.tolerations ?? []), ...guard.added],
          }),
        );
  if (isTaken && refusal === undefined) return [];
  return [
    {
      ...about(namespace, namespace.collection, "work"),
      message: `no pod of namespace ${namespace.name} can run on its own collection's nodes`,
      witness: "a pod with its own collection's node selector and toleration",
      because: [
        guard.origin,
        ...(refusal === undefined ? mine.slice(0, 1).map(({ origin }) => origin) : [refusal]),
      ],
      wayOut: `Let the namespace's node selector, tolerations and policies fit the nodes of ${namespace.collection}.`,
    },
  ];
}
