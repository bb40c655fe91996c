import assert from "node:assert/strict";
import { teamRules } from "../../../../components/engine/kubernetes/access.ts";

type Right = readonly [group: string, resource: string, verb: string];

const every = (verbs: readonly string[], group: string, ...resources: string[]): Right[] =>
  resources.flatMap((resource) => verbs.map((verb): Right => [group, resource, verb]));

const matches = (list: readonly string[], value: string) => list.includes("*") || list.includes(value);

/** Whether a rule gives a right (pkg/apis/rbac/v1/evaluation_helpers.go of Kubernetes). */
const may = ([group, resource, verb]: Right): boolean =>
  teamRules.some(
    (rule) =>
      matches(rule.apiGroups, group) &&
      (matches(rule.resources, resource) || rule.resources.includes(`*/${resource.split("/")[1] ?? ""}`)) &&
      matches(rule.verbs, verb),
  );

const read = ["get", "list", "watch"];
const change = ["create", "update", "patch", "delete", "deletecollection"];

const forbidden: Readonly<Record<string, readonly Right[]>> = {
  "change what keeps its compartment closed: network policies": every(
    change,
    "networking.k8s.io",
    "networkpolicies",
  ),
  "change what it may use: quotas and limits": every(
    change,
    "",
    ...["resourcequotas", "resourcequotas/status", "limitranges"],
  ),
  "change who may do what, or read it": every(
    [...read, ...change],
    "rbac.authorization.k8s.io",
    ...["roles", "rolebindings", "clusterroles", "clusterrolebindings"],
  ),
  "give itself or others more than it has": [
    ...every(["bind", "escalate"], "rbac.authorization.k8s.io", "roles", "clusterroles"),
    ...every(["impersonate"], "", "users", "groups", "serviceaccounts"),
    ...every(["impersonate"], "authentication.k8s.io", "userextras/scopes", "uids"),
    ...every(["create", "update", "approve", "sign"], "certificates.k8s.io", "certificatesigningrequests"),
    ...every(["update", "patch"], "certificates.k8s.io", "certificatesigningrequests/approval"),
    ...every(["approve", "sign"], "certificates.k8s.io", "signers"),
  ],
  "change its namespace, whose labels and annotations are the compartment": every(
    change,
    "",
    ...["namespaces", "namespaces/finalize", "namespaces/status"],
  ),
  "touch nodes, or put pods on them past the scheduler": [
    ...every([...read, ...change], "", "nodes", "nodes/status", "nodes/proxy", "nodes/log", "nodes/exec"),
    ...every(["create"], "", "bindings", "pods/binding"),
    ...every(["update", "patch"], "", "pods/status"),
  ],
  "reach pods and services through the API server as a proxy": every(
    ["get", "create", "update", "patch", "delete"],
    "",
    ...["pods/proxy", "services/proxy"],
  ),
  // Addresses of other namespaces in them would reach past network policies (CVE-2021-25740, CVE-2020-8554).
  "say where a service leads but by its selector": [
    ...every(change, "", "endpoints", "services/status"),
    ...every(change, "discovery.k8s.io", "endpointslices"),
  ],
  "let anybody in from outside": [
    ...every(change, "networking.k8s.io", "ingresses", "ingressclasses", "ingresses/status"),
    ...every(change, "gateway.networking.k8s.io", "gateways", "httproutes", "tlsroutes", "referencegrants"),
  ],
  "change what judges its pods": [
    ...every(
      change,
      "admissionregistration.k8s.io",
      ...["validatingadmissionpolicies", "validatingadmissionpolicybindings"],
      ...["mutatingadmissionpolicies", "mutatingadmissionpolicybindings"],
      ...["validatingwebhookconfigurations", "mutatingwebhookconfigurations"],
    ),
    ...every(change, "apiextensions.k8s.io", "customresourcedefinitions"),
    ...every(change, "apiregistration.k8s.io", "apiservices"),
    ...every(change, "scheduling.k8s.io", "priorityclasses"),
    ...every(change, "node.k8s.io", "runtimeclasses"),
  ],
  "make volumes of a node's files, or of other namespaces' data": [
    ...every([...read, ...change], "", "persistentvolumes"),
    ...every(change, "storage.k8s.io", "storageclasses", "csidrivers", "csinodes", "volumeattachments"),
  ],
  "forge events, which people take for the cluster's own": [
    ...every(change, "", "events"),
    ...every(change, "events.k8s.io", "events"),
  ],
};

const allowed: Readonly<Record<string, readonly Right[]>> = {
  "run its applications": [
    ...every([...read, ...change], "", "pods", "services", "configmaps", "secrets", "serviceaccounts"),
    ...every([...read, ...change], "", "persistentvolumeclaims"),
    ...every([...read, ...change], "apps", "deployments", "statefulsets", "daemonsets", "replicasets"),
    ...every([...read, ...change], "batch", "jobs", "cronjobs"),
    ...every([...read, ...change], "autoscaling", "horizontalpodautoscalers"),
    ...every([...read, ...change], "policy", "poddisruptionbudgets"),
    ...every(["update", "patch"], "apps", "deployments/scale", "statefulsets/scale"),
  ],
  "ask for a service account's token that ends, since it may make none that does not": every(
    ["create"],
    "",
    "serviceaccounts/token",
  ),
  "look into its pods": [
    ...every(["get"], "", "pods/log"),
    ...every(["create"], "", "pods/exec", "pods/attach", "pods/portforward"),
    ...every(["patch"], "", "pods/ephemeralcontainers"),
    ...every(["create"], "", "pods/eviction"),
  ],
  "see why a pod does not run, or is not reached": [
    ...every(read, "", "events", "resourcequotas", "limitranges", "endpoints"),
    ...every(read, "networking.k8s.io", "networkpolicies"),
    ...every(["get"], "", "namespaces"),
  ],
};

describe("a team", () => {
  for (const [title, rights] of Object.entries(forbidden))
    it(`may not ${title}`, () => {
      assert.deepEqual(rights.filter(may), []);
    });

  for (const [title, rights] of Object.entries(allowed))
    it(`may ${title}`, () => {
      assert.deepEqual(
        rights.filter((right) => !may(right)),
        [],
      );
    });

  it("may do nothing that is not named: no rule holds for all resources, groups or verbs", () => {
    for (const { apiGroups, resources, verbs, ...rest } of teamRules) {
      for (const value of [...apiGroups, ...resources, ...verbs]) assert.doesNotMatch(value, /\*/);
      // Such as nonResourceURLs, which hold for the whole cluster.
      assert.deepEqual(rest, {});
    }
  });

  it("may only ask for verbs that are known: a new one is a decision", () => {
    const verbs = new Set(teamRules.flatMap((rule) => rule.verbs));
    assert.deepEqual([...verbs].sort(), [...read, ...change].sort());
  });
});
