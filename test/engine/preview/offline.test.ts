import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { requires } from "../../support/machine.ts";
import { previewIn } from "../../support/previewed.ts";
import { until } from "../../support/until.ts";
import { Worktree } from "../../support/worktree.ts";

const canary = "canary-7f3a9c";
/** Milliseconds: a machine that runs other tests beside this one may take long to start all programs. */
const patience = 60_000;

describe("a preview that is offline", function () {
  this.timeout(120_000);
  let clone: Worktree;
  before(function () {
    requires(this, "unshare", "ip");
    clone = new Worktree();
  });
  after(() => {
    clone.folder.delete();
  });

  it("works where there is no network at all, and leaves git status clean", async () => {
    await clone.succeed("scripts/setup --packages");
    // A network namespace of its own has only a loopback, over which the engine talks to its plugins.
    const { code, output, of } = await previewIn(
      clone,
      "--offline test dev-tiers",
      "unshare --user --map-root-user --net sh -c 'ip link set lo up; exec \"$@\"' sh",
    );
    assert.equal(code, 0, output);
    assert.equal(of("test").outcome, "previewed");
    assert.equal(of("test").proof?.holds, true);
    assert.equal(of("dev-tiers").proof?.holds, true);
    assert.match(of("test").against.text, /^nothing/);
    assert.equal(clone.git("status", "--porcelain"), "");
  });

  it("gives the change's own program nothing with which one could log in anywhere", async () => {
    const home = path.join(clone.folder.path, "home");
    mkdirSync(path.join(home, ".aws"), { recursive: true });
    writeFileSync(path.join(home, ".aws", "credentials"), `[default]\naws_secret_access_key = ${canary}\n`);
    const seen = path.join(clone.folder.path, "seen.json");
    clone.edit("stacks/program.ts", (text) =>
      text.replace(
        "export async function program(",
        `const { homedir } = await import("node:os");
const { existsSync, writeFileSync } = await import("node:fs");
writeFileSync(${JSON.stringify(seen)}, JSON.stringify({ ...process.env, credentials: existsSync(homedir() + "/.aws") }));
$&`,
      ),
    );
    const names = [
      "AWS_ACCESS_KEY_ID",
      "AWS_SECRET_ACCESS_KEY",
      "AWS_PROFILE",
      "GITHUB_TOKEN",
      "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
      "PULUMI_ACCESS_TOKEN",
      "PULUMI_CONFIG_PASSPHRASE",
      "KUBECONFIG",
      "SSH_AUTH_SOCK",
      "HTTPS_PROXY",
    ];
    const { code, output } = await previewIn(
      clone,
      "--offline test",
      names.map((name) => `${name}=${canary}`).join(" "),
    );
    clone.git("checkout", "--", "stacks");
    assert.equal(code, 0, output);
    const text = readFileSync(seen, "utf8");
    assert.doesNotMatch(text, new RegExp(canary));
    assert.equal((JSON.parse(text) as { credentials: boolean }).credentials, false);
    assert.doesNotMatch(output, new RegExp(canary));
  });

  it("says which secrets of the configuration it went without", async () => {
    clone.edit("stacks/Pulumi.test.yaml", (text) =>
      text.replace("config:\n", "config:\n  app:token:\n    secure: v1:abc:def\n"),
    );
    const { code, output, of } = await previewIn(clone, "--offline test");
    clone.git("checkout", "--", "stacks");
    assert.equal(code, 0, output);
    assert.deepEqual(of("test").notes, ["1 secret value of the configuration was replaced"]);
  });

  for (const signal of ["SIGINT", "SIGTERM"] as const)
    it(`leaves nothing behind when it is stopped with ${signal}, neither processes nor files`, async () => {
      const temporary = path.join(clone.folder.path, `tmp-${signal}`);
      mkdirSync(temporary);
      let pid = 0;
      const ended = clone.sh(`TMPDIR='${temporary}' exec scripts/preview --offline test dev`, (started) => {
        pid = started;
      });
      const running = () =>
        processes().filter(({ environ }) => environ.includes(`TMPDIR=${temporary}`)).length;
      await until("the programs run", () => existsSync(temporary) && running() > 6, patience);
      process.kill(pid, signal);
      const { code, output } = await ended;
      assert.equal(code, signal === "SIGINT" ? 130 : 143, output);
      await until("all have ended", () => running() === 0, patience);
      assert.deepEqual(readdirSync(temporary), []);
    });

  it("says what is wrong with a folder of states that is not there", async () => {
    const { code, output } = await clone.sh("scripts/preview --offline --state nowhere test");
    assert.equal(code, 2);
    assert.match(output, /nowhere/);
  });

  it("says before it begins that there is no folder for what it is to write", async () => {
    const { code, output } = await clone.sh("scripts/preview --offline test --html no/such/preview.html");
    assert.equal(code, 2);
    assert.match(output, /there is no folder for no\/such\/preview\.html/);
    assert.doesNotMatch(output, /previewing/);
  });
});

/** All processes whose environment may be read. */
const processes = (): { readonly environ: string }[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [{ environ: readFileSync(`/proc/${pid}/environ`, "latin1") }];
      } catch {
        return [];
      }
    });
