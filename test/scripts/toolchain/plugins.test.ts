import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { Clone, fakePrograms, fakePulumi, pluginPrograms } from "../../support/clone.ts";
import { notRun } from "../../support/machine.ts";

const versions = { kubernetes: "4.1.0", tls: "5.1.0" };

/** Leaves the choice to setup, unlike a clone's own environment. */
const unforced = { BULKHEAD_PLUGINS: "" };
/** A network that has plugins, as far as setup can see. */
const open = { ...unforced, PULUMI_PLUGIN_DOWNLOAD_URL_OVERRIDES: "^.*=http://127.0.0.1:1" };

const installs = `folder="\${PULUMI_HOME:-$HOME/.pulumi}/plugins/resource-$4-v$5"
  mkdir -p "$folder" && echo '#!/bin/sh' >"$folder/pulumi-resource-$4" && chmod +x "$folder/pulumi-resource-$4"`;
/** What the real one writes where it cannot. */
const cannot = `echo "[resource plugin $4-$5] installing
warning: Error downloading plugin: Get \\"https://get.pulumi.com/$4\\": dial tcp: no such host
Will retry in 1.28s [5/5]
error: [resource plugin $4-$5] downloading from : failed to download plugin: failed all 5 attempts" >&2
  exit 255`;

/** A Go that builds a program, out of a module that has the provider's schema. */
const fakeGo = `#!/bin/sh
echo "go $* CGO_ENABLED=$CGO_ENABLED" >>"$CALLS"
case "$1 $2 $3" in
"list -m -f") echo "$MODULE" ;;
"list -m "*) ;;
list*) echo a; echo b ;;
build*)
  while [ "$1" != -o ]; do shift; done
  printf '#!/bin/sh\\n' >"$2"
  chmod +x "$2"
  ;;
esac
`;

/** A clone whose package.json asks for these plugins, and whose Pulumi does this to install one. */
function withPlugins(install = cannot): Clone {
  const clone = new Clone();
  const pulumi = fakePulumi("3.300.1").replace(
    '"version "*)',
    () => `"plugin install")\n  ${install}\n  ;;\n"version "*)`,
  );
  const dependencies = Object.fromEntries(
    Object.entries(versions).map(([name, version]) => [`@pulumi/${name}`, version]),
  );
  clone.folder.write({
    "bin/pulumi": pulumi,
    "bin/go": fakeGo,
    "module/cmd/pulumi-resource-kubernetes/schema.json": '{ "name": "kubernetes" }',
    "clone/package.json": JSON.stringify({ name: "bulkhead", type: "module", dependencies }),
    "clone/scripts/offline/plugins/go.mod": "module example.test/plugins\n\ngo 1.26.0\n",
  });
  clone.env["MODULE"] = path.join(clone.folder.path, "module");
  return clone;
}

const place = (home: string, name: keyof typeof versions) =>
  `${home}/plugins/resource-${name}-v${versions[name]}`;
const official = (home: string) => ({
  ...fakePrograms(place(home, "kubernetes"), ["pulumi-resource-kubernetes"]),
  ...fakePrograms(place(home, "tls"), ["pulumi-resource-tls"]),
});

const foldersIn = (stdout: string): readonly string[] =>
  /^export BULKHEAD_PLUGINS_FOLDER='(.*)'$/m.exec(stdout)?.[1]?.split(path.delimiter) ?? [];
const searched = (stdout: string): readonly string[] =>
  /^export PATH='(.*)'$/m.exec(stdout)?.[1]?.split(path.delimiter) ?? [];
const cached = (clone: Clone): string[] =>
  readdirSync(clone.cache).filter((name) => /^(plugins|go|\.part)-/.test(name));
const asked = (clone: Clone): string[] =>
  clone.calls.filter((call) => call.startsWith("pulumi plugin install"));
const builds = (clone: Clone): string[] => clone.calls.filter((call) => call.startsWith("go build"));
const reasons = (stderr: string): string[] =>
  stderr.split("\n").filter((line) => line.includes("cannot be had here"));

describe("the plugins kubernetes and tls", function () {
  this.timeout(30_000);
  before(function () {
    if (process.platform !== "linux") notRun(this, "needs Linux, where the lab is");
  });

  for (const [where, home, env] of [
    ["in the user's home", "home/.pulumi", () => ({})],
    [
      "where PULUMI_HOME says",
      "elsewhere",
      (clone: Clone) => ({ PULUMI_HOME: path.join(clone.folder.path, "elsewhere") }),
    ],
  ] as const)
    it(`are the official ones that are installed ${where}, which Pulumi finds without PATH`, async () => {
      const clone = withPlugins();
      clone.folder.write(official(home));
      const all = { ...unforced, ...env(clone) };
      const { stdout } = await clone.succeed("setup", ["--env"], all);
      const folders = (["kubernetes", "tls"] as const).map((name) =>
        path.join(clone.folder.path, place(home, name)),
      );
      assert.deepEqual(foldersIn(stdout), folders);
      assert.deepEqual(
        searched(stdout).filter((folder) => folder.includes("plugins")),
        [],
      );
      assert.match((await clone.succeed("setup", [], all)).stderr, /^ready: .*, official plugins, /m);
      assert.deepEqual([asked(clone), builds(clone)], [[], []]);
    });

  it("are installed by Pulumi where they are not, in the versions of the packages", async () => {
    const clone = withPlugins(installs);
    const { stdout, stderr } = await clone.succeed("setup", ["--env"], open);
    assert.deepEqual(asked(clone), [
      "pulumi plugin install resource kubernetes 4.1.0",
      "pulumi plugin install resource tls 5.1.0",
    ]);
    assert.deepEqual(foldersIn(stdout), [
      place(`${clone.home}/.pulumi`, "kubernetes"),
      place(`${clone.home}/.pulumi`, "tls"),
    ]);
    assert.deepEqual([reasons(stderr), builds(clone)], [[], []]);
    await clone.succeed("setup", [], open);
    assert.equal(asked(clone).length, 2);
  });

  it("are installed by Pulumi where there are others, or only a part of one that a kill has left", async () => {
    const clone = withPlugins(`${installs}; rm -f "$folder.partial"`);
    clone.folder.write({
      ...official("home/.pulumi"),
      [`${place("home/.pulumi", "tls")}.partial`]: "",
    });
    await clone.succeed("setup", [], open);
    assert.equal(asked(clone).length, 2);
    const other = withPlugins(installs);
    other.folder.write(
      fakePrograms("home/.pulumi/plugins/resource-kubernetes-v4.0.9", ["pulumi-resource-kubernetes"]),
    );
    await other.succeed("setup", [], open);
    assert.equal(asked(other).length, 2);
  });

  it("are built from Go modules without C where Pulumi cannot install them, and setup says why in one line", async () => {
    const clone = withPlugins();
    const { stdout, stderr } = await clone.succeed("setup", ["--env"], open);
    assert.deepEqual(reasons(stderr), [
      'the official plugins kubernetes and tls cannot be had here: Get "https://get.pulumi.com/kubernetes": dial tcp: no such host',
    ]);
    const [folder = "", ...others] = foldersIn(stdout);
    assert.deepEqual(others, []);
    assert.deepEqual(readdirSync(folder).sort(), ["kubernetes.json", "plugins", ...pluginPrograms]);
    assert.ok(searched(stdout).includes(folder), "Pulumi finds them on PATH");
    assert.match(
      builds(clone).join("\n"),
      /^go build .*main\.kubernetesVersion=4\.1\.0 .*main\.tlsVersion=5\.1\.0 .*CGO_ENABLED=0$/,
    );
    assert.deepEqual(cached(clone), [path.basename(folder)]);
  });

  it("are built without asking Pulumi where the places of the official ones cannot be reached", async () => {
    const clone = withPlugins(installs);
    const { stderr } = await clone.succeed("setup", [], unforced);
    const [reason = "", ...others] = reasons(stderr);
    assert.match(reason, /cannot be had here: https:\/\/get\.pulumi\.com: \S/);
    assert.deepEqual([others, asked(clone), builds(clone).length], [[], [], 1]);
  });

  it("are built where Pulumi puts them elsewhere than is known here", async () => {
    const clone = withPlugins("true");
    const { stderr } = await clone.succeed("setup", [], open);
    assert.match(reasons(stderr).join("\n"), /: they are not where Pulumi installs them$/);
    assert.equal(builds(clone).length, 1);
  });

  it("are built once, and setup says why they are not the official ones", async () => {
    const clone = withPlugins();
    await clone.succeed("setup", [], open);
    const { stderr } = await clone.succeed("setup", [], open);
    assert.match(
      stderr,
      /^ready: .*, the plugins kubernetes and tls built from Go modules, since there are no official ones, /m,
    );
    assert.deepEqual([asked(clone).length, builds(clone).length, reasons(stderr)], [1, 1, []]);
  });

  it("give way to official ones that somebody installs later", async () => {
    const clone = withPlugins();
    await clone.succeed("setup", [], open);
    clone.folder.write(official("home/.pulumi"));
    const code = ". ./scripts/env && . ./scripts/env && echo $PATH";
    const { stdout, stderr } = await clone.start("sh", ["-c", code], open).ended;
    assert.doesNotMatch(stdout, /plugins-/);
    assert.match((await clone.succeed("setup", [], open)).stderr, /, official plugins, /, stderr);
  });

  it("name all ways out where Go is missing too", async () => {
    const clone = withPlugins();
    const { code, stderr } = await clone.script("setup", [], { ...open, PATH: clone.pathWithout("go") });
    assert.equal(code, 1);
    for (const way of [
      /the official plugins kubernetes and tls cannot be had here: Get/,
      /Go 1\.26\.0 or newer is missing/,
      /access to get\.pulumi\.com and github\.com/,
      /a folder that has pulumi-resource-kubernetes and pulumi-resource-tls in BULKHEAD_PLUGINS/,
      /install a new enough Go/,
    ])
      assert.match(stderr, way);
  });

  it("go away with the cache", async () => {
    const clone = withPlugins();
    await clone.succeed("setup", [], open);
    await clone.succeed("setup", ["--clean"]);
    assert.equal(existsSync(clone.cache), false);
  });

  describe("with BULKHEAD_PLUGINS", () => {
    it("official: fails where Pulumi cannot install them, and says why", async () => {
      const clone = withPlugins();
      const { code, stderr } = await clone.script("setup", [], { ...open, BULKHEAD_PLUGINS: "official" });
      assert.equal(code, 1);
      assert.match(
        stderr,
        /error: BULKHEAD_PLUGINS=official, but the official plugins .* cannot be had here: Get .*no such host\nUnset BULKHEAD_PLUGINS/,
      );
      assert.deepEqual(builds(clone), []);
    });

    it("official: does not take the built ones", async () => {
      const clone = withPlugins();
      await clone.succeed("setup", [], open);
      const { code } = await clone.script("setup", [], { ...open, BULKHEAD_PLUGINS: "official" });
      assert.equal(code, 1);
    });

    it("build: does not take the installed ones or ask Pulumi, and does not say that there are none", async () => {
      const clone = withPlugins(installs);
      clone.folder.write(official("home/.pulumi"));
      const { stderr } = await clone.succeed("setup", [], { ...open, BULKHEAD_PLUGINS: "build" });
      assert.match(stderr, /^ready: .*, the plugins kubernetes and tls built from Go modules, (?!since)/m);
      assert.deepEqual([asked(clone), builds(clone).length], [[], 1]);
    });

    it("a folder: takes the plugins from there, and has it on PATH once, until another is chosen", async () => {
      const clone = withPlugins();
      for (const name of ["mine", "other"]) clone.folder.write(fakePrograms(name, pluginPrograms));
      const [mine, other] = ["mine", "other"].map((name) => path.join(clone.folder.path, name));
      const code = `export BULKHEAD_PLUGINS='${mine}'
. ./scripts/env && . ./scripts/env && echo "$PATH" && echo "$BULKHEAD_PLUGINS_FOLDER"
BULKHEAD_PLUGINS='${other}'
. ./scripts/env && echo "$PATH"`;
      const { stdout } = await clone.start("sh", ["-c", code]).ended;
      const [twice = "", folder, then = ""] = stdout.split("\n");
      const found = (line: string) =>
        line.split(path.delimiter).filter((entry) => entry === mine || entry === other);
      assert.deepEqual([found(twice), folder, found(then)], [[mine], mine, [other]]);
      assert.deepEqual([asked(clone), builds(clone), cached(clone)], [[], [], []]);
    });

    it("a folder that lacks one: says which", async () => {
      const clone = withPlugins();
      const folder = path.join(clone.folder.path, "mine");
      clone.folder.write(fakePrograms("mine", ["pulumi-resource-kubernetes"]));
      const { code, stderr } = await clone.script("setup", [], { BULKHEAD_PLUGINS: folder });
      assert.equal(code, 1);
      assert.ok(
        stderr.includes(
          `error: BULKHEAD_PLUGINS names ${folder}, which has no pulumi-resource-tls. Put them there, or unset BULKHEAD_PLUGINS.`,
        ),
        stderr,
      );
    });

    it("a relative path: names what is allowed", async () => {
      const { code, stderr } = await withPlugins().script("setup", [], { BULKHEAD_PLUGINS: "plugins" });
      assert.equal(code, 1);
      assert.match(
        stderr,
        /BULKHEAD_PLUGINS is "plugins"; allowed: official, build, the absolute path of a folder with pulumi-resource-kubernetes, pulumi-resource-tls,/,
      );
    });
  });
});
