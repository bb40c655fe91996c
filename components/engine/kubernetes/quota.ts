import type { core } from "@pulumi/kubernetes/types/input.js";
import type { Namespace } from "../../plan/index.ts";

/**
 * How many objects of a kind a namespace may have. All groups share one etcd, whose room ends: what is not counted, one
 * of them could fill it with (https://etcd.io/docs/v3.6/dev-guide/limit).
 */
const objects = {
  configmaps: 500,
  secrets: 500,
  services: 100,
  serviceaccounts: 100,
  persistentvolumeclaims: 100,
  "deployments.apps": 200,
  "statefulsets.apps": 100,
  "daemonsets.apps": 50,
  "replicasets.apps": 2000,
  "jobs.batch": 500,
  "cronjobs.batch": 100,
  "horizontalpodautoscalers.autoscaling": 100,
  "poddisruptionbudgets.policy": 100,
};

/**
 * A namespace's quotas, by name (https://kubernetes.io/docs/concepts/policy/resource-quotas). Pods that have ended count
 * as objects alone.
 */
export const planQuotas = ({ quota }: Namespace): Readonly<Record<string, core.v1.ResourceQuotaSpec>> => ({
  quota: {
    hard: {
      "limits.cpu": quota.cpu,
      "limits.memory": quota.memory,
      pods: String(quota.pods),
      "count/pods": String(quota.pods + 500),
      ...Object.fromEntries(Object.entries(objects).map(([kind, count]) => [`count/${kind}`, String(count)])),
    },
  },
  // A pod could keep those of all other groups from every node by an anti-affinity to all namespaces.
  "cross-namespace-affinity": {
    hard: { pods: "0" },
    scopeSelector: {
      matchExpressions: [{ scopeName: "CrossNamespacePodAffinity", operator: "Exists" }],
    },
  },
});
