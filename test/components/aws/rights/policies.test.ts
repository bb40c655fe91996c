import assert from "node:assert/strict";
import { allow, planRights, policiesOf, policySize } from "../../../../components/aws/rights/index.ts";
import { onAws, recordAws } from "../recorded.ts";

const scope = { environment: "sample", region: "eu-central-1", account: "111122223333" };
const statement = (size: number) => {
  const [empty] = allow("One", ["a:b"], [""]);
  const spare = size - JSON.stringify({ Version: "2012-10-17", Statement: [empty] }).length;
  return allow("One", ["a:b"], ["x".repeat(spare)]);
};

describe("policies", () => {
  it("hold every statement once and in its order, each within AWS's size", async () => {
    const { deploy } = planRights(scope, await recordAws(onAws({ "network.frontDoor": ["10.1.0.0/16"] })));
    const policies = policiesOf("bulkhead-sample-deploy", deploy);
    assert.deepEqual(
      policies.flatMap(({ document }) => document.Statement),
      deploy,
    );
    for (const { size, document } of policies) {
      assert.equal(size, JSON.stringify(document).length);
      assert.ok(size <= policySize);
    }
    assert.deepEqual(
      policies.map(({ name }) => name),
      policies.map((_, index) => `bulkhead-sample-deploy-${index + 1}`),
    );
    const ids = deploy.map(({ Sid }) => Sid);
    assert.equal(new Set(ids).size, ids.length, "each id is used once");
  });

  it("are not numbered where there is one, and none where there is nothing to allow", () => {
    assert.deepEqual(
      policiesOf("only", statement(policySize)).map(({ name, size }) => [name, size]),
      [["only", policySize]],
    );
    assert.deepEqual(policiesOf("none", []), []);
  });

  it("are refused where one statement alone is too long", () => {
    assert.throws(() => policiesOf("long", statement(policySize + 1)), {
      message:
        "the statement One alone has 6145 characters of the 6144 that AWS allows a policy; make fewer things of a kind",
    });
  });
});
