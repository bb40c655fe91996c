/** What members of a team may do, as rules of a ClusterRole that holds in their own namespaces alone. */

const all = ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"];
const read = ["get", "list", "watch"];

const rule = (group: string, resources: readonly string[], verbs: readonly string[]) => ({
  apiGroups: [group],
  resources: [...resources],
  verbs: [...verbs],
});

/**
 * Kubernetes' own role `edit` would do too much: it changes network policies, which are the compartment's, and makes
 * ingresses, which are the plan's exposures. Neither are bindings, quotas, limits or anything outside namespaces a
 * team's to change.
 */
export const teamRules = [
  rule("", ["pods", "configmaps", "secrets", "services", "persistentvolumeclaims", "serviceaccounts"], all),
  rule("", ["pods/exec", "pods/attach", "pods/portforward"], ["get", "create"]),
  rule("", ["pods/ephemeralcontainers"], ["get", "update", "patch"]),
  rule("", ["pods/eviction", "serviceaccounts/token"], ["create"]),
  rule(
    "",
    ["pods/log", "pods/status", "endpoints", "events", "resourcequotas", "limitranges", "namespaces"],
    read,
  ),
  rule("apps", ["deployments", "statefulsets", "daemonsets", "replicasets"], all),
  rule("apps", ["deployments/scale", "statefulsets/scale", "replicasets/scale"], ["get", "update", "patch"]),
  rule("apps", ["controllerrevisions"], read),
  rule("batch", ["jobs", "cronjobs"], all),
  rule("autoscaling", ["horizontalpodautoscalers"], all),
  rule("policy", ["poddisruptionbudgets"], all),
  rule("networking.k8s.io", ["networkpolicies"], read),
  rule("discovery.k8s.io", ["endpointslices"], read),
  rule("events.k8s.io", ["events"], read),
];
