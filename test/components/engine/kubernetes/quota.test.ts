import assert from "node:assert/strict";
import { teamRules } from "../../../../components/engine/kubernetes/access.ts";
import { planQuotas } from "../../../../components/engine/kubernetes/quota.ts";
import { plan, type Namespace } from "../../../../components/plan/index.ts";
import { environment } from "../../../support/config.ts";

const [namespace] = plan(
  environment({ "groups.blue.namespaces.blue.quota": { cpu: 4, memory: "8Gi", pods: 20 } }),
).namespaces.filter(({ name }) => name === "blue");

describe("a namespace's quotas", () => {
  const quotas = (edits: Partial<Namespace["quota"]> = {}) => {
    const one = namespace ?? assert.fail();
    return planQuotas({ ...one, quota: { ...one.quota, ...edits } });
  };
  const hardOf = (name: string, edits: Partial<Namespace["quota"]> = {}) =>
    (quotas(edits)[name]?.hard ?? {}) as Readonly<Record<string, string>>;

  it("are what the stack file says of processors, memory and pods", () => {
    const { "limits.cpu": cpu, "limits.memory": memory, pods } = hardOf("quota");
    assert.deepEqual({ cpu, memory, pods }, { cpu: "4", memory: "8Gi", pods: "20" });
  });

  it("hold everywhere in it: nothing narrows down to which pods", () => {
    assert.deepEqual(Object.keys(quotas()["quota"] ?? {}), ["hard"]);
  });

  it("leave room for pods that have ended, which count as objects alone, and not for any number", () => {
    assert.equal(hardOf("quota")["count/pods"], "520");
    assert.equal(hardOf("quota", { pods: 100 })["count/pods"], "600");
  });

  it("count every kind of object that a team may make, so that none fills the store that all groups share", () => {
    const makes = teamRules
      .filter(({ verbs }) => verbs.includes("create"))
      .flatMap(({ apiGroups: [group = ""], resources }) =>
        resources
          // What is below a slash is no object of its own.
          .filter((resource) => !resource.includes("/"))
          .map((resource) => (group === "" ? resource : `${resource}.${group}`)),
      );
    assert.ok(makes.length > 10);
    const counted = Object.keys(hardOf("quota")).filter((key) => key.startsWith("count/"));
    assert.deepEqual(counted.sort(), makes.map((kind) => `count/${kind}`).sort());
    for (const key of counted) assert.match(hardOf("quota")[key] ?? "", /^[1-9]\d{1,3}$/, key);
  });

  it("let no pod keep those of other namespaces from nodes by an affinity to them", () => {
    // https://kubernetes.io/docs/concepts/policy/resource-quotas/#cross-namespace-pod-affinity-quota
    assert.deepEqual(quotas()["cross-namespace-affinity"], {
      hard: { pods: "0" },
      scopeSelector: {
        matchExpressions: [{ scopeName: "CrossNamespacePodAffinity", operator: "Exists" }],
      },
    });
  });

  it("are these two, whose names are pinned", () => {
    assert.deepEqual(Object.keys(quotas()), ["quota", "cross-namespace-affinity"]);
  });
});
