import assert from "node:assert/strict";
import path from "node:path";
import { Clone, fakePrograms, fakePulumi, pluginPrograms } from "../../support/clone.ts";

const program = "pulumi-resource-aws";
const official = fakePrograms("home/.pulumi/plugins/resource-aws-v7.1.0", [program]);
/** A network that has plugins, as far as setup can see. */
const open = { PULUMI_PLUGIN_DOWNLOAD_URL_OVERRIDES: "^.*=http://127.0.0.1:1" };

const installs = `folder="\${PULUMI_HOME:-$HOME/.pulumi}/plugins/resource-$4-v$5"
  mkdir -p "$folder" && echo '#!/bin/sh' >"$folder/pulumi-resource-$4" && chmod +x "$folder/pulumi-resource-$4"`;
const cannot = `echo "warning: Error downloading plugin: no such host" >&2; exit 255`;

/** A clone with an environment in AWS, whose Pulumi does this to install a plugin. */
function withAws(install = cannot): Clone {
  const clone = new Clone();
  clone.folder.write({
    "bin/pulumi": fakePulumi("3.300.1").replace(
      '"version "*)',
      () => `"plugin install")\n  ${install}\n  ;;\n"version "*)`,
    ),
    "clone/package.json": JSON.stringify({ type: "module", dependencies: { "@pulumi/aws": "7.1.0" } }),
    "clone/stacks/Pulumi.cloud.yaml": "config:\n  bulkhead:target: aws\n",
  });
  return clone;
}

const standIn = (clone: Clone): string => path.join(clone.path, "scripts/offline/aws");
const asked = (clone: Clone): string[] =>
  clone.calls.filter((call) => call.startsWith("pulumi plugin install"));
const made = (clone: Clone): string[] =>
  clone.calls.filter((call) => call.startsWith("pulumi stack init cloud"));

/** The folders of this sort on the search path that scripts/env makes, loaded as often. */
async function loaded(clone: Clone, env: NodeJS.ProcessEnv = {}, times = 1): Promise<readonly string[]> {
  const code = `${Array<string>(times).fill(". ./scripts/env").join(" && ")} && echo "$PATH"`;
  const { stdout } = await clone.start("sh", ["-c", code], env).ended;
  return stdout.trim().split(path.delimiter);
}

describe("the plugin aws", function () {
  this.timeout(30_000);

  it("is the stand-in for who loads scripts/env without one, once and after all others, and nothing is fetched", async () => {
    const clone = withAws(installs);
    const folders = await loaded(clone, open, 2);
    assert.equal(folders.at(-1), standIn(clone));
    assert.equal(folders.filter((folder) => folder === standIn(clone)).length, 1);
    assert.match(
      (await clone.succeed("setup", [], open)).stderr,
      /^ready: .*, the plan-only stand-in for the plugin aws, /m,
    );
    assert.deepEqual(asked(clone), []);
  });

  it("is the official one where Pulumi has installed it, also in a shell that had the stand-in", async () => {
    const clone = withAws();
    clone.folder.write(official);
    const before = { PATH: `${clone.env["PATH"] ?? ""}:${standIn(clone)}` };
    assert.equal((await loaded(clone, before)).includes(standIn(clone)), false);
    assert.match((await clone.succeed("setup", [], before)).stderr, /^ready: .*, the official plugin aws, /m);
  });

  it("is not one of another version, or a part of one that a kill has left", async () => {
    const clone = withAws();
    clone.folder.write({
      ...fakePrograms("home/.pulumi/plugins/resource-aws-v7.0.9", [program]),
      ...official,
      "home/.pulumi/plugins/resource-aws-v7.1.0.partial": "",
    });
    assert.equal((await loaded(clone)).at(-1), standIn(clone));
  });

  it("is the user's own that is on PATH", async () => {
    const clone = withAws();
    clone.folder.write(fakePrograms("bin", [program]));
    assert.equal((await loaded(clone)).includes(standIn(clone)), false);
    assert.match(
      (await clone.succeed("setup", [])).stderr,
      /^ready: .*, the plugin aws on PATH \(.*\/bin\/pulumi-resource-aws\), /m,
    );
  });

  it("is the one of the folder that is named, where it has one", async () => {
    const clone = withAws();
    clone.folder.write(fakePrograms("mine", [...pluginPrograms, program]));
    const mine = path.join(clone.folder.path, "mine");
    const folders = await loaded(clone, { BULKHEAD_PLUGINS: mine });
    assert.deepEqual(
      [folders.filter((folder) => folder === mine).length, folders.includes(standIn(clone))],
      [1, false],
    );
  });

  it("is the stand-in where that is asked for, before any other", async () => {
    const clone = withAws(installs);
    clone.folder.write({ ...official, ...fakePrograms("bin", [program]) });
    // The lab's plugins are not what this is about.
    const { stderr } = await clone.succeed("up", ["cloud", "--preview-only"], {
      ...open,
      BULKHEAD_PLUGINS: "build",
    });
    assert.match(stderr, /^ready: .*, the plan-only stand-in for the plugin aws, /m);
    assert.deepEqual(asked(clone), []);
  });

  describe("for scripts/up", () => {
    it("is not looked for in the lab", async () => {
      const clone = withAws(installs);
      const { stderr } = await clone.succeed("up", ["dev"], open);
      assert.doesNotMatch(stderr, /aws/);
      assert.deepEqual(asked(clone), []);
    });

    it("is installed for an environment in AWS", async () => {
      const clone = withAws(installs);
      const up = { ...open, BULKHEAD_PLUGINS: "" };
      const { stdout, stderr } = await clone.succeed("up", ["cloud", "--yes"], up);
      assert.match(stderr, /^ready: .*, the official plugin aws, /m);
      assert.equal(stdout, "bringing up: up --stack cloud --yes\n");
      assert.deepEqual(asked(clone), ["pulumi plugin install resource aws 7.1.0"]);
      await clone.succeed("up", ["cloud", "--yes"], up);
      assert.equal(asked(clone).length, 1);
    });

    const without = { ...open, BULKHEAD_PLUGINS: "" };
    it("may be the stand-in where nothing is to be made, and the run says why in one line", async () => {
      const clone = withAws();
      const { stdout, stderr } = await clone.succeed("up", ["cloud", "--preview-only"], without);
      assert.match(stderr, /^the official plugin aws cannot be had here: no such host$/m);
      assert.match(stderr, /^ready: .*, the plan-only stand-in for the plugin aws, /m);
      assert.equal(stdout, "bringing up: up --stack cloud --preview-only\n");
    });

    it("may be the stand-in where a simulated cloud is named", async () => {
      const clone = withAws();
      const env = { ...without, BULKHEAD_SIMULATED_AWS: "http://127.0.0.1:5000" };
      assert.equal(
        (await clone.succeed("up", ["cloud", "--yes"], env)).stdout,
        "bringing up: up --stack cloud --yes\n",
      );
    });

    it("may not be the stand-in else, which is said with the ways out before anything is made", async () => {
      const clone = withAws();
      const { code, stdout, stderr } = await clone.script("up", ["cloud", "--yes"], without);
      assert.deepEqual([code, stdout, made(clone)], [1, "", []]);
      for (const line of [
        "error: cloud is in AWS, and there is only the plan-only stand-in for the plugin aws, which makes nothing there.",
        "  see what would be made:  scripts/up cloud --preview-only",
        "  name a folder that has pulumi-resource-aws in BULKHEAD_PLUGINS",
        "  name a simulated cloud in BULKHEAD_SIMULATED_AWS (scripts/offline/aws/README.md)",
      ])
        assert.ok(stderr.split("\n").includes(line), `${line}\n\n${stderr}`);
    });

    it("is asked for in vain where only the official one will do, or a folder that lacks it is named", async () => {
      const clone = withAws();
      const forced = await clone.script("up", ["cloud", "--yes"], { ...open, BULKHEAD_PLUGINS: "official" });
      assert.equal(forced.code, 1);
      assert.match(
        forced.stderr,
        /^error: BULKHEAD_PLUGINS=official, but the official plugin aws cannot be had here: no such host\nUnset BULKHEAD_PLUGINS to plan without it\.$/m,
      );
      // Those of a clone: kubernetes and tls.
      const lacking = await clone.script("up", ["cloud", "--yes"]);
      assert.match(lacking.stderr, /^error: BULKHEAD_PLUGINS names .*, which has no pulumi-resource-aws\. /m);
    });
  });
});
