import assert from "node:assert/strict";
import path from "node:path";
import { LabStack } from "../support/stack.ts";
import type { Outcome } from "../support/worktree.ts";

/** What the engine itself knows, judged by the pack, whatever becomes of the gate. */
describe("the policy pack", function () {
  this.timeout(120_000);
  let stack: LabStack;
  before(async () => {
    stack = new LabStack("dev", { kubernetes: true });
    await stack.env();
  });
  afterEach(() => {
    stack.restore();
  });
  after(() => stack.delete());

  const pack = () => path.join(stack.clone.path, "stacks/policy/bulkhead-policy");
  const run = (...args: readonly string[]) => stack.run(...args, "--policy-pack", pack());

  /** Adds a manager in an application group's zone beside the components, and has the gate let it through. */
  const leak = () => {
    stack.clone.edit("stacks/program.ts", (text) =>
      text.replace(
        "const { hosts } = createLab(planned, environment);",
        `const { hosts } = createLab(planned, environment);
  const { Host } = await import("../components/lab/index.ts");
  const { zone } = hosts.get("test-portal-1") as InstanceType<typeof Host>;
  new Host("stray", { zone, name: "stray", address: "10.16.12.200", groups: ["role/manager"] });`,
      ),
    );
  };
  const ungated = async (args: readonly string[]): Promise<Outcome> => {
    process.env["BULKHEAD_SKIP_PROOF"] = "test";
    try {
      return await run(...args);
    } finally {
      delete process.env["BULKHEAD_SKIP_PROOF"];
    }
  };

  const assertPassed = ({ code, output }: Outcome) => {
    assert.equal(code, 0, output);
    assert.match(output, /✅ bulkhead@v\d+\.\d+\.\d+/);
    assert.doesNotMatch(output, /\[(?:mandatory|advisory)\]/);
  };
  const assertStopped = ({ code, output }: Outcome) => {
    assert.notEqual(code, 0, output);
    assert.match(output, /❌ bulkhead@v/);
    console.log(output);
  };

  it("lets a sound stack pass its first preview, where no id is known", async () => {
    assertPassed(await run("preview"));
  });

  it("stops the preview of one that leaks", async () => {
    leak();
    assertStopped(await ungated(["preview"]));
  });
});
