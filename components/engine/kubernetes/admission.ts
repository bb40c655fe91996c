import { collectionKey, linked, osKey } from "./placement.ts";

// What is checked of everything that is created in a linked namespace, whoever creates it
// (https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy, CEL:
// https://kubernetes.io/docs/reference/using-api/cel).

const quote = (text: string): string => JSON.stringify(text);
const key = quote(collectionKey);

const rule = (group: string, resource: string) => ({
  apiGroups: [group],
  apiVersions: ["v1"],
  operations: ["CREATE", "UPDATE"],
  resources: [resource],
  scope: "*",
});

const base = (group: string, resource: string) => ({
  failurePolicy: "Fail",
  // With what the server would fill in, so that an interrupted `up` can apply it anew without a conflict.
  matchConstraints: {
    matchPolicy: "Equivalent",
    objectSelector: {},
    namespaceSelector: { matchExpressions: [{ key: linked.collection, operator: "Exists" }] },
    resourceRules: [rule(group, resource)],
  },
  // What changes nothing of this, such as taking a finalizer away, has to work on whatever is there already.
  matchConditions: [
    { name: "spec-is-new", expression: "oldObject == null || object.spec != oldObject.spec" },
  ],
});

const collection = {
  name: "collection",
  expression: `namespaceObject.metadata.labels[${quote(linked.collection)}]`,
};

/** The lines that a pod's specification needs, for a message. */
const lines = `"nodeSelector: {${collectionKey}: " + variables.collection + "}, tolerations: [{key: ${collectionKey}, operator: Equal, value: " + variables.collection + ", effect: NoExecute}]"`;

const hasOwnToleration = (tolerations: string) =>
  `${tolerations}.exists(t, t.?key.orValue("") == ${key} && t.?operator.orValue("Equal") == "Equal" && t.?value.orValue("") == variables.collection)`;

// Not a variable: what is optional in one is no longer so, and then nothing is found in it.
const affinity = "object.spec.?affinity.?nodeAffinity";

/** Pods run on their own collection's nodes, and reach nothing of those nodes. */
export const podPolicy = {
  ...base("", "pods"),
  variables: [
    collection,
    { name: "tolerations", expression: "object.spec.?tolerations.orValue([])" },
    {
      name: "terms",
      expression:
        `${affinity}.?requiredDuringSchedulingIgnoredDuringExecution.?nodeSelectorTerms.orValue([]) + ` +
        `${affinity}.?preferredDuringSchedulingIgnoredDuringExecution.orValue([]).map(p, p.preference)`,
    },
  ],
  validations: [
    {
      expression: `oldObject != null || object.spec.?nodeName.orValue("") == ""`,
      message: "spec.nodeName goes past the scheduler: leave it out",
      reason: "Forbidden",
    },
    {
      expression: `object.spec.?nodeSelector[?${key}].orValue("") == variables.collection`,
      messageExpression: `"pods of this namespace run on the nodes of the collection " + variables.collection + ": add to the pod's spec " + ${lines}`,
      reason: "Forbidden",
    },
    {
      expression: `object.spec.?nodeSelector[?${quote(osKey)}].orValue("") != ""`,
      message: `this namespace's collection has nodes of several operating systems: say which one in spec.nodeSelector, as ${osKey}: linux or ${osKey}: windows`,
      reason: "Forbidden",
    },
    {
      expression: `variables.terms.all(t, t.?matchExpressions.orValue([]).all(e, e.key != ${key} || (e.operator == "In" && e.?values.orValue([]).all(v, v == variables.collection))))`,
      messageExpression: `"spec.affinity.nodeAffinity names another collection than " + variables.collection + ", on whose nodes alone pods of this namespace run: leave ${collectionKey} out"`,
      reason: "Forbidden",
    },
    {
      expression: hasOwnToleration("variables.tolerations"),
      messageExpression: `"the nodes of the collection " + variables.collection + " have a taint: add to the pod's spec " + ${lines}`,
      reason: "Forbidden",
    },
    {
      expression: `variables.tolerations.all(t, t.?key.orValue("").startsWith("node.kubernetes.io/") || (t.?key.orValue("") == ${key} && t.?operator.orValue("Equal") == "Equal" && t.?value.orValue("") == variables.collection))`,
      messageExpression: `"spec.tolerations may name the taint of the collection " + variables.collection + " and those under node.kubernetes.io/, and nothing else"`,
      reason: "Forbidden",
    },
    {
      expression:
        "!object.spec.?hostNetwork.orValue(false) && !object.spec.?hostPID.orValue(false) && !object.spec.?hostIPC.orValue(false)",
      message: "hostNetwork, hostPID and hostIPC would let the pod out of its compartment: leave them out",
      reason: "Forbidden",
    },
    {
      expression: `!object.spec.?priorityClassName.orValue("").startsWith("system-")`,
      message: "a system priority would push the nodes' own programs aside: choose another priority class",
      reason: "Forbidden",
    },
    {
      expression: "object.spec.?volumes.orValue([]).all(v, !has(v.hostPath))",
      message: "a hostPath volume would let the pod out of its compartment: use another kind of volume",
      reason: "Forbidden",
    },
  ],
};

/**
 * Services take over no address outside the cluster (CVE-2020-8554), and open no port outside, which is for the plan's
 * exposures to do.
 */
export const servicePolicy = {
  ...base("", "services"),
  validations: [
    {
      expression: "object.spec.?externalIPs.orValue([]).size() == 0",
      message: "spec.externalIPs would take over the traffic to these addresses: leave it out",
      reason: "Forbidden",
    },
    {
      expression: `!(object.spec.?type.orValue("") in ["NodePort", "LoadBalancer"])`,
      message:
        "services that are reached from outside are exposures of the environment: choose the type ClusterIP",
      reason: "Forbidden",
    },
  ],
};

/** A token in a secret never ends, and outlives its holder's membership of the team. */
export const secretPolicy = {
  ...base("", "secrets"),
  matchConditions: [{ name: "is-new", expression: "oldObject == null" }],
  validations: [
    {
      expression: `object.?type.orValue("") != "kubernetes.io/service-account-token"`,
      message:
        "a service account's token in a secret never ends: let pods mount a projected token, or ask for one with `kubectl create token`",
      reason: "Forbidden",
    },
  ],
};

/**
 * The controller of DaemonSets chooses nodes by the template, before anything is injected into a pod: without these
 * lines it would run nowhere or try every node for ever (kubernetes/kubernetes#77687), so it says so at once.
 */
export const daemonSetPolicy = {
  ...base("apps", "daemonsets"),
  variables: [collection, { name: "pod", expression: "object.spec.template.spec" }],
  validations: [
    {
      expression: `variables.pod.?nodeSelector[?${key}].orValue("") == variables.collection && ${hasOwnToleration("variables.pod.?tolerations.orValue([])")}`,
      messageExpression: `"a DaemonSet of this namespace names its collection: write in spec.template.spec " + ${lines}`,
      reason: "Forbidden",
    },
  ],
};
