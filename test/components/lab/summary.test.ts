import assert from "node:assert/strict";
import { describeLab } from "../../../components/lab/index.ts";
import { assertGolden } from "../../support/golden.ts";
import { planOf } from "../../support/lab.ts";

describe("what is said of a lab that has come up", () => {
  for (const name of ["dev", "dev-tiers"])
    it(`is a map of its zones and hosts, and what to try: ${name}`, async () => {
      await assertGolden(
        new URL(`../../golden/${name}-lab.txt`, import.meta.url),
        describeLab(await planOf(name), false),
      );
    });

  it("says where it had to be made as root", async () => {
    assert.match(describeLab(await planOf("dev"), true), /in 10\.16\.0\.0\/16, as root, since this machine/);
  });
});
