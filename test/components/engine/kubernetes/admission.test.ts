import assert from "node:assert/strict";
import {
  daemonSetPolicy,
  podPolicy,
  secretPolicy,
  servicePolicy,
} from "../../../../components/engine/kubernetes/admission.ts";
import { collectionKey, linked, osKey } from "../../../../components/engine/kubernetes/index.ts";

// That the expressions hold is tried on a real API server; here is which there are.

const policies = {
  pods: podPolicy,
  daemonsets: daemonSetPolicy,
  services: servicePolicy,
  secrets: secretPolicy,
};
const conditionOf = ({ matchConditions }: (typeof policies)[keyof typeof policies]): string => {
  assert.equal(matchConditions.length, 1);
  return matchConditions[0]?.expression ?? "";
};

for (const [resource, policy] of Object.entries(policies))
  describe(`the admission policy for ${resource}`, () => {
    it("judges what is created and what is changed", () => {
      assert.deepEqual(policy.matchConstraints.resourceRules, [
        {
          apiGroups: [resource === "daemonsets" ? "apps" : ""],
          apiVersions: ["v1"],
          operations: ["CREATE", "UPDATE"],
          resources: [resource],
          scope: "*",
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

    it("judges everything that is new", () => {
      assert.match(conditionOf(policy), /^oldObject == null(?: \|\||$)/);
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

for (const [resource, policy] of Object.entries({
  pods: podPolicy,
  daemonsets: daemonSetPolicy,
  services: servicePolicy,
}))
  describe(`the admission policy for ${resource}`, () => {
    it("lets finalizers be taken away and labels be changed, whatever is there", () => {
      assert.equal(conditionOf(policy), "oldObject == null || object.spec != oldObject.spec");
    });
  });

for (const [resource, policy] of Object.entries({ pods: podPolicy, daemonsets: daemonSetPolicy }))
  describe(`the admission policy for ${resource}`, () => {
    it("takes the collection from the namespace, which no team may change", () => {
      const collection = policy.variables.find(({ name }) => name === "collection");
      assert.equal(collection?.expression, `namespaceObject.metadata.labels["${linked.collection}"]`);
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
    "a priority that pushes the nodes' own programs aside": [
      '!object.spec.?priorityClassName.orValue("").startsWith("system-")',
    ],
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

describe("the admission policy for services", () => {
  const refused = (message: RegExp) => {
    const found = servicePolicy.validations.filter((validation) => message.test(validation.message));
    assert.equal(found.length, 1);
    return found[0]?.expression;
  };

  it("refuses addresses outside the cluster, whose traffic a service would take over (CVE-2020-8554)", () => {
    assert.equal(
      refused(/externalIPs would take over the traffic to these addresses: leave it out/),
      "object.spec.?externalIPs.orValue([]).size() == 0",
    );
  });

  it("refuses ports of nodes and load balancers, which are exposures, and says what is allowed", () => {
    assert.equal(
      refused(/exposures of the environment: choose the type ClusterIP/),
      '!(object.spec.?type.orValue("") in ["NodePort", "LoadBalancer"])',
    );
  });
});

describe("the admission policy for secrets", () => {
  it("refuses tokens of service accounts, which never end, and names those that do", () => {
    const [validation] = secretPolicy.validations;
    assert.equal(secretPolicy.validations.length, 1);
    assert.equal(validation?.expression, 'object.?type.orValue("") != "kubernetes.io/service-account-token"');
    assert.match(validation.message, /projected token, or .*`kubectl create token`/);
  });

  it("lets those that are there be filled with their token and changed, since no secret changes its type", () => {
    assert.equal(conditionOf(secretPolicy), "oldObject == null");
  });
});
