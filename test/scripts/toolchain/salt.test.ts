import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { existsSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { withoutSalt, withSalt } from "../../../scripts/toolchain/salt.ts";
import { Clone } from "../../support/clone.ts";
import { requires } from "../../support/machine.ts";

const dev = "stacks/Pulumi.dev.yaml";
const saltIn = (text: string) => /^encryptionsalt: (\S+)$/m.exec(text)?.[1];

async function ready(): Promise<{ clone: Clone; salt: string }> {
  const clone = Clone.withPulumi();
  await clone.succeed("setup");
  const salt = saltIn(clone.read(dev)) ?? "";
  assert.match(salt, /^v1:/);
  return { clone, salt };
}
const clean = (clone: Clone): void => {
  assert.equal(clone.git("status", "--porcelain"), "");
  assert.equal(clone.git("diff"), "");
};

describe("a user's own encryption salt", function () {
  this.timeout(30_000);
  before(function () {
    requires(this, "git", "awk");
  });

  it("is put into the stack files, and git status stays clean", async () => {
    const { clone, salt } = await ready();
    assert.equal(saltIn(clone.read("stacks/Pulumi.staging.yaml")), salt);
    clean(clone);
  });

  it("is the same in every clone of the user", async () => {
    const { clone, salt } = await ready();
    const second = new Clone(clone);
    await second.succeed("setup");
    assert.equal(saltIn(second.read(dev)), salt);
    clean(second);
  });

  it("is in no commit, whatever git is told to take", async () => {
    const { clone, salt } = await ready();
    clone.write(dev, clone.read(dev).replace("# here", "# there"));
    assert.match(clone.git("diff"), /^\+ {2}bulkhead:target: lab # there$/m);
    assert.equal(clone.git("diff").includes("encryptionsalt"), false);
    clone.git("commit", "--quiet", "--all", "--message=Move");
    clone.write(dev, `${clone.read(dev)}# more\n`);
    clone.git("add", "--all");
    clone.git("commit", "--quiet", "--message=More");
    clean(clone);
    assert.equal(clone.git("log", "--patch", "--all").includes(salt), false);
    assert.equal(clone.git("show", `HEAD:${dev}`).includes("encryptionsalt"), false);
    assert.equal(saltIn(clone.read(dev)), salt);
  });

  it("comes back with every checkout, stash and merge", async () => {
    const { clone, salt } = await ready();
    const hasSalt = (what: string) => {
      assert.equal(saltIn(clone.read(dev)), salt, what);
    };
    clone.git("switch", "--quiet", "--create=other");
    clone.write(dev, clone.read(dev).replace("# here", "# other"));
    clone.git("commit", "--quiet", "--all", "--message=Other");
    clone.git("switch", "--quiet", "main");
    hasSalt("switch");
    clone.write(dev, clone.read(dev).replace("# The lab.", "# My lab."));
    clone.git("stash");
    hasSalt("stash");
    clean(clone);
    clone.git("stash", "pop");
    hasSalt("stash pop");
    clone.git("commit", "--quiet", "--all", "--message=Mine");
    clone.git("merge", "--quiet", "--no-edit", "other");
    hasSalt("merge");
    clean(clone);
    clone.git("checkout", "--quiet", "HEAD~1", "--", dev);
    hasSalt("checkout of a file");
    assert.equal(clone.git("diff", "--cached").includes("encryptionsalt"), false);
  });

  it("does not stage what the user has changed and not staged", async () => {
    const clone = Clone.withPulumi();
    clone.write(dev, clone.read(dev).replace("# here", "# mine"));
    await clone.succeed("setup");
    assert.equal(clone.git("diff", "--cached"), "");
    assert.equal(clone.git("status", "--porcelain"), ` M ${dev}\n`);
    clone.write(dev, clone.read(dev).replace("# mine", "# here"));
    await clone.succeed("setup");
    clean(clone);
  });

  it("goes into no file that has a salt or a secrets provider of the team's", async () => {
    const clone = Clone.withPulumi();
    const team = `encryptionsalt: v1:team=:v1:x:y==\n${clone.read(dev)}`;
    const kms = `secretsprovider: awskms://alias/bulkhead\nencryptedkey: abc\n`;
    clone.write(dev, team);
    clone.write("stacks/Pulumi.staging.yaml", kms);
    clone.git("commit", "--quiet", "--all", "--message=The team's");
    await clone.succeed("setup");
    assert.deepEqual([clone.read(dev), clone.read("stacks/Pulumi.staging.yaml")], [team, kms]);
    clean(clone);
    clone.write(dev, team.replace("# here", "# there"));
    clone.git("commit", "--quiet", "--all", "--message=Change");
    assert.equal(clone.git("show", `HEAD:${dev}`), team.replace("# here", "# there"));
  });

  it("is taken out of the stack files again when the user has a Pulumi login", async () => {
    const { clone } = await ready();
    const { stdout } = await clone.succeed("setup", ["--env"], { PULUMI_BACKEND_URL: "s3://states" });
    assert.equal(saltIn(clone.read(dev)), undefined);
    assert.doesNotMatch(stdout, /PULUMI_BACKEND_URL|PASSPHRASE/);
    clean(clone);
    clone.folder.remove(`clone/${dev}`);
    clone.git("checkout", "--quiet", "HEAD", "--", dev);
    assert.equal(saltIn(clone.read(dev)), undefined);
    await clone.succeed("setup");
    assert.notEqual(saltIn(clone.read(dev)), undefined);
    clean(clone);
  });

  it("gives way to a new one after the user has removed the old key", async () => {
    const { clone, salt } = await ready();
    clone.folder.remove("home/.local/state/bulkhead");
    await clone.succeed("setup");
    const renewed = saltIn(clone.read(dev));
    assert.notEqual(renewed, salt);
    assert.equal(clone.read(dev).split("encryptionsalt").length, 2);
    clean(clone);
  });

  it("is put into the files also where there is no git repository", async () => {
    const clone = Clone.withPulumi();
    clone.folder.remove("clone/.git");
    await clone.succeed("setup");
    assert.match(saltIn(clone.read(dev)) ?? "", /^v1:/);
    await clone.succeed("setup", [], { PULUMI_BACKEND_URL: "s3://states" });
    assert.equal(saltIn(clone.read(dev)), undefined);
  });

  it("works where the repository is a folder of a larger one, with a space and a quote in its path", async () => {
    const clone = Clone.withPulumi();
    clone.folder.remove("clone/.git");
    spawnSync("mv", [clone.path, path.join(clone.folder.path, "it's mine")]);
    spawnSync("mkdir", [clone.path]);
    spawnSync("mv", [path.join(clone.folder.path, "it's mine"), clone.path]);
    clone.git("init", "--quiet");
    clone.git("add", "--all");
    clone.git("commit", "--quiet", "--message=All");
    const inner = path.join(clone.path, "it's mine");
    const { code, stderr } = await clone.start(path.join(inner, "scripts/setup")).ended;
    assert.equal(code, 0, stderr);
    const salt = saltIn(clone.read(`it's mine/${dev}`));
    assert.notEqual(salt, undefined);
    clean(clone);
    clone.write(`it's mine/${dev}`, `${clone.read(`it's mine/${dev}`)}# more\n`);
    clone.git("commit", "--quiet", "--all", "--message=More");
    clean(clone);
    assert.equal(clone.git("log", "--patch").includes(salt ?? ""), false);
  });

  it("has a key that only the user can read, and that two setups at once make only once", async () => {
    const first = Clone.withPulumi();
    const second = new Clone(first);
    await Promise.all([first.succeed("setup"), second.succeed("setup")]);
    assert.equal(saltIn(first.read(dev)), saltIn(second.read(dev)));
    for (const [name, mode] of [
      ["", 0o700],
      ["/passphrase", 0o600],
      ["/salt", 0o600],
    ] as const)
      assert.equal(statSync(path.join(first.state, `keys${name}`)).mode & 0o777, mode, name);
    assert.match(readFileSync(path.join(first.state, "keys/passphrase"), "utf8"), /^[\w-]{43}\n$/);
  });

  it("is not made with another key when the key is gone: setup says what that means", async () => {
    const { clone } = await ready();
    clone.folder.remove("home/.local/state/bulkhead/keys/passphrase");
    const { code, stderr } = await clone.script("setup");
    assert.equal(code, 1);
    assert.match(
      stderr,
      /keys\/passphrase is gone, and without it the secrets of the stacks in .* cannot be read/,
    );
  });

  it("belongs to the user's own passphrase where PULUMI_CONFIG_PASSPHRASE is set", async () => {
    const clone = Clone.withPulumi();
    const { stdout } = await clone.succeed("setup", ["--env"], { PULUMI_CONFIG_PASSPHRASE: "mine" });
    assert.doesNotMatch(stdout, /PASSPHRASE_FILE/);
    assert.equal(existsSync(path.join(clone.state, "keys/passphrase")), false);
    assert.match(saltIn(clone.read(dev)) ?? "", /^v1:/);
  });

  it("is filtered by the shell script exactly as by setup itself, for any text", function () {
    this.timeout(60_000);
    const salt = "v1:ab+/=:v1:c/d:ef==";
    const line = fc.constantFrom(
      "",
      "config:",
      "  a: b",
      `encryptionsalt: ${salt}`,
      "encryptionsalt: v1:team",
      "secretsprovider: awskms://x",
      `  encryptionsalt: ${salt}`,
      "back\\slash\\n %s",
      "ünïcode",
    );
    const script = (mode: string, text: string) =>
      spawnSync("sh", ["scripts/toolchain/salt", mode, salt], { input: text, encoding: "utf8" }).stdout;
    fc.assert(
      fc.property(fc.array(line, { maxLength: 6 }), fc.boolean(), (lines, ended) => {
        const text = lines.join("\n") + (ended ? "\n" : "");
        assert.equal(script("clean", text), withoutSalt(text, salt));
        assert.equal(script("smudge", withoutSalt(text, salt)), withSalt(withoutSalt(text, salt), salt));
        assert.equal(script("clean", withSalt(withoutSalt(text, salt), salt)), withoutSalt(text, salt));
      }),
      { numRuns: 150, seed: 3 },
    );
  });
});
