import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { touched } from "../../../../scripts/commands/preview/changed/index.ts";
import { Worktree } from "../../../support/worktree.ts";

const environments = ["demo", "dev", "dev-tiers", "staging", "test"];
const root = fileURLToPath(new URL("../../../..", import.meta.url));

describe("the environments that a change can touch", function () {
  this.timeout(60_000);
  let clone: Worktree;
  before(() => {
    clone = new Worktree();
  });
  after(() => {
    clone.folder.delete();
  });
  afterEach(() => {
    clone.git("reset", "--quiet", "--hard");
    clone.git("clean", "--quiet", "--force", "-d");
    clone.git("switch", "--quiet", "main");
  });

  const names = async (base = "main") => [...(await touched(clone.path, base, environments)).touched.keys()];
  const append = (file: string) => {
    clone.edit(file, (text) => `${text}\n`);
  };
  const commit = () => {
    clone.git("switch", "--quiet", "--force-create", "change");
    clone.git("add", "--all");
    clone.git("commit", "--quiet", "--message=A change");
  };

  for (const [what, file, expected] of [
    ["none, of documentation", "docs/proof.md", []],
    ["none, of tests", "test/golden/dev.txt", []],
    ["none, of commands", "scripts/commands/show.ts", []],
    ["none, of a workflow", ".github/workflows/check.yaml", []],
    ["its own, of a stack file", "stacks/Pulumi.test.yaml", ["test"]],
    ["those on AWS, of AWS's resources", "components/aws/machines.ts", ["test"]],
    ["those on AWS, of what a machine does when it first starts", "components/userData/quote.ts", ["test"]],
    ["those on AWS, of how AWS's firewall is read", "components/proof/aws/groups.ts", ["test"]],
    ["those on AWS, of the plugin that stands in for AWS's", "scripts/offline/aws/value.ts", ["test"]],
    ["those in the lab, of the lab's resources", "components/lab/target.ts", ["dev", "dev-tiers"]],
    ["those in the lab, of the lab's plugin", "components/lab/provider/zone.ts", ["dev", "dev-tiers"]],
    [
      "those in the lab, of what is not TypeScript there",
      "components/lab/provider/pulumi-resource-lab",
      ["dev", "dev-tiers"],
    ],
    ["none, of what only commands use", "components/lab/check/prober/main.go", []],
    [
      "those with Kubernetes, of what it is made of",
      "components/engine/kubernetes/quota.ts",
      ["dev", "dev-tiers"],
    ],
    ["all, of the plan", "components/plan/zone.ts", environments],
    ["all, of packages", "package-lock.json", environments],
    ["all, of the entry", "stacks/index.ts", environments],
    ["all, of the versions of tools", "scripts/toolchain/pulumi.ts", environments],
  ] as const)
    it(`are ${what}`, async () => {
      append(file);
      commit();
      assert.deepEqual(await names(), expected);
    });

  it("are told with the files that touch them, and those that nothing touches are named", async () => {
    append("stacks/Pulumi.test.yaml");
    append("components/plan/zone.ts");
    commit();
    const found = await touched(clone.path, "main", environments);
    assert.deepEqual(found.touched.get("test"), ["components/plan/zone.ts", "stacks/Pulumi.test.yaml"]);
    assert.deepEqual(found.touched.get("dev"), ["components/plan/zone.ts"]);
    clone.git("reset", "--quiet", "--hard", "main");
    append("stacks/Pulumi.test.yaml");
    assert.deepEqual((await touched(clone.path, "main", environments)).untouched, [
      "demo",
      "dev",
      "dev-tiers",
      "staging",
    ]);
  });

  it("count both names of a file that has another one now", async () => {
    clone.git("mv", "components/aws/arn.ts", "components/aws/names.ts");
    commit();
    assert.deepEqual(await names(), ["test"], "what is imported is gone");
    for (const file of clone
      .git("grep", "--files-with-matches", '/arn.ts"', "--", "components")
      .trim()
      .split("\n"))
      clone.edit(file, (text) => text.replaceAll('/arn.ts"', '/names.ts"'));
    assert.deepEqual(await names(), ["test"]);
  });

  it("count what is not committed, and what git does not know yet", async () => {
    clone.edit("components/aws/arn.ts", (text) => `import "./new file.ts";\n${text}`);
    clone.git("add", "--all");
    clone.git("commit", "--quiet", "--amend", "--no-edit");
    writeFileSync(path.join(clone.path, "components/aws/new file.ts"), "");
    assert.deepEqual(await names("HEAD"), ["test"]);
  });

  it("do not count the side from which the change parted", async () => {
    append("docs/proof.md");
    commit();
    clone.git("switch", "--quiet", "main");
    append("components/plan/zone.ts");
    clone.git("commit", "--quiet", "--all", "--message=Meanwhile");
    clone.git("switch", "--quiet", "change");
    assert.deepEqual(await names(), []);
    clone.git("switch", "--quiet", "main");
    clone.git("reset", "--quiet", "--hard", "HEAD~1");
  });

  it("do not count imports of types alone", async () => {
    clone.edit("components/plan/zone.ts", (text) => `import type { Arn } from "../aws/only.ts";\n${text}`);
    writeFileSync(path.join(clone.path, "components/aws/only.ts"), "");
    clone.git("add", "--all");
    clone.git("commit", "--quiet", "--message=With a type");
    append("components/aws/only.ts");
    assert.deepEqual(await names("HEAD"), []);
    clone.git("reset", "--quiet", "--hard", "HEAD~1");
  });

  it("are all where a stack file cannot be read: that one at least", async () => {
    clone.edit("stacks/Pulumi.dev.yaml", () => "config: [");
    commit();
    assert.deepEqual(await names(), ["dev"]);
  });

  it("do not have those whose stack file goes away, which are named", async () => {
    rmSync(path.join(clone.path, "stacks/Pulumi.demo.yaml"));
    commit();
    assert.deepEqual((await touched(clone.path, "main", environments)).removed, ["demo"]);
  });

  it("cannot be told from a base that is not there, and the error says how to get it", async () => {
    await assert.rejects(names("origin/nowhere"), /no such commit.*git fetch origin nowhere/s);
    await assert.rejects(names("--all"), /no such commit/);
  });

  it("cannot be told by a shallow clone, and the error says how to deepen it", async () => {
    append("docs/proof.md");
    commit();
    const shallow = path.join(clone.folder.path, "shallow");
    clone.git("clone", "--quiet", "--depth=1", "--branch=change", `file://${clone.path}`, shallow);
    await assert.rejects(touched(shallow, "origin/main", environments), /git fetch --unshallow/);
  });
});

describe("what counts as imported", () => {
  for (const name of ["dev", "test"])
    it(`has every file that Node loads for the program of ${name}`, async function () {
      this.timeout(60_000);
      const loaded = loadedBy(name);
      assert.ok(loaded.length > 50, loaded.join("\n"));
      const { Graph } = await import("../../../../scripts/commands/preview/changed/graph.ts");
      const { readsIn } = await import("../../../../scripts/commands/preview/changed/touched.ts");
      const reads = readsIn(root, await Graph.of(root), name);
      assert.deepEqual(
        loaded.filter((file) => !reads(file)),
        [],
      );
    });
});

/** The repository's files that Node loads while a program runs, with mocks in the place of the engine. */
function loadedBy(name: string): string[] {
  const { config } = parse(readFileSync(path.join(root, `stacks/Pulumi.${name}.yaml`), "utf8")) as {
    config: Readonly<Record<string, unknown>>;
  };
  const values = Object.fromEntries(
    Object.entries(config).map(([key, value]) => [
      key,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
  const program = `
    import { registerHooks } from "node:module";
    const loaded = new Set();
    registerHooks({ load(url, context, next) { loaded.add(url); return next(url, context); } });
    const pulumi = (await import("@pulumi/pulumi")).default;
    await pulumi.runtime.setMocks({
      newResource: ({ name, inputs }) => ({ id: name, state: inputs }),
      call: () => ({ outputs: {} }),
    }, "bulkhead", ${JSON.stringify(name)}, true);
    pulumi.runtime.setAllConfig(${JSON.stringify(values)});
    await pulumi.runtime.runInPulumiStack(async () => {
      const main = await import("./stacks/index.ts");
      return main.default();
    });
    console.log(JSON.stringify([...loaded]));`;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", "--input-type=module", "--eval", program],
    { cwd: root, encoding: "utf8" },
  );
  assert.equal(status, 0, stderr);
  return (JSON.parse(stdout.trim().split("\n").at(-1) ?? "[]") as string[])
    .filter((url) => url.startsWith("file:"))
    .map((url) => path.relative(root, fileURLToPath(url)))
    .filter((file) => !file.startsWith("..") && !file.startsWith("node_modules"))
    .sort();
}
