import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Clone } from "../../support/clone.ts";
import { until } from "../../support/until.ts";

const entries = (clone: Clone): string[] =>
  existsSync(clone.cache)
    ? readdirSync(clone.cache).filter((name) => /^(packages|pulumi|node)-/.test(name))
    : [];
const unfinished = (clone: Clone): string[] =>
  existsSync(clone.cache) ? readdirSync(clone.cache).filter((name) => name.startsWith(".part-")) : [];
const lockOf = (clone: Clone): string =>
  readdirSync(clone.cache).find((name) => name.startsWith(".lock-packages-")) ?? "";

describe("the cache", function () {
  this.timeout(30_000);

  it("holds nothing of an entry that was being made when the setup was killed, and the next run makes it", async () => {
    const clone = Clone.withPulumi();
    const go = path.join(clone.folder.path, "go");
    const killed = clone.start(path.join(clone.path, "scripts/setup"), [], { NPM_WAITS: go });
    await until("npm runs", () => clone.calls.includes("npm ci --ignore-scripts --no-audit --no-fund"));
    killed.child.kill("SIGKILL");
    await killed.ended;
    writeFileSync(go, "");
    assert.deepEqual(entries(clone), []);
    assert.equal(unfinished(clone).length, 1);
    const { stderr } = await clone.succeed("setup");
    assert.match(
      stderr,
      new RegExp(`taking over the npm packages from a setup that was killed \\(pid ${killed.pid}\\)`),
    );
    assert.equal(entries(clone).length, 1);
    assert.deepEqual(unfinished(clone), []);
    assert.equal(clone.read("node_modules/one/index.js"), "1\n");
  });

  it("leaves nothing behind when a setup is stopped with a signal, and its programs end with it", async () => {
    const clone = Clone.withPulumi();
    const stopped = clone.start(path.join(clone.path, "scripts/setup"), [], { NPM_WAITS: "/nowhere" });
    await until("npm runs", () => clone.calls.some((call) => call.startsWith("npm ci")));
    stopped.child.kill("SIGTERM");
    assert.equal((await stopped.ended).code, 143);
    assert.deepEqual([entries(clone), unfinished(clone), lockOf(clone)], [[], [], ""]);
  });

  it("lets two setups at once do the work once: the second says that it waits for the first", async () => {
    const first = Clone.withPulumi();
    const second = new Clone(first);
    const go = path.join(first.folder.path, "go");
    const one = first.start(path.join(first.path, "scripts/setup"), [], { NPM_WAITS: go });
    await until("the first has its lock", () => existsSync(first.cache) && lockOf(first) !== "");
    const two = second.start(path.join(second.path, "scripts/setup"));
    await until("the second waits", () => two.stderr.includes(`waiting for another setup (pid ${one.pid})`));
    writeFileSync(go, "");
    assert.equal((await one.ended).code, 0);
    assert.equal((await two.ended).code, 0);
    assert.equal(first.calls.filter((call) => call.startsWith("npm ci")).length, 1);
    assert.equal(second.read("node_modules/one/index.js"), "1\n");
  });

  it("is right even where the locks do not help: of two that make an entry, one is kept and both go on", async () => {
    const first = Clone.withPulumi();
    const second = new Clone(first);
    const go = path.join(first.folder.path, "go");
    const one = first.start(path.join(first.path, "scripts/setup"), [], { NPM_WAITS: go });
    await until("the first has its lock", () => existsSync(first.cache) && lockOf(first) !== "");
    // As if it came from another machine, whose processes cannot be seen from here.
    const lock = path.join(first.cache, lockOf(first));
    writeFileSync(lock, readFileSync(lock, "utf8").replace(/"machine":"\w+"/, '"machine":"elsewhere"'));
    const two = second.start(path.join(second.path, "scripts/setup"), [], { NPM_WAITS: go });
    await until("both run npm", () => first.calls.filter((call) => call.startsWith("npm ci")).length === 2);
    writeFileSync(go, "");
    assert.deepEqual([(await one.ended).code, (await two.ended).code], [0, 0]);
    assert.equal(entries(first).length, 1);
    assert.deepEqual(unfinished(first), []);
  });

  it("lets several setups of one clone run at once: its links and its stack files are whole after that", async () => {
    const clone = Clone.withPulumi();
    const before = clone.read("stacks/Pulumi.dev.yaml");
    await Promise.all(Array.from({ length: 5 }, () => clone.succeed("setup")));
    assert.equal(clone.read("node_modules/one/index.js"), "1\n");
    assert.ok(clone.read("stacks/Pulumi.dev.yaml").startsWith(before));
    assert.equal(clone.git("status", "--porcelain"), "");
  });

  it("serves a second clone at once, without running npm again", async () => {
    const first = Clone.withPulumi();
    await first.succeed("setup");
    const second = new Clone(first);
    await second.succeed("setup");
    assert.equal(first.calls.filter((call) => call.startsWith("npm ci")).length, 1);
    assert.equal(second.read("node_modules/one/index.js"), "1\n");
  });

  it("makes an entry again when something has emptied it", async () => {
    const clone = Clone.withPulumi();
    await clone.succeed("setup");
    const [entry = ""] = entries(clone);
    clone.folder.remove(path.join("home/.cache/bulkhead", entry, "node_modules/.package-lock.json"));
    await clone.succeed("setup");
    assert.ok(existsSync(path.join(clone.cache, entry, "node_modules/.package-lock.json")));
  });
});

describe("scripts/setup --clean", function () {
  this.timeout(30_000);

  it("removes the cache and this clone's links, says how much that freed, and leaves state and keys", async () => {
    const clone = Clone.withPulumi();
    await clone.succeed("setup");
    // One of each kind of entry.
    for (const kind of ["node", "pulumi", "kubernetes", "plugins", "go"])
      clone.folder.write({ [`home/.cache/bulkhead/${kind}-1-linux-x64/program`]: "" });
    const key = readFileSync(path.join(clone.state, "keys/passphrase"), "utf8");
    const { stderr } = await clone.succeed("setup", ["--clean"]);
    assert.match(stderr, /\.cache\/bulkhead: \d+ [kM]B freed/);
    assert.equal(existsSync(clone.cache), false);
    assert.equal(clone.has("node_modules"), false);
    assert.equal(readFileSync(path.join(clone.state, "keys/passphrase"), "utf8"), key);
  });

  it("refuses while another setup is at work, and names its pid", async () => {
    const clone = Clone.withPulumi();
    const go = path.join(clone.folder.path, "go");
    const working = clone.start(path.join(clone.path, "scripts/setup"), [], { NPM_WAITS: go });
    await until("npm runs", () => clone.calls.some((call) => call.startsWith("npm ci")));
    const { code, stderr } = await clone.script("setup", ["--clean"]);
    writeFileSync(go, "");
    assert.equal(code, 1);
    assert.match(stderr, new RegExp(`error: another setup is at work in .* \\(pid ${working.pid}\\)`));
    assert.equal((await working.ended).code, 0);
  });

  it("leaves what is not the toolchain's, should BULKHEAD_CACHE name a folder with other things", async () => {
    const clone = Clone.withPulumi();
    clone.folder.write({ "home/.cache/bulkhead/letters/to-mother": "Dear" });
    await clone.succeed("setup");
    const { stderr } = await clone.succeed("setup", ["--clean"]);
    assert.deepEqual(readdirSync(clone.cache), ["letters"]);
    assert.match(stderr, /not removed, since they are not the toolchain's: letters/);
  });

  it("leaves a node_modules of the developer's own", async () => {
    const clone = Clone.withPulumi();
    clone.folder.write({
      "clone/node_modules/.package-lock.json": clone.read("package-lock.json"),
      "clone/node_modules/one/index.js": "mine",
    });
    const { stderr } = await clone.succeed("setup");
    assert.match(stderr, /your own node_modules/);
    await clone.succeed("setup", ["--clean"]);
    assert.equal(clone.read("node_modules/one/index.js"), "mine");
  });
});
