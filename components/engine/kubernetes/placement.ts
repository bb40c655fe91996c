import type { Collection, Host } from "../../plan/index.ts";

/**
 * The label of a collection's nodes, and the key of their taint. A kubelet may not set labels with this prefix on its
 * own node, so a stolen one cannot move itself into another collection
 * (https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#noderestriction).
 */
export const collectionKey = "node-restriction.kubernetes.io/collection";
export const osKey = "kubernetes.io/os";

/** Labels of a linked namespace, by which policies know it. */
export const linked = {
  group: "bulkhead/group",
  collection: "bulkhead/collection",
  zone: "bulkhead/zone",
} as const;

export interface Toleration {
  readonly key: string;
  readonly operator: "Equal" | "Exists";
  readonly value?: string;
  readonly effect: "NoExecute" | "NoSchedule";
}

/** Labels of a worker's node. */
export const nodeLabels = ({ name, os, collection = "", availabilityZone, labels }: Host) => ({
  ...labels,
  "kubernetes.io/hostname": name,
  [osKey]: os,
  "topology.kubernetes.io/zone": availabilityZone,
  [collectionKey]: collection,
});

/** Pods that do not tolerate it are not put on the node, and those that came past the scheduler are evicted. */
export const nodeTaints = ({ collection = "" }: Host) => [
  { key: collectionKey, value: collection, effect: "NoExecute" as const },
];

/** What every pod of a namespace that is linked to a collection has to ask for. */
export const nodeSelector = ({
  name,
  os,
}: Pick<Collection, "name" | "os">): Readonly<Record<string, string>> => {
  const [only] = os;
  return { [collectionKey]: name, ...(os.length === 1 && only !== undefined ? { [osKey]: only } : {}) };
};

export const ownToleration = (collection: string): Toleration => ({
  key: collectionKey,
  operator: "Equal",
  value: collection,
  effect: "NoExecute",
});

/** What Kubernetes itself lets pods tolerate, by where it does so. */
const usualTolerations: readonly Toleration[] = [
  // https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#defaulttolerationseconds
  ...(["not-ready", "unreachable"] as const).map((name): Toleration => ({
    key: `node.kubernetes.io/${name}`,
    operator: "Exists",
    effect: "NoExecute",
  })),
  // https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/#taints-and-tolerations
  ...(["disk-pressure", "memory-pressure", "pid-pressure", "unschedulable"] as const).map(
    (name): Toleration => ({ key: `node.kubernetes.io/${name}`, operator: "Exists", effect: "NoSchedule" }),
  ),
];

/**
 * The annotations that link a namespace to a collection, for the admission plugins PodNodeSelector and
 * PodTolerationRestriction (https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers).
 */
export const linkAnnotations = (collection: Pick<Collection, "name" | "os">) => {
  const own = ownToleration(collection.name);
  return {
    "scheduler.alpha.kubernetes.io/node-selector": Object.entries(nodeSelector(collection))
      .map(([label, value]) => `${label}=${value}`)
      .join(","),
    "scheduler.alpha.kubernetes.io/defaultTolerations": JSON.stringify([own]),
    "scheduler.alpha.kubernetes.io/tolerationsWhitelist": JSON.stringify([own, ...usualTolerations]),
  };
};
