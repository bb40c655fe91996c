import assert from "node:assert/strict";
import { evaluate, fixed, toCel } from "../../../../components/proof/placement/cel.ts";

const on = (expression: string, object: unknown) => evaluate(expression, { object });
const value = (expression: string, object: unknown) => {
  const outcome = on(expression, object);
  return outcome.kind === "value" ? outcome.value : outcome.kind;
};

describe("an expression of a policy", () => {
  for (const [expression, expected] of [
    [`object.spec.?nodeName.orValue("") == "n"`, true],
    [`object.spec.?hostNetwork.orValue(false)`, false],
    [`has(object.spec.nodeName)`, true],
    [`has(object.spec.hostPID)`, false],
    [`object.spec.tolerations.exists(t, t.operator == "Exists")`, true],
    [`object.spec.tolerations.all(t, has(t.key))`, false],
    [`object.spec.?nodeSelector[?"a/b"].orValue("") == "c"`, true],
    [`object.spec.priority > 5 && object.spec.priority == 10`, true],
    [`type(object.spec.priority) == int`, true],
    [`"a/b" in object.spec.nodeSelector`, true],
    [`object.spec.hostPID`, "error"],
    [`object.spec.hostPID || true`, true],
    [`1 / 0 == 1`, "error"],
    [`has(object.spec.constructor)`, false],
    [`quantity("1Gi").isLessThan(quantity("2Gi"))`, "unsure"],
    [`this is no expression`, "unsure"],
  ] as const)
    it(`comes to what the API server makes of it: ${expression}`, () => {
      const spec = {
        nodeName: "n",
        nodeSelector: { "a/b": "c" },
        tolerations: [{ operator: "Exists" }],
        priority: 10,
      };
      assert.equal(value(expression, toCel({ spec })), expected);
    });

  const pod = fixed({ kind: "Pod", spec: fixed({ nodeName: "n", hostPID: undefined }) });
  for (const [expression, expected] of [
    [`object.spec.nodeName == ""`, false],
    [`object.spec.?hostPID.orValue(false)`, false],
    [`object.spec.nodeName == "" && object.spec.hostNetwork`, false],
    [`object.spec.hostNetwork && object.spec.nodeName == ""`, false],
    [`object.spec.nodeName == "" || object.spec.serviceAccountName == "trusted"`, "unsure"],
    [`object.spec.nodeName == "" || has(object.metadata.labels)`, "unsure"],
    [`object.spec.nodeName == "" || "trusted" in object.metadata.labels`, "unsure"],
    [`object.spec.?serviceAccountName.orValue("") == "trusted"`, "unsure"],
    [`object.spec.containers.all(c, c.image == "x")`, "unsure"],
    [`object.spec.size() == 1`, "unsure"],
    [`object == {"kind": "Pod"}`, "unsure"],
    [`object.spec.hostPID || object.spec.hostIPC`, "unsure"],
    [`object.spec.hostPID`, "error"],
  ] as const)
    it(`is sure only where it hangs on nothing that a pod's writer chooses: ${expression}`, () => {
      assert.equal(value(expression, pod), expected);
    });
});
