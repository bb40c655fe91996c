import assert from "node:assert/strict";
import { cpSync, mkdirSync, symlinkSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { Clone, fakePrograms, pluginPrograms } from "../support/clone.ts";

const repository = fileURLToPath(new URL("../..", import.meta.url));
const passing = 'it("passes", () => {});\n';
const failing = 'it("fails", () => { throw new Error("as it should"); });\n';
const missing = `import { requires } from "../support/machine.ts";
it("needs a program", function () { requires(this, "no-such-program"); });
describe("a suite", () => {
  before(function () { requires(this, "no-such-program"); });
  it("one", () => {});
  it("two", () => {});
});
`;

/** A clone with tests of its own, the real mocha, and checks that fail when told to. */
function withTests(tests: Readonly<Record<string, string>>): Clone {
  const clone = Clone.withPulumi();
  const check = (name: string) =>
    `if (process.env.FAIL === "${name}") { console.log("${name} complains"); process.exit(2); }\n`;
  clone.folder.write({
    "clone/node_modules/.package-lock.json": clone.read("package-lock.json"),
    "clone/node_modules/one/index.js": "",
    "clone/.mocharc.json": '{ "spec": ["test/**/*.test.ts"], "failZero": true }',
    ...Object.fromEntries(
      ["prettier", "eslint", "tsc"].map((name) => [`clone/node_modules/.bin/${name}`, check(name)]),
    ),
    ...Object.fromEntries(Object.entries(tests).map(([name, text]) => [`clone/test/${name}`, text])),
  });
  symlinkSync(path.join(repository, "node_modules/mocha"), path.join(clone.path, "node_modules/mocha"));
  symlinkSync("../mocha/bin/mocha.js", path.join(clone.path, "node_modules/.bin/mocha"));
  mkdirSync(path.join(clone.path, "test/support"), { recursive: true });
  cpSync(path.join(repository, "test/support/machine.ts"), path.join(clone.path, "test/support/machine.ts"));
  return clone;
}

const endOf = (text: string, lines = 1) => text.trimEnd().split("\n").slice(-lines);

describe("scripts/test", function () {
  this.timeout(30_000);

  it("runs format, lint, types and tests, and ends with how many passed and failed", async () => {
    const { code, stdout, stderr } = await withTests({ "pure/a.test.ts": passing }).script("test");
    assert.equal(code, 0, stderr);
    assert.deepEqual(endOf(stdout), ["4 passed, 0 failed"]);
    for (const step of ["format: passed", "lint: passed", "types: passed", "tests: mocha"])
      assert.ok(stderr.includes(step), step);
  });

  it("counts a failed check as a failure, shows what it said, and still runs the tests", async () => {
    const clone = withTests({ "pure/a.test.ts": passing });
    const { code, stdout } = await clone.script("test", [], { FAIL: "eslint" });
    assert.equal(code, 1);
    assert.match(stdout, /eslint complains/);
    assert.deepEqual(endOf(stdout, 2), ["failed: lint", "3 passed, 1 failed"]);
  });

  it("counts failed tests", async () => {
    const { code, stdout } = await withTests({ "pure/a.test.ts": passing + failing }).script("test");
    assert.equal(code, 1);
    assert.deepEqual(endOf(stdout), ["4 passed, 1 failed"]);
  });

  it("says how many tests were not run, and why; in CI that fails the whole", async () => {
    const clone = withTests({ "pure/a.test.ts": passing, "pure/b.test.ts": missing });
    const here = await clone.script("test");
    assert.equal(here.code, 0, here.stderr);
    const [notRun = "", last] = endOf(here.stdout, 2);
    assert.match(notRun, /^3 not run \(missing: no-such-program; /);
    assert.equal(last, "4 passed, 0 failed");
    const ci = await clone.script("test", [], { CI: "true" });
    assert.equal(ci.code, 1);
    assert.deepEqual(endOf(ci.stdout), ["4 passed, 0 failed"]);
  });

  it("fails when mocha ends before the tests do", async () => {
    const { code, stdout } = await withTests({
      "pure/a.test.ts": 'it("ends everything", () => process.exit(0));\n',
    }).script("test");
    assert.equal(code, 1);
    assert.deepEqual(endOf(stdout), ["3 passed, 1 failed"]);
  });

  it("fails, and does not wait for ever, when a test leaves something running", async () => {
    const clone = withTests({ "pure/a.test.ts": 'it("passes", () => { setInterval(() => {}, 1000); });\n' });
    const { code, stdout, stderr } = await clone.script("test");
    assert.equal(code, 1);
    assert.match(stderr, /mocha did not end after the last test/);
    assert.deepEqual(endOf(stdout), ["4 passed, 1 failed"]);
  });

  it("fails when a test file cannot be loaded", async () => {
    const { code, stdout } = await withTests({ "pure/a.test.ts": "import './nowhere.ts';\n" }).script("test");
    assert.equal(code, 1);
    assert.deepEqual(endOf(stdout), ["3 passed, 1 failed"]);
  });

  for (const [only, count] of [
    ["pure", 2],
    ["components", 1],
    ["engine", 1],
    ["lab", 1],
    ["test/lab/*.test.ts", 1],
  ] as const)
    it(`runs with --only ${only} these tests alone`, async () => {
      const clone = withTests({
        "components/a.test.ts": passing,
        "engine/a.test.ts": passing,
        "lab/a.test.ts": passing,
        "stacks/a.test.ts": passing,
      });
      const { code, stdout, stderr } = await clone.script("test", ["--only", only], { FAIL: "eslint" });
      assert.equal(code, 0, stderr);
      assert.deepEqual(endOf(stdout), [`${String(count)} passed, 0 failed`]);
    });

  it("passes other options to mocha", async () => {
    const { stdout } = await withTests({ "pure/a.test.ts": passing + failing }).script("test", [
      "--only=pure",
      "--grep",
      "passes",
    ]);
    assert.deepEqual(endOf(stdout), ["1 passed, 0 failed"]);
  });

  describe("with --official", () => {
    const shows = `it("has plugins", () => console.log("PLUGINS " + ["BULKHEAD_PLUGINS", "BULKHEAD_PLUGINS_FOLDER"]
  .map((name) => process.env[name])));
`;

    for (const [how, option] of [
      ["as an argument of its own", (folder: string) => ["--official", folder]],
      ["joined with the option", (folder: string) => [`--official=${folder}`]],
    ] as const)
      it(`uses the plugins of the folder, also in setups that tests run, given ${how}`, async () => {
        const clone = withTests({ "engine/a.test.ts": shows });
        const folder = path.join(clone.folder.path, "theirs");
        clone.folder.write(fakePrograms("theirs", pluginPrograms));
        const relative = path.relative(clone.path, folder);
        const { stdout, stderr } = await clone.succeed("test", ["--only", "engine", ...option(relative)]);
        assert.ok(stdout.includes(`PLUGINS ${folder},${folder}\n`), stdout);
        assert.ok(stderr.includes(`the plugins of ${folder}`), stderr);
      });

    it("refuses a folder without them, and says which are missing", async () => {
      const clone = withTests({ "engine/a.test.ts": passing });
      const folder = path.join(clone.folder.path, "theirs");
      clone.folder.write(fakePrograms("theirs", ["pulumi-resource-tls"]));
      const { code, stdout, stderr } = await clone.script("test", ["--official", folder]);
      assert.deepEqual([code, stdout], [1, ""]);
      assert.ok(
        stderr.includes(`names ${folder}, which has no pulumi-resource-kubernetes. Put them there`),
        stderr,
      );
    });

    it("needs a folder", async () => {
      const { code, stderr } = await withTests({}).script("test", ["--official"]);
      assert.equal(code, 1);
      assert.match(stderr, /error: --official needs a folder\./);
    });
  });

  it("hands the plugins that Pulumi has installed on to tests, whose home is another", async () => {
    const clone = withTests({
      "engine/a.test.ts": `import { accessSync, constants } from "node:fs";
it("has them in one folder", () => {
  for (const name of ["kubernetes", "tls"])
    accessSync(process.env.BULKHEAD_PLUGINS + "/pulumi-resource-" + name, constants.X_OK);
});
`,
    });
    clone.write(
      "package.json",
      '{ "type": "module", "dependencies": { "@pulumi/kubernetes": "4.1.0", "@pulumi/tls": "5.1.0" } }',
    );
    clone.folder.write({
      ...fakePrograms("home/.pulumi/plugins/resource-kubernetes-v4.1.0", ["pulumi-resource-kubernetes"]),
      ...fakePrograms("home/.pulumi/plugins/resource-tls-v5.1.0", ["pulumi-resource-tls"]),
    });
    const { stdout } = await clone.succeed("test", ["--only", "engine"], { BULKHEAD_PLUGINS: "" });
    assert.deepEqual(endOf(stdout), ["1 passed, 0 failed"]);
  });

  it("keeps the user's state, login and key from the tests, and leaves the stack files alone", async () => {
    const clone = withTests({
      "pure/a.test.ts": `import assert from "node:assert/strict";
it("sees nothing of the user's", () => {
  const { PULUMI_BACKEND_URL, PULUMI_HOME, PULUMI_ACCESS_TOKEN, PULUMI_CONFIG_PASSPHRASE_FILE, HOME } = process.env;
  assert.match(PULUMI_BACKEND_URL, /^file:.*bulkhead-test-/);
  assert.ok(!PULUMI_BACKEND_URL.startsWith("file://" + HOME) && !PULUMI_HOME.startsWith(HOME));
  assert.deepEqual([PULUMI_ACCESS_TOKEN, PULUMI_CONFIG_PASSPHRASE_FILE], [undefined, undefined]);
});
`,
    });
    const { code, stdout } = await clone.script("test", ["--only", "pure"], {
      PULUMI_ACCESS_TOKEN: "secret",
      PULUMI_CONFIG_PASSPHRASE_FILE: "/key",
      PULUMI_BACKEND_URL: "s3://states",
    });
    assert.equal(code, 0, stdout);
    assert.equal(clone.git("status", "--porcelain", "stacks"), "");
  });
});
