import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { changesOf, previewIn } from "../../support/previewed.ts";
import { Worktree } from "../../support/worktree.ts";

const flow = `    - from: test-claims
      to: test-billing
      traffic: [tcp/5432]
      why: claims asks billing's database
      owner: claims@example.com
`;
const opened = "claims asks billing's database (claims@example.com)";

/** As somebody does it who is in a hurry: rules beside those that the plan asks for. */
const hole = (text: string) =>
  text.replace(
    "    this.registerOutputs();\n",
    `    const ssh = { description: "debugging", ipProtocol: "tcp", fromPort: 22, toPort: 22 };
    const [from, to] = [this.id("zone-portal"), this.id("zone-billing")];
    new SecurityGroupEgressRule("a", { ...ssh, securityGroupId: from, referencedSecurityGroupId: to }, { parent: this });
    new SecurityGroupIngressRule("b", { ...ssh, securityGroupId: to, referencedSecurityGroupId: from }, { parent: this });
$&`,
  );

describe("a preview of what a git history changes, without credentials and without a state", function () {
  this.timeout(120_000);
  let clone: Worktree;
  before(() => {
    clone = new Worktree();
  });
  after(() => {
    clone.folder.delete();
  });
  beforeEach(() => {
    clone.git("switch", "--quiet", "--force-create", "change", "main");
    clone.git("reset", "--quiet", "--hard", "main");
  });

  const commit = (message: string) => {
    clone.git("add", "--all");
    clone.git("commit", "--quiet", `--message=${message}`);
  };
  const preview = (more = "") => previewIn(clone, `--offline --changed main ${more}`);

  it("says of a change that no environment is made of that nothing changes, and previews none", async () => {
    clone.edit("README.md", (text) => `${text}\nMore.\n`);
    commit("Say more");
    const { code, output, report } = await preview();
    assert.equal(code, 0, output);
    assert.deepEqual(report.environments, []);
    assert.deepEqual(report.untouched, ["demo", "dev", "dev-tiers", "staging", "test"]);
    assert.match(output, /no changes/i);
  });

  it("says of a change that opens a flow who can now reach whom, and why, and which resources that takes", async () => {
    clone.edit("stacks/Pulumi.dev.yaml", (text) =>
      text.trimEnd().replace(/(?=\nencryptionsalt)|$/, `\n${flow.trimEnd()}`),
    );
    commit("Let claims ask billing");
    const { code, output, report, of } = await preview();
    assert.equal(code, 0, output);
    assert.deepEqual(
      report.environments.map(({ name }) => name),
      ["dev"],
    );
    const dev = of("dev");
    assert.deepEqual(dev.proof?.opened, [
      `test-claims can now reach test-billing on tcp/5432, because ${opened}`,
      `namespace test-claims can now reach namespace test-billing on tcp/5432, because ${opened}`,
    ]);
    assert.deepEqual(dev.proof.closed, []);
    assert.deepEqual(changesOf(dev), [
      "create NetworkPolicy test-billing/from-test-claims-tcp-5432",
      "create NetworkPolicy test-claims/to-test-billing-tcp-5432",
      "update Firewall test-billing",
      "update Firewall test-claims",
    ]);
    assert.deepEqual(
      dev.groups.map(({ group }) => group),
      ["test-billing", "test-claims"],
    );
    assert.deepEqual(
      dev.maps.map(({ layer }) => layer),
      ["machines", "pods"],
    );
    assert.match(output, /test-claims can now reach test-billing on tcp\/5432, because/);
  });

  it("says of a new application group that its machines come, and of no other group that anything changes", async () => {
    await clone.succeed(
      'scripts/add-group dev test-risk --team "CN=test-risk,DC=example,DC=com" --tier test',
    );
    commit("Add a group");
    const { code, output, of } = await preview();
    assert.equal(code, 0, output);
    const dev = of("dev");
    assert.match(dev.proof?.endpoints.join("\n") ?? "", /^new: .*test-risk-1/);
    assert.deepEqual(dev.counts.replace + dev.counts.delete, 0);
    assert.deepEqual(
      [...new Set(dev.groups.map(({ group }) => group))].filter((group) => group !== undefined),
      ["test-risk"],
    );
  });

  it("says of a new image which machines are replaced", async () => {
    clone.edit("stacks/Pulumi.test.yaml", (text) =>
      text.replace("ami-0123456789abcdef0", "ami-0123456789abcdef1"),
    );
    commit("Take a newer image");
    const { code, output, report, of } = await preview();
    assert.equal(code, 0, output);
    assert.deepEqual(
      report.environments.map(({ name }) => name),
      ["test"],
    );
    const test = of("test");
    assert.deepEqual(
      test.risks.map(({ kind, what }) => `${kind}: ${what}`),
      [
        ...[1, 2, 3].map((n) => `machine replaced: billing-${n}`),
        ...[1, 2, 3].map((n) => `machine replaced: claims-${n}`),
        ...[1, 2, 3].map((n) => `machine replaced: manager-${n}`),
        ...[1, 2, 3].map((n) => `machine replaced: portal-${n}`),
        "machine replaced: registry-1",
      ],
    );
    assert.equal(test.counts.replace, 13);
    assert.deepEqual(test.proof?.opened, []);
  });

  it("says of what is there, too, which machines a new image replaces, and how that is done one at a time", async () => {
    const plan = await clone.succeed(
      ". scripts/env 2>/dev/null && pulumi stack init test --no-select >&2 && pulumi preview --stack test --json --show-sames --non-interactive",
    );
    const exports = path.join(clone.folder.path, "exports");
    mkdirSync(exports);
    writeFileSync(path.join(exports, "test.json"), madeOf(plan.slice(plan.indexOf("{\n"))));
    clone.git("reset", "--quiet", "--hard");
    const before = await previewIn(clone, `--offline --state '${exports}' test`);
    assert.deepEqual(changesOf(before.of("test")), []);
    clone.edit("stacks/Pulumi.test.yaml", (text) =>
      text.replace("ami-0123456789abcdef0", "ami-0123456789abcdef1"),
    );
    const { code, output, of } = await previewIn(clone, `--offline --state '${exports}' test`);
    assert.equal(code, 0, output);
    assert.equal(of("test").against.kind, "export");
    assert.equal(of("test").counts.replace, 13);
    assert.match(of("test").notes.join("\n"), /scripts\/roll test takes all of them, one at a time/);
  });

  it("fails where a hole is opened, and says between whom, by which rule and how to close it", async () => {
    clone.edit("components/aws/securityGroups.ts", hole);
    commit("Debug");
    const { code, output, of } = await preview("test");
    assert.equal(code, 1, output);
    const [finding, ...more] = of("test").proof?.findings ?? [];
    assert.deepEqual(more, []);
    assert.equal(finding?.kind, "leak");
    assert.equal(finding.isNew, true);
    assert.match(finding.message, /^portal can reach billing on tcp\/22, which no flow allows/);
    assert.match(finding.because.join("\n"), /ingress from zone-portal \(debugging\)/);
    assert.match(output, /portal can reach billing on tcp\/22/);
  });

  it("says of a file with another name that nothing changes", async () => {
    clone.git("mv", "components/lab/controlPlane/nodes.ts", "components/lab/controlPlane/workers.ts");
    const importers = clone.git(
      "grep",
      "--files-with-matches",
      '"./nodes.ts"',
      "--",
      "components/lab/controlPlane",
    );
    for (const file of importers.trim().split("\n"))
      clone.edit(file, (text) => text.replaceAll('"./nodes.ts"', '"./workers.ts"'));
    commit("Rename a file");
    const { code, output, report } = await preview();
    assert.equal(code, 0, output);
    assert.ok(report.environments.some(({ name }) => name === "dev"));
    for (const { counts, proof } of report.environments) {
      assert.equal(counts.create + counts.update + counts.replace + counts.delete, 0);
      assert.deepEqual([proof?.opened, proof?.closed], [[], []]);
    }
    assert.match(output, /no changes/i);
  });

  it("tells of one that cannot be previewed with the stack file's line, and of the others all the same", async () => {
    clone.edit("stacks/Pulumi.dev.yaml", (text) => text.replace("slot: 2", "slot: 1"));
    commit("Take a slot that is taken");
    const { code, output, of } = await previewIn(clone, "--offline dev dev-tiers");
    assert.equal(code, 2, output);
    const [failure] = of("dev").failures;
    assert.match(failure?.place ?? "", /^stacks\/Pulumi\.dev\.yaml:\d+$/);
    assert.match(failure?.message ?? "", /this is already the slot of zone/);
    assert.equal(of("dev").outcome, "failed");
    assert.equal(of("dev-tiers").outcome, "previewed");
  });
});

/** A state that has all that a preview would make, as if it had been made. */
function madeOf(plan: string): string {
  const known = plan.replaceAll("04da6b54-80e4-46f7-96ec-b56ff0331ba9", "made");
  const { steps } = JSON.parse(known) as {
    readonly steps: readonly { readonly newState: Readonly<Record<string, unknown>> }[];
  };
  const resources = steps.map(({ newState }) => ({
    ...newState,
    // What instances are made of names its version.
    outputs: { latestVersion: "made", ...(newState["inputs"] ?? {}) },
    ...(newState["custom"] === true ? { id: "made" } : {}),
  }));
  const version = "v3";
  const magic = createHash("sha256").update(version).digest("hex");
  const manifest = { time: "2026-11-28T00:00:00Z", magic, version };
  return JSON.stringify({ version: 3, deployment: { manifest, resources } });
}
