import assert from "node:assert/strict";
import { toText } from "../../../../components/proof/report/index.ts";
import { assertGolden } from "../../../support/golden.ts";
import { canary, dev, hostile, large, leaking, manifests, troubled } from "../../../support/statements.ts";

const golden = (name: string) => new URL(`../../../golden/proof-${name}.txt`, import.meta.url);

describe("a statement as text", () => {
  it("says of an environment that it holds, and who can reach whom", async () => {
    await assertGolden(golden("dev"), toText(dev()));
  });

  it("says what does not hold, with an example, the rules, the way out and the place", async () => {
    await assertGolden(golden("troubled"), toText(troubled()));
  });

  it("lists who can reach whom where nothing was asked", async () => {
    await assertGolden(golden("manifests"), toText(manifests()));
  });

  it("counts zones that nothing tells apart, and shows those that something does", async () => {
    await assertGolden(golden("large"), toText(large()));
  });

  it("begins with the verdict", () => {
    assert.equal(toText(dev()).split("\n")[0], "dev HOLDS");
    assert.equal(toText(leaking()).split("\n")[0], "dev DOES NOT HOLD: 1 leak");
    assert.equal(toText(troubled()).split("\n")[0], "dev DOES NOT HOLD: 5 leaks, 1 requirement not met");
  });

  it("does not hold where nothing leaks but something that is needed is missing", () => {
    const { missing } = troubled();
    assert.match(toText(dev({ missing })), /^dev DOES NOT HOLD: 1 requirement not met\n/);
  });

  it("does not hold while an exception is expired, and holds while one is in force", () => {
    const statement = leaking();
    const exception = {
      what: "test-portal -> test-claims: tcp/5432",
      why: "for now",
      owner: "portal@example.com",
      expires: "2027-01-31",
      excuses: statement.leaks.map(({ id }) => id),
    };
    const inForce = { ...statement, leaks: [], excused: statement.leaks };
    const holding = toText({ ...inForce, exceptions: [{ ...exception, expired: false }] });
    assert.match(holding, /^dev HOLDS\n/);
    assert.match(holding, /until {4}2027-01-31\n {4}excuses {2}machines\/test-portal\/test-claims\n/);
    const broken = toText({ ...statement, exceptions: [{ ...exception, expired: true }] });
    assert.match(broken, /^dev DOES NOT HOLD: 1 leak\n/);
    assert.match(broken, /2027-01-31, EXPIRED: it excuses nothing any more\n/);
  });

  it("hands a terminal no commands that a file hides in its texts", () => {
    const statement = hostile();
    const [leak] = statement.leaks;
    assert.ok(leak !== undefined);
    const why = `quiet\u001b[2J\u202e${canary}\nHOLDS`;
    const shown = toText({ ...statement, leaks: [{ ...leak, message: why }] });
    assert.doesNotMatch(shown, /[^\P{Cc}\n]|\u202e/u);
    assert.ok(!shown.split("\n").includes("HOLDS"));
  });
});
