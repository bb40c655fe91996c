import assert from "node:assert/strict";
import { LabStack } from "../support/stack.ts";

/** A machine that wears what managers and workers wear, beside the components. */
const stray = `new Host("stray", {
    zone: (hosts.get("test-portal-1") as Host).zone,
    name: "stray",
    address: "10.16.12.200",
    groups: ["role/worker"],
  });`;

describe("the gate, with a stack that leaks,", function () {
  this.timeout(120_000);
  let stack: LabStack;
  before(() => {
    stack = new LabStack("dev");
  });
  afterEach(() => {
    stack.restore();
  });
  after(() => stack.delete());

  /** Has the program make something of its user's beside our components. */
  const beside = (code: string) => {
    stack.clone.edit("stacks/program.ts", (text) =>
      text.replace(
        "const { hosts } = createLab(planned, environment);",
        `const { hosts, network } = createLab(planned, environment);
  const { Host, Zone } = await import("../components/lab/index.ts");
  type Host = InstanceType<typeof Host>;
  ${code}`,
      ),
    );
  };

  const kinds = async (): Promise<string[]> => {
    const { deployment } = JSON.parse(await stack.succeed("stack", "export")) as {
      deployment: { resources?: readonly { type: string }[] };
    };
    return (deployment.resources ?? []).map(({ type }) => type);
  };

  const assertStopped = (code: number | null, output: string) => {
    assert.notEqual(code, 0, output);
    assert.ok(output.includes("stray can reach manager on"), output);
    assert.match(output, /stray \(10\.16\.12\.200\) -> manager-1 \(10\.16\.0\.128\), tcp\/179/);
    assert.match(output, /role\/worker -> role\/manager: tcp\/179 \(Calico's BGP sessions\)/);
    assert.match(output, /lab:index:Firewall::test-portal/);
    assert.match(output, /stacks\/Pulumi\.dev\.yaml:\d+ \(management\.managers\)/);
    assert.doesNotMatch(output, /^\s+at .*\.[jt]s:\d+/m, "there is no stack trace");
  };

  it("shows where an error of the program's own was thrown", async () => {
    beside('throw new Error("a slip of ours");');
    const { code, output } = await stack.run("preview");
    assert.notEqual(code, 0);
    assert.match(output, /Error: a slip of ours\n\s+at program \(.*stacks\/program\.ts:\d+:\d+\)/);
  });

  it("stops its preview with the witness, the rule, the resource and the place in the stack file", async () => {
    beside(stray);
    const { code, output } = await stack.run("preview");
    assertStopped(code, output);
  });

  it("stops up before anything is made, also without a preview", async () => {
    beside(stray);
    const { code, output } = await stack.run("up", "--skip-preview", "--yes");
    assertStopped(code, output);
    assert.deepEqual(await kinds(), ["pulumi:pulumi:Stack"]);
  });

  it("stops it too where a rule is taken away that a flow needs", async () => {
    stack.clone.edit("components/lab/target.ts", (text) =>
      text.replace(
        "...planFirewall(plan, name)",
        '...planFirewall(plan, name), ...(name === "test-billing" ? { ingress: {} } : {})',
      ),
    );
    const { code, output } = await stack.run("up", "--skip-preview", "--yes");
    stack.clone.git("checkout", "--", "components");
    assert.notEqual(code, 0, output);
    assert.match(
      output,
      /test-portal cannot be sure to reach test-billing on tcp\/8443, which is needed: the portal shows invoices/,
    );
    assert.deepEqual(await kinds(), ["pulumi:pulumi:Stack"]);
  });

  it("lets it through where the stack file accepts the leaks for now, and says so", async () => {
    beside(stray);
    const findings = [
      "manager/machine:stray",
      "machine:stray/manager",
      "machine:stray/registry",
      ...["dns", "time", "packages"].map((service) => `machine:stray/outside:${service}`),
    ];
    const exceptions = (expires: string) =>
      findings
        .map(
          (id) =>
            `    - { finding: machines/${id}, why: a drill, owner: platform@example.com, expires: "${expires}" }\n`,
        )
        .join("");
    stack.edit((text) =>
      text.replace(
        "  bulkhead:flows:\n",
        `  bulkhead:exceptions:\n${exceptions("2999-12-31")}  bulkhead:flows:\n`,
      ),
    );
    assert.match(await stack.succeed("preview"), /proof +: "holds.*6 exceptions/);
    stack.edit((text) => text.replaceAll("2999-12-31", "2020-01-31"));
    const { code, output } = await stack.run("preview");
    assertStopped(code, output);
  });

  it("lets it through where its proof is skipped, and says why wherever it is read", async () => {
    beside(stray);
    const env = await stack.env();
    env["BULKHEAD_SKIP_PROOF"] = "a drill";
    try {
      assert.match(
        await stack.succeed("up", "--yes", "--skip-preview"),
        /warning: the proof was skipped \(BULKHEAD_SKIP_PROOF\): a drill/,
      );
    } finally {
      delete env["BULKHEAD_SKIP_PROOF"];
    }
    const { code, output } = await stack.clone.sh("scripts/prove --stack dev");
    assert.equal(code, 1, output);
    assert.match(output, /At the last update the proof was skipped \(BULKHEAD_SKIP_PROOF\): a drill/);
    assert.match(output, /stray can reach manager on/);
  });

  describe("after it was sound and came up,", () => {
    before(async () => {
      await stack.up();
    });

    it("stops what is made only inside an apply before it is", async () => {
      beside(`hosts.get("test-claims-1")!.id.apply(() => { ${stray} });`);
      const { code, output } = await stack.run("up", "--skip-preview", "--yes");
      assertStopped(code, output);
      assert.ok(!(await stack.succeed("stack", "export")).includes('"stray"'));
    });

    it("stops a value that was proved to name a resource and does not", async () => {
      beside(`const zone = new Zone("extra", { network: network.id, name: "extra", cidr: "10.16.28.0/22" });
  new Host("stray", {
    zone: zone.id.apply(() => (hosts.get("test-portal-1") as Host).zone),
    name: "stray", address: "10.16.12.200", groups: [] });`);
      const { code, output } = await stack.run("up", "--skip-preview", "--yes");
      assert.notEqual(code, 0, output);
      assert.match(
        output,
        /"dev-\w+\/test-portal" was taken in the proof for what names .*lab:index:Zone::extra, and is not/,
      );
      assert.ok(!(await stack.succeed("stack", "export")).includes('"stray"'));
    });

    it("blocks neither refresh nor destroy", async () => {
      beside(stray);
      await stack.succeed("refresh", "--yes", "--skip-preview");
      await stack.destroy();
      assert.deepEqual(await kinds(), []);
    });
  });
});
