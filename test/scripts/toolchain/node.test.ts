import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { Clone, type Outcome } from "../../support/clone.ts";

/** As a Node.js that is too old for TypeScript, and old enough to know no more than the fetching script asks of it. */
const oldNode = `#!/bin/sh
if [ "$1" = --version ]; then echo v20.20.2; exit; fi
exec '${process.execPath}' "$@"
`;
const npmPack = `#!/bin/sh
echo "npm $*" >>"$CALLS"
case $1 in
pack) cp "$PACKED" "$4/package.tgz" ;;
*) exit 1 ;;
esac
`;

/** A clone whose user has an old Node.js, and an npm that serves this program as the new one. */
function withOldNode(program: string): { clone: Clone; packed: string; integrity: string } {
  const clone = Clone.withPulumi();
  clone.folder.write({ "bin/node": oldNode, "bin/npm": npmPack, "served/package/bin/node": program });
  const packed = path.join(clone.folder.path, "served.tgz");
  spawnSync("tar", ["-czf", packed, "-C", path.join(clone.folder.path, "served"), "package"]);
  const integrity = `sha512-${createHash("sha512").update(readFileSync(packed)).digest("base64")}`;
  return { clone, packed, integrity };
}

function fetchNode(clone: Clone, packed: string, integrity: string): Promise<Outcome & { entry: string }> {
  const entry = path.join(clone.cache, "node-24.21.0-here");
  const script = path.join(clone.path, "scripts/toolchain/fetch-node.mjs");
  return clone
    .start("node", [script, clone.cache, entry, "node-here@24.21.0", integrity], { PACKED: packed })
    .ended.then((outcome) => ({ ...outcome, entry }));
}

describe("Node.js", function () {
  this.timeout(30_000);

  it("is taken from npm where the one on PATH is too old, and refused when its checksum is not the pinned one", async () => {
    const { clone, packed } = withOldNode("#!/bin/sh\n");
    const { code, stderr } = await clone.script("setup", [], { PACKED: packed });
    assert.equal(code, 1);
    assert.match(
      stderr,
      /cannot run TypeScript \(22\.18 or newer does\): taking node-\S+@2\d\.\d+\.\d+ from npm/,
    );
    assert.match(
      stderr,
      /is not the file it should be, so it is not used\.\n {2}found: {4}sha512-\S+\n {2}expected: sha512-/,
    );
    assert.equal(clone.calls[0]?.startsWith("npm pack node-"), true);
    assert.deepEqual(readdirSync(clone.cache), []);
  });

  it("is put into the cache whole", async () => {
    const { clone, packed, integrity } = withOldNode("#!/bin/sh\necho v24.21.0\n");
    const { code, stderr, entry } = await fetchNode(clone, packed, integrity);
    assert.equal(code, 0, stderr);
    assert.ok(existsSync(path.join(entry, "bin/node")));
    assert.deepEqual(readdirSync(clone.cache), ["node-24.21.0-here"]);
  });

  it("may be fetched by two at once", async () => {
    const { clone, packed, integrity } = withOldNode("#!/bin/sh\necho v24.21.0\n");
    const both = await Promise.all([
      fetchNode(clone, packed, integrity),
      fetchNode(clone, packed, integrity),
    ]);
    assert.deepEqual(
      both.map(({ code }) => code),
      [0, 0],
    );
    assert.deepEqual(readdirSync(clone.cache), ["node-24.21.0-here"]);
  });

  it("is not kept when it does not run on this machine", async () => {
    const { clone, packed, integrity } = withOldNode("#!/bin/sh\necho 'ld-linux: not found' >&2\nexit 127\n");
    const { code, stderr } = await fetchNode(clone, packed, integrity);
    assert.equal(code, 1);
    assert.match(stderr, /does not run on this machine \(it needs glibc\): ld-linux: not found/);
    assert.deepEqual(readdirSync(clone.cache), []);
  });

  it("shows what npm said when npm cannot fetch it", async () => {
    const { clone, packed, integrity } = withOldNode("#!/bin/sh\n");
    clone.folder.write({ "bin/npm": "#!/bin/sh\necho 'npm error code ENOTFOUND' >&2\nexit 1\n" });
    const { code, stderr } = await fetchNode(clone, packed, integrity);
    assert.equal(code, 1);
    assert.match(
      stderr,
      /npm could not fetch node-here@24\.21\.0:\nnpm error code ENOTFOUND\nGive npm access/,
    );
    assert.deepEqual(readdirSync(clone.cache), []);
  });

  it("22.18 and 23.6 are new enough, what came before is not", () => {
    const accepts = (version: string) =>
      spawnSync("sh", ["-c", `root=. cache=. && . ./scripts/toolchain/node.sh && runs_typescript ${version}`])
        .status === 0;
    const versions = [
      "v20.20.2",
      "v22.17.1",
      "v22.18.0",
      "v23.5.0",
      "v23.6.0",
      "v24.0.0",
      "v100.1.0",
      "nonsense",
      "''",
    ];
    assert.deepEqual(versions.filter(accepts), ["v22.18.0", "v23.6.0", "v24.0.0", "v100.1.0"]);
  });
});
