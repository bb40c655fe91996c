import assert from "node:assert/strict";
import { askCyclonus } from "../../../oracle/cyclonus/oracle.ts";
import { compare, type Comparison } from "../../../oracle/cyclonus/compare.ts";
import { requires } from "../../../support/machine.ts";

describe("who reaches whom, as the proof and as Cyclonus have it", function () {
  // It is built once, which takes minutes.
  this.timeout(600_000);
  let compared: Comparison;
  before(async function () {
    requires(this, "go");
    compared = compare((await askCyclonus(process.env)).situations);
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
});
