import assert from "node:assert/strict";
import { askCyclonus, type Oracle } from "../../../oracle/cyclonus/oracle.ts";
import { compare, type Comparison } from "../../../oracle/cyclonus/compare.ts";
import { requires } from "../../../support/machine.ts";

describe("who reaches whom, as the proof and as Cyclonus have it", function () {
  // It is built once, which takes minutes.
  this.timeout(600_000);
  let oracle: Oracle;
  let compared: Comparison;
  before(async function () {
    requires(this, "go");
    oracle = await askCyclonus(process.env);
    compared = compare(oracle.situations);
  });

  it("is compared for every case of its generator", () => {
    assert.equal(compared.verdicts, 123_912);
  });

  it("is never closed here and open there", () => {
    assert.deepEqual(
      compared.differences.filter(({ ours }) => ours === "denied"),
      [],
    );
  });

  it("is open here and closed there only from a pod to itself, which no policy can stop", () => {
    const open = compared.differences.filter(({ ours }) => ours === "allowed");
    assert.deepEqual(
      open.filter(({ itself }) => !itself),
      [],
    );
    assert.equal(open.length, 1599);
  });

  it("is the same for every two of 600 pods in 30 namespaces", () => {
    const { verdicts, differences } = compare([oracle.platform]);
    assert.equal(verdicts, 720_000);
    assert.deepEqual(differences, []);
  });
});
