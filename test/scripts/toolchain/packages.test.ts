import assert from "node:assert/strict";
import { lstatSync, readlinkSync } from "node:fs";
import path from "node:path";
import { Clone } from "../../support/clone.ts";

const installs = (clone: Clone): number => clone.calls.filter((call) => call.startsWith("npm ci")).length;

describe("the npm packages", function () {
  this.timeout(30_000);

  it("are links into the cache in a folder of the clone's own, so that npm ci in a clone cannot empty the cache", async () => {
    const clone = Clone.withPulumi();
    await clone.succeed("setup");
    const at = (name: string) => path.join(clone.path, "node_modules", name);
    for (const folder of ["", ".bin", "@scope"]) assert.ok(lstatSync(at(folder)).isDirectory(), folder);
    for (const name of ["one", "@scope/two"]) assert.ok(readlinkSync(at(name)).startsWith(clone.cache), name);
    assert.equal(clone.git("status", "--porcelain"), "");
  });

  it("are installed anew when the lock file changes", async () => {
    const clone = Clone.withPulumi();
    await clone.succeed("setup");
    clone.write(
      "package-lock.json",
      '{ "packages": { "": {}, "node_modules/one": { "version": "1.0.1" } } }',
    );
    await clone.succeed("setup");
    assert.equal(installs(clone), 2);
  });

  it("in a node_modules of the developer's own are used when they are what the lock file names", async () => {
    const clone = Clone.withPulumi();
    clone.folder.write({
      "clone/node_modules/.package-lock.json": clone.read("package-lock.json"),
      "clone/node_modules/one/index.js": "mine",
    });
    await clone.succeed("setup");
    assert.equal(installs(clone), 0);
  });

  it("in a node_modules of the developer's own are brought in step with the lock file when they are not", async () => {
    const clone = Clone.withPulumi();
    clone.folder.write({
      "clone/node_modules/.package-lock.json":
        '{ "packages": { "node_modules/one": { "version": "0.9.0" } } }',
      "clone/node_modules/one/index.js": "old",
    });
    const { stderr } = await clone.succeed("setup");
    assert.match(stderr, /node_modules is your own and differs from package-lock\.json/);
    assert.equal(clone.read("node_modules/one/index.js"), "1\n");
    assert.ok(!lstatSync(path.join(clone.path, "node_modules/one")).isSymbolicLink());
  });

  it("show npm's own output when npm fails, and leave nothing", async () => {
    const clone = Clone.withPulumi();
    const { code, stderr } = await clone.script("setup", [], { NPM_FAILS: "code E403" });
    assert.equal(code, 1);
    assert.match(stderr, /error: npm ci failed in .*:\nnpm error code E403/);
    assert.equal(clone.has("node_modules"), false);
  });
});
