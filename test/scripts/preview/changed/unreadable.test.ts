import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import path from "node:path";
import { touched } from "../../../../scripts/commands/preview/changed/index.ts";
import { Worktree } from "../../../support/worktree.ts";

const environments = ["demo", "dev", "dev-tiers", "staging", "test"];
const inLab = ["dev", "dev-tiers"];

describe("the environments that a change can touch where not all can be told from it", function () {
  this.timeout(60_000);
  let clone: Worktree;
  before(() => {
    clone = new Worktree();
    clone.git("tag", "begin");
  });
  after(() => {
    clone.folder.delete();
  });
  afterEach(() => {
    clone.git("reset", "--quiet", "--hard", "begin");
    clone.git("clean", "--quiet", "--force", "-d");
  });
  const names = async () => [...(await touched(clone.path, "HEAD", environments)).touched.keys()];
  const append = (file: string, more = "\n") => {
    clone.edit(file, (text) => `${text}${more}`);
  };
  const commit = () => {
    clone.git("add", "--all");
    clone.git("commit", "--quiet", "--message=Before");
  };

  it("are those that load a module that is no TypeScript any more, so that their previews say so", async () => {
    append("components/aws/arn.ts", 'const half = "\n');
    assert.deepEqual(await names(), ["test"]);
  });

  it("are touched by any module, and by no documentation, where one that they load was broken before", async () => {
    append("components/aws/arn.ts", 'const half = "\n');
    commit();
    append("components/lab/check/probes.ts");
    assert.deepEqual(await names(), ["test"]);
    clone.git("checkout", "--quiet", "components");
    append("docs/proof.md");
    append("scripts/offline/aws/README.md");
    assert.deepEqual(await names(), []);
  });

  for (const [what, line] of [
    ["computes", 'await import("./" + process.title);'],
    ["makes of a template", "await import(`./${process.title}.ts`);"],
  ] as const)
    it(`are touched by any module where one that they load ${what} the name of what it imports`, async () => {
      append("components/aws/arn.ts", `${line}\n`);
      commit();
      append("components/lab/check/probes.ts");
      assert.deepEqual(await names(), ["test"]);
    });

  it("are all where Pulumi.yaml cannot be read, whether the change made it so or not", async () => {
    clone.edit("Pulumi.yaml", () => "plugins: [");
    assert.deepEqual(await names(), environments);
    commit();
    append("components/aws/arn.ts");
    assert.deepEqual(await names(), environments);
  });

  it("are not those whose stack file only got the salt of this user's key", async () => {
    clone.git("config", "filter.bulkhead-salt.clean", "sh scripts/toolchain/salt clean v1:abc");
    clone.git("config", "diff.autoRefreshIndex", "false");
    clone.edit("stacks/Pulumi.dev.yaml", (text) => `${text.trimEnd()}\nencryptionsalt: v1:abc\n`);
    assert.deepEqual(await names(), []);
    clone.edit("stacks/Pulumi.dev.yaml", (text) => `${text}# more\n`);
    assert.deepEqual(await names(), ["dev"]);
  });

  for (const [what, file, expected] of [
    [
      "those on AWS, of what the plugin that stands in for AWS's is served with",
      "components/plugin/serve.ts",
      [...inLab, "test"],
    ],
    [
      "all, of the language host that stands in for Pulumi's",
      "scripts/offline/language/program.ts",
      environments,
    ],
    ["all, of the version of Node", ".node-version", environments],
    ["those in the lab, of what its plugin starts as programs", "components/lab/linux/forward.ts", inLab],
  ] as const)
    it(`are ${what}`, async () => {
      append(file);
      assert.deepEqual(await names(), expected);
    });

  it("cannot be told without git, and the error says so", () => {
    // A search path is the whole process's.
    const asked = `const { touched } = await import("./scripts/commands/preview/changed/index.ts");
      await touched(".", "HEAD", ["dev"]).catch((error) => console.log(error.name, error.message));`;
    const output = execFileSync(process.execPath, ["--input-type=module", "--eval", asked], {
      cwd: path.join(import.meta.dirname, "../../../.."),
      env: { PATH: "/nowhere" },
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    assert.match(
      output,
      /^UserError --changed HEAD: git, .*not on PATH; install it, or name the environments/,
    );
  });
});
