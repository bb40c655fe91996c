import assert from "node:assert/strict";
import { daemonSetPolicy, podPolicy } from "../../../../components/engine/kubernetes/admission.ts";
import { collectionKey, linked, osKey } from "../../../../components/engine/kubernetes/index.ts";

// That the expressions hold is tried on a real API server; here is which there are.

const policies = { pods: podPolicy, daemonsets: daemonSetPolicy };

for (const [resource, policy] of Object.entries(policies))
  describe(`the admission policy for ${resource}`, () => {
    it("judges what is created and what is changed", () => {
      assert.deepEqual(policy.matchConstraints.resourceRules, [
        {
          apiGroups: [resource === "pods" ? "" : "apps"],
          apiVersions: ["v1"],
          operations: ["CREATE", "UPDATE"],
          resources: [resource],
        },
      ]);
    });

    it("holds in linked namespaces, and leaves the cluster's own alone", () => {
      assert.deepEqual(policy.matchConstraints.namespaceSelector, {
        matchExpressions: [{ key: linked.collection, operator: "Exists" }],
      });
    });

    it("refuses what it cannot judge", () => {
      assert.equal(policy.failurePolicy, "Fail");
    });

    it("lets finalizers be taken away and labels be changed, whatever the pod is", () => {
      assert.equal(policy.matchConditions.length, 1);
      const expression = policy.matchConditions[0]?.expression ?? "";
      assert.ok(expression.includes("oldObject == null ||"), "what is new is always judged");
      assert.ok(expression.includes("object.spec != oldObject.spec"));
    });

    it("takes the collection from the namespace, which no team may change", () => {
      const collection = policy.variables.find(({ name }) => name === "collection");
      assert.equal(collection?.expression, `namespaceObject.metadata.labels["${linked.collection}"]`);
    });

    it("says of each refusal what to do", () => {
      assert.ok(policy.validations.length > 0);
      for (const validation of policy.validations as readonly {
        readonly reason: string;
        readonly message?: string;
        readonly messageExpression?: string;
      }[]) {
        assert.equal(validation.reason, "Forbidden");
        assert.match(validation.message ?? validation.messageExpression ?? "", /: |, and nothing else/);
      }
    });

    it("is within the lengths that Kubernetes allows", () => {
      // https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/validating-admission-policy-v1
      assert.ok(policy.matchConditions.length <= 64);
      for (const validation of policy.validations as readonly { readonly messageExpression?: string }[])
        assert.ok((validation.messageExpression ?? "").length < 5_000);
    });
  });

describe("the admission policy for pods", () => {
  const expressions = podPolicy.validations.map(({ expression }) => expression);
  const some = (...parts: readonly string[]) =>
    expressions.some((expression) => parts.every((part) => expression.includes(part)));
  const cases: Readonly<Record<string, readonly string[]>> = {
    "a node's name, which goes past the scheduler": ["object.spec.?nodeName", '== ""'],
    "no collection or another one": ["object.spec.?nodeSelector", collectionKey, "== variables.collection"],
    "no operating system": ["object.spec.?nodeSelector", osKey, '!= ""'],
    "an affinity to another collection's nodes": ["variables.terms", collectionKey, '"In"'],
    "no toleration of its own nodes' taint": ["variables.tolerations.exists", collectionKey],
    "tolerations of anything else": ["variables.tolerations.all", collectionKey, "node.kubernetes.io/"],
    "a part of its node: network, processes, shared memory": ["hostNetwork", "hostPID", "hostIPC"],
    "a node's files": ["object.spec.?volumes", "hostPath"],
  };
  for (const [title, parts] of Object.entries(cases))
    it(`judges ${title}`, () => {
      assert.ok(some(...parts));
    });

  it("judges preferences as well as requirements", () => {
    const terms = podPolicy.variables.find(({ name }) => name === "terms")?.expression ?? "";
    assert.ok(terms.includes("requiredDuringSchedulingIgnoredDuringExecution"));
    assert.ok(terms.includes("preferredDuringSchedulingIgnoredDuringExecution"));
  });
});

describe("the admission policy for DaemonSets", () => {
  it("judges the template, from which their controller chooses nodes before anything is added to a pod", () => {
    const text = JSON.stringify(daemonSetPolicy);
    for (const part of ["object.spec.template.spec", "nodeSelector", "tolerations"])
      assert.ok(text.includes(part), part);
  });
});
