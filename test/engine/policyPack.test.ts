import assert from "node:assert/strict";
import path from "node:path";
import { withoutKubernetes } from "../../scripts/commands/bench/project.ts";
import { LabStack } from "../support/stack.ts";
import type { Outcome } from "../support/worktree.ts";

describe("the policy pack", function () {
  this.timeout(120_000);
  let stack: LabStack;
  let pack: string;
  before(() => {
    stack = new LabStack("dev", { kubernetes: true });
    pack = path.join(stack.clone.path, "stacks/policy/bulkhead-policy");
  });
  afterEach(() => {
    stack.restore();
  });
  after(() => stack.delete());

  /** Makes a machine that wears what workers wear beside the components. */
  const leak = () => {
    stack.clone.edit("stacks/program.ts", (text) =>
      text.replace(
        "const { hosts } = createLab(planned, environment);",
        `const { hosts } = createLab(planned, environment);
  const { Host } = await import("../components/lab/index.ts");
  const { zone } = hosts.get("test-portal-1") as InstanceType<typeof Host>;
  new Host("stray", { zone, name: "stray", address: "10.16.12.200", groups: ["role/worker"] });`,
      ),
    );
  };

  /** Runs with the gate open, so that nothing but the pack judges. */
  const ungated = async (...args: readonly string[]): Promise<Outcome> => {
    const env = await stack.env();
    env["BULKHEAD_SKIP_PROOF"] = "test";
    env["PULUMI_OPTION_POLICY_PACK"] = pack;
    try {
      return await stack.run(...args);
    } finally {
      delete env["BULKHEAD_SKIP_PROOF"];
      delete env["PULUMI_OPTION_POLICY_PACK"];
    }
  };

  const assertPassed = ({ code, output }: Outcome) => {
    assert.equal(code, 0, output);
    assert.match(output, /✅ bulkhead@v\d+\.\d+\.\d+ \(local: /);
    assert.doesNotMatch(output, /\[(?:mandatory|advisory)\]/);
  };
  const assertStopped = ({ code, output }: Outcome) => {
    assert.notEqual(code, 0, output);
    assert.match(output, /the proof was skipped \(BULKHEAD_SKIP_PROOF\): test/);
    assert.match(output, /❌ bulkhead@v/);
    assert.match(output, /\[mandatory\] +no-leak +\(lab:index:Firewall: test-portal\)/);
    assert.match(output, /stray can reach manager on .*tcp\/6443.*, which no flow allows/);
    assert.match(output, /example +stray \(10\.16\.12\.200\) -> manager-1 \(10\.16\.0\.128\), tcp\/179/);
    assert.match(output, /because +role\/worker -> role\/manager: tcp\/179 \(Calico's BGP sessions\)/);
    assert.match(output, /way out +\S/);
    assert.match(output, /place +stacks\/Pulumi\.dev\.yaml:\d+ \(management\.managers\)/);
    assert.doesNotMatch(output, /^\s+at .*\.[jt]s:\d+/m, "there is no stack trace");
    assert.doesNotMatch(output, /nothing-missing/);
  };

  it("lets a sound stack pass its first preview, when no id is known", async () => {
    assertPassed(await stack.run("preview", "--policy-pack", pack));
  });

  it("stops the first preview of one that leaks, also where the gate is skipped", async () => {
    leak();
    assertStopped(await ungated("preview"));
  });

  describe("with a network that is up", () => {
    before(() => {
      stack.clone.edit("stacks/program.ts", withoutKubernetes);
      stack.edit((text) => text.replace(/^ {6}namespaces:\n(?: {8}.*\n)+/gm, ""));
      stack.clone.git("commit", "--all", "--quiet", "--message=Without Kubernetes");
    });

    it("lets it pass where it is sound, by the ids that there are", async () => {
      assertPassed(await stack.run("up", "--yes", "--skip-preview", "--policy-pack", pack));
    });

    it("reports a leak that up has made without a preview", async () => {
      leak();
      assertStopped(await ungated("up", "--yes", "--skip-preview"));
      assert.match(await stack.succeed("stack", "export"), /lab:index:Host::stray"/);
    });

    it("does not block its destruction while it leaks", async () => {
      leak();
      const { code, output } = await ungated("destroy", "--yes", "--skip-preview");
      assert.equal(code, 0, output);
      assert.doesNotMatch(await stack.succeed("stack", "export"), /lab:index:/);
    });
  });
});
