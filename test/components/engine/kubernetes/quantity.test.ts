import assert from "node:assert/strict";
import { smaller } from "../../../../components/engine/kubernetes/quantity.ts";

describe("the smaller of two quantities", () => {
  for (const [a, b, less] of [
    ["500m", "2", "500m"],
    ["500m", "0.25", "0.25"],
    ["512Mi", "4Gi", "512Mi"],
    ["512Mi", "500M", "500M"],
    ["1Gi", "1G", "1G"],
    ["512Mi", "100000k", "100000k"],
    ["2Ti", "3T", "2Ti"],
    ["1024Mi", "1Gi", "1024Mi"],
  ] as const)
    it(`${a} and ${b} is ${less}, as it is written`, () => {
      assert.equal(smaller(a, b), less);
    });

  it("is not guessed where one is none", () => {
    assert.throws(() => smaller("500m", "lots"), { message: /"lots" is no quantity, such as 500m or 4Gi/ });
    assert.throws(() => smaller("1Zi", "1"), RangeError);
  });
});
