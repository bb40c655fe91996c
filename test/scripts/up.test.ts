import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { hostname } from "node:os";
import path from "node:path";
import { Clone } from "../support/clone.ts";
import { isAlive, until } from "../support/until.ts";

const locks = "home/.local/state/bulkhead/stacks/.pulumi/locks/organization/bulkhead/dev";
const lock = (pid: number, host = hostname(), age = 0) => {
  const timestamp = new Date(Date.now() - age).toISOString();
  return JSON.stringify({ pid, username: "me", hostname: host, timestamp });
};
/** The pid of a process that has ended. */
const deadPid = () => spawnSync("true").pid;

describe("scripts/up", function () {
  this.timeout(30_000);

  it("sets up what it needs, creates the stack, runs straight through in the lab and ends with a summary", async () => {
    const clone = Clone.withPulumi();
    const { stdout } = await clone.succeed("up", ["dev"]);
    assert.equal(
      stdout,
      "bringing up: up --stack dev --suppress-outputs --yes --skip-preview\n\nthe summary of dev\n",
    );
    assert.ok(existsSync(path.join(clone.state, "stacks/.pulumi/stacks/bulkhead/dev.json")));
    assert.equal(clone.git("status", "--porcelain"), "");
  });

  it("creates the stack only once", async () => {
    const clone = Clone.withPulumi();
    await clone.succeed("up", ["dev"]);
    await clone.succeed("up", ["dev"]);
    assert.equal(clone.calls.filter((call) => call.startsWith("pulumi stack init dev")).length, 1);
  });

  it("passes options on, and previews when the user asks for that", async () => {
    const clone = Clone.withPulumi();
    const { stdout } = await clone.succeed("up", ["dev", "--preview-only", "--message", "it's a test"]);
    assert.equal(
      stdout,
      "bringing up: up --stack dev --suppress-outputs --preview-only --message it's a test\n",
    );
  });

  it("ends with pulumi's exit code, and without a summary where it failed", async () => {
    const clone = Clone.withPulumi();
    const { code, stdout } = await clone.script("up", ["dev"], { UP_EXITS: "32" });
    assert.equal(code, 32);
    assert.doesNotMatch(stdout, /summary/);
  });

  it("hands signals on to pulumi, and waits for what it does about them", async () => {
    const clone = Clone.withPulumi();
    const ready = path.join(clone.folder.path, "ready");
    clone.folder.write({
      "bin/pulumi": `#!/bin/sh
case $1 in
version) echo v3.300.1 ;;
stack) echo "encryptionsalt: v1:x" >>"Pulumi.$3.yaml" ;;
up)
  trap 'echo finishing; exit 7' INT TERM
  echo $$ >'${ready}.part' && mv '${ready}.part' '${ready}'
  while :; do sleep 0.05; done ;;
esac
`,
    });
    const up = clone.start(path.join(clone.path, "scripts/up"), ["dev"]);
    await until("pulumi runs", () => existsSync(ready), 20_000);
    up.child.kill("SIGTERM");
    assert.deepEqual([(await up.ended).code, up.stdout], [7, "finishing\n"]);
  });

  it("tells which environments there are, with the nearest to what was typed", async () => {
    const clone = Clone.withPulumi();
    const { code, stderr } = await clone.script("up", ["dve"]);
    assert.equal(code, 1);
    assert.equal(
      stderr,
      'error: there is no environment "dve": no stacks/Pulumi.dve.yaml. Did you mean dev?\nThere are: dev, staging\n',
    );
    assert.deepEqual(clone.calls, []);
  });

  it("without arguments shows how it is used and the environments", async () => {
    const clone = Clone.withPulumi();
    const { code, stderr } = await clone.script("up");
    assert.equal(code, 1);
    assert.match(stderr, /usage: scripts\/up <environment> .*[^]*Environments: dev, staging\n/);
    assert.match((await clone.succeed("up", ["--help"])).stdout, /^usage: scripts\/up <environment>/);
  });

  it("asks before it changes a real environment, and says so where there is no terminal to ask on", async () => {
    const clone = Clone.withPulumi();
    const { code, stderr } = await clone.script("up", ["staging"]);
    assert.equal(code, 1);
    assert.match(stderr, /bringing staging up changes a real environment.*Pass --yes/);
    const { stdout } = await clone.succeed("up", ["staging", "--yes"]);
    assert.equal(stdout, "bringing up: up --stack staging --yes\n");
  });

  it("takes the environment's name for the stack, and no other", async () => {
    const { stderr } = await Clone.withPulumi().script("up", ["dev", "--stack=other"]);
    assert.match(stderr, /the stack is the environment, dev: leave --stack out/);
  });

  it("releases the lock of a run that was killed, and says so", async () => {
    const clone = Clone.withPulumi();
    const pid = deadPid();
    clone.folder.write({ [`${locks}/a.json`]: lock(pid) });
    const { stderr, stdout } = await clone.succeed("up", ["dev"]);
    assert.match(stderr, new RegExp(`released the lock on dev of a run that was killed \\(pid ${pid}\\)`));
    assert.match(stdout, /bringing up/);
  });

  it("releases the lock of a run that was killed and that its parent has not asked about", async () => {
    const clone = Clone.withPulumi();
    // The shell becomes a program that never asks what became of the shell's child.
    const parent = clone.start("sh", ["-c", "sleep 0 & echo $!; exec sleep 60"]);
    await until(
      "the child has ended",
      async () => parent.stdout !== "" && !(await isAlive(Number(parent.stdout))),
    );
    clone.folder.write({ [`${locks}/a.json`]: lock(Number(parent.stdout)) });
    assert.match((await clone.succeed("up", ["dev"])).stderr, /released the lock on dev/);
  });

  it("releases the lock of a run whose pid another process has now", async () => {
    const clone = Clone.withPulumi();
    clone.folder.write({ [`${locks}/a.json`]: lock(process.pid, hostname(), 24 * 3_600_000) });
    assert.match((await clone.succeed("up", ["dev"])).stderr, /released the lock on dev/);
  });

  for (const [whose, content] of [
    ["that still runs", () => lock(process.pid)],
    ["on another machine", () => lock(deadPid(), "elsewhere")],
  ] as const)
    it(`leaves the lock of a run ${whose} to pulumi's own message`, async () => {
      const clone = Clone.withPulumi();
      clone.folder.write({ [`${locks}/a.json`]: content() });
      await clone.succeed("up", ["dev"]);
      assert.equal(
        clone.calls.some((call) => call.startsWith("pulumi cancel")),
        false,
      );
    });

  it("clears what an interrupted run left pending in the lab, so that it can be run again", async () => {
    const clone = Clone.withPulumi();
    await clone.succeed("up", ["dev"]);
    clone.folder.write({
      "home/.local/state/bulkhead/stacks/.pulumi/stacks/bulkhead/dev.json": '{"pending_operations":[{}]}',
    });
    await clone.succeed("up", ["dev"]);
    assert.ok(
      clone.calls.includes(
        "pulumi refresh --yes --skip-preview --clear-pending-creates --stack dev --non-interactive",
      ),
    );
  });
});
