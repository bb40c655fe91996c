import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { Clone, fakePulumi } from "../../support/clone.ts";
import { serve, sha256 } from "./server.ts";

const version = "3.259.0";
const archive = `pulumi-v${version}-${process.platform}-${process.arch}.tar.gz`;
const checksums = `pulumi-${version}-checksums.txt`;

/** A release as the project publishes it, on a server of this test. */
async function release(clone: Clone, { checksum = "", host = true } = {}): Promise<NodeJS.ProcessEnv> {
  clone.folder.write({
    "release/pulumi/pulumi": fakePulumi(version),
    ...(host ? { "release/pulumi/pulumi-language-nodejs": "#!/bin/sh\n" } : {}),
  });
  const packed = path.join(clone.folder.path, archive);
  spawnSync("tar", ["-czf", packed, "-C", path.join(clone.folder.path, "release"), "pulumi"]);
  const content = readFileSync(packed);
  const sum = checksum === "" ? sha256(content) : checksum;
  const { url } = await serve({
    [`/${archive}`]: content,
    [`/${checksums}`]: `${"0".repeat(64)}  other.tar.gz\n${sum}  ${archive}\n`,
  });
  return { BULKHEAD_PULUMI_RELEASES: url, BULKHEAD_PULUMI_CHECKSUMS: url };
}

const cached = (clone: Clone): string[] =>
  readdirSync(clone.cache).filter((name) => name.startsWith("pulumi-") || name.startsWith(".part-"));

/** A Go that builds the fake CLI. */
const fakeGo = (builds: string) => `#!/bin/sh
echo "go $*" >>"$CALLS"
case $1 in
list) if [ "$2" != -m ]; then echo a; echo b; fi ;;
build)
  ${builds}
  while [ "$1" != -o ]; do shift; done
  mkdir -p "\${2%/*}" "$GOMODCACHE/a"
  chmod 500 "$GOMODCACHE/a"
  cp "$BUILT" "$2"
  ;;
esac
`;

describe("the Pulumi CLI", function () {
  this.timeout(30_000);

  it("is the one on PATH when that is new enough", async () => {
    const clone = Clone.withPulumi("3.259.0");
    const { stdout, stderr } = await clone.succeed("setup", ["--env"]);
    assert.match(stdout, /^export PULUMI_BACKEND_URL=/m);
    assert.doesNotMatch(stdout, /pulumi-3/);
    assert.deepEqual(cached(clone), []);
    assert.equal(stderr.includes("official"), false);
  });

  it("is asked for its version once, and again when the file has changed", async () => {
    const clone = Clone.withPulumi("3.260.0");
    await clone.succeed("setup");
    await clone.succeed("setup");
    assert.equal(clone.calls.filter((call) => call === "pulumi version").length, 1);
    clone.folder.write({ "bin/pulumi": `${fakePulumi("3.261.0")}# longer\n` });
    assert.match((await clone.succeed("setup")).stderr, /pulumi v3\.261\.0 on PATH/);
  });

  it("on PATH is not used when it is too old, and setup says so", async () => {
    const clone = Clone.withPulumi("3.258.9");
    const { stderr } = await clone.succeed("setup", [], await release(clone));
    assert.match(stderr, /bin\/pulumi is v3\.258\.9, older than v3\.259\.0: not used/);
    assert.match(stderr, /pulumi v3\.259\.0, official release/);
  });

  for (const [how, without] of [
    ["curl", []],
    ["wget", ["curl"]],
    ["Node.js", ["curl", "wget"]],
  ] as const)
    it(`is the official release where none is on PATH, fetched with ${how} and checked`, async () => {
      const clone = new Clone();
      const env = await release(clone);
      const { stdout, stderr } = await clone.succeed("setup", ["--env"], {
        ...env,
        ...(without.length > 0 ? { PATH: clone.pathWithout(...without) } : {}),
      });
      assert.match(stderr, new RegExp(`fetching ${archive}: done`));
      const bin = /^export PATH='([^:]+official[^:]+)/m.exec(stdout)?.[1] ?? "";
      assert.deepEqual(readdirSync(bin).sort(), ["pulumi", "pulumi-language-nodejs"]);
      assert.doesNotMatch(stdout, /scripts\/offline\/language/);
    });

  it("is on PATH once, however often scripts/env is sourced, and does not count as the user's own", async () => {
    const clone = new Clone();
    const code =
      '. ./scripts/env && echo "$PATH" && . ./scripts/env && echo "$PATH" && pulumi version && ./scripts/setup';
    const { stdout, stderr } = await clone.start("sh", ["-c", code], await release(clone)).ended;
    const [once = "", twice, answer] = stdout.split("\n");
    assert.equal(twice, once, stderr);
    assert.ok(once.startsWith(`${clone.cache}/pulumi-`), once);
    assert.equal(answer, `v${version}`);
    assert.match(stderr, /ready: .* pulumi v3\.259\.0, official release/);
  });

  it("is taken from the cache without asking any server again", async () => {
    const clone = new Clone();
    await clone.succeed("setup", [], await release(clone));
    assert.match((await clone.succeed("setup")).stderr, /pulumi v3\.259\.0, official release/);
  });

  it("is refused when its checksum is not the published one, and nothing of it stays", async () => {
    const clone = new Clone();
    const wrong = "ab".repeat(32);
    const { code, stderr } = await clone.script("setup", [], await release(clone, { checksum: wrong }));
    assert.equal(code, 1);
    assert.match(stderr, /is not the file that was released, so it is not used/);
    assert.match(stderr, /found: {5}sha256 [0-9a-f]{64}\n {2}published: sha256 (ab){32}/);
    assert.match(stderr, /BULKHEAD_PULUMI=build/);
    assert.deepEqual(cached(clone), []);
  });

  it("comes with this repository's language host where it has none of its own, and setup says so", async () => {
    const clone = new Clone();
    const { stdout, stderr } = await clone.succeed("setup", ["--env"], await release(clone, { host: false }));
    assert.match(stdout, /^export PATH='[^']*\/clone\/scripts\/offline\/language:/m);
    assert.equal(stderr, stderr.replaceAll("error", ""));
    assert.match((await clone.succeed("setup")).stderr, /with this repository's Node\.js language host/);
  });

  it("is built from its Go module where no release can be had, and setup says why; Go's caches go away", async () => {
    const clone = new Clone();
    clone.folder.write({ "bin/go": fakeGo(":"), built: fakePulumi(version) });
    const { stderr } = await clone.succeed("setup", [], { BUILT: path.join(clone.folder.path, "built") });
    assert.match(stderr, /the official release 3\.259\.0 cannot be had here: .*127\.0\.0\.1/);
    assert.match(stderr, /pulumi v3\.259\.0, built from its Go module/);
    assert.ok(clone.calls.some((call) => /^go build .*-trimpath .*Version=v3\.259\.0/.test(call)));
    assert.deepEqual(
      readdirSync(clone.cache).filter((name) => name.startsWith("go-")),
      [],
    );
  });

  it("keeps Go's caches when asked to, and uses those that the user has", async () => {
    const clone = new Clone();
    const modules = path.join(clone.folder.path, "modules");
    clone.folder.write({ "bin/go": fakeGo(":"), built: fakePulumi(version) });
    await clone.succeed("setup", [], {
      BUILT: path.join(clone.folder.path, "built"),
      GOMODCACHE: modules,
    });
    assert.ok(existsSync(path.join(modules, "a")));
  });

  it("shows what Go wrote when it cannot be built, all ways out, and leaves nothing", async () => {
    const clone = new Clone();
    clone.folder.write({ "bin/go": fakeGo("echo 'go: no space left on device' >&2; exit 1") });
    const { code, stderr } = await clone.script("setup");
    assert.equal(code, 1);
    assert.match(stderr, /error: go build failed:\ngo: no space left on device/);
    assert.match(stderr, /put pulumi 3\.259\.0 or newer on PATH/);
    assert.deepEqual(cached(clone), []);
  });

  it("names all ways out where Go is missing too", async () => {
    const clone = new Clone();
    const { code, stderr } = await clone.script("setup", [], { PATH: clone.pathWithout("go") });
    assert.equal(code, 1);
    for (const way of [
      /the official release 3\.259\.0 cannot be had here/,
      /Go 1\.\d+\.\d+ or newer is missing/,
      /put pulumi 3\.259\.0 or newer on PATH/,
      /BULKHEAD_PULUMI_RELEASES/,
      /install a new enough Go/,
    ])
      assert.match(stderr, way);
  });

  it("says so where Go is too old", async () => {
    const clone = new Clone();
    const old = "go: go.mod requires go >= 1.26.0 (running go 1.19.8; GOTOOLCHAIN=local)";
    clone.folder.write({ "bin/go": `#!/bin/sh\necho '${old}' >&2\nexit 1\n` });
    const { code, stderr } = await clone.script("setup");
    assert.equal(code, 1);
    assert.ok(stderr.includes(`Go cannot build the Pulumi CLI v${version}: ${old}`));
    assert.match(stderr, /Ways out:/);
  });

  describe("with BULKHEAD_PULUMI", () => {
    it("path: fails where the one on PATH is too old", async () => {
      const clone = Clone.withPulumi("3.1.0");
      const { code, stderr } = await clone.script("setup", [], { BULKHEAD_PULUMI: "path" });
      assert.equal(code, 1);
      assert.match(
        stderr,
        /BULKHEAD_PULUMI=path, but .*bin\/pulumi is v3\.1\.0\. Put pulumi 3\.259\.0 or newer on PATH/,
      );
    });

    it("official: does not take the one on PATH, and fails where there is no release", async () => {
      const clone = Clone.withPulumi();
      const { code, stderr } = await clone.script("setup", [], { BULKHEAD_PULUMI: "official" });
      assert.equal(code, 1);
      assert.match(stderr, /BULKHEAD_PULUMI=official, but the official release 3\.259\.0 cannot be had here/);
    });

    it("build: does not look for a release", async () => {
      const clone = Clone.withPulumi();
      clone.folder.write({ "bin/go": fakeGo(":"), built: fakePulumi(version) });
      const { stderr } = await clone.succeed("setup", [], {
        BULKHEAD_PULUMI: "build",
        BUILT: path.join(clone.folder.path, "built"),
      });
      assert.doesNotMatch(stderr, /official release 3/);
      assert.match(stderr, /built from its Go module/);
    });

    it("anything else: names what is allowed", async () => {
      const { code, stderr } = await new Clone().script("setup", [], { BULKHEAD_PULUMI: "brew" });
      assert.equal(code, 1);
      assert.match(stderr, /BULKHEAD_PULUMI is "brew"; allowed: path, official, build/);
    });
  });
});
