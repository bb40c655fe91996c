import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { temporaryFolder } from "../support/folder.ts";
import { ways, withLabs } from "../support/lab.ts";
import { Worktree } from "../support/worktree.ts";

const lab = path.resolve(import.meta.dirname, "../../components/lab/linux/lab.ts");

/** Starts a lab in a folder and says how that went, and whether it left anything; `sh` sets the scene before. */
function start(folder: string, sh: string, env: NodeJS.ProcessEnv = {}): string {
  const program = `
    import { existsSync } from "node:fs";
    import { Lab } from ${JSON.stringify(lab)};
    const folder = process.argv[1];
    try {
      await Lab.start(folder, "dev-01234567", "the tests");
      console.log("it runs");
      await Lab.stop(folder);
    } catch (error) {
      console.log(error.name + ": " + error.message);
    }
    console.log(existsSync(folder) ? "something is left" : "nothing is left");`;
  const flags = ["--disable-warning=ExperimentalWarning", "--input-type=module", "--eval"];
  const { stdout, stderr } = spawnSync(
    "unshare",
    [
      "--user",
      "--map-root-user",
      "--mount",
      "sh",
      "-euc",
      `${sh}\nexec "$@"`,
      "sh",
      process.execPath,
      ...flags,
      program,
      folder,
    ],
    { encoding: "utf8", env: { ...process.env, BULKHEAD_LAB_AS_ROOT: "", ...env } },
  );
  return stdout + stderr;
}

describe("a machine on which a lab cannot be made", function () {
  this.timeout(20_000);
  withLabs(ways[0]);
  const folder = () => path.join(temporaryFolder().path, "dev");

  it("would make one otherwise", () => {
    assert.equal(start(folder(), ":"), "it runs\nnothing is left\n");
  });

  it("since it forbids user namespaces, is told how to allow them, and nothing is half made", () => {
    const output = start(
      folder(),
      "echo 0 >/proc/sys/user/max_user_namespaces; echo 0 >/proc/sys/user/max_net_namespaces",
    );
    assert.match(
      output,
      /^LabError: this machine allows no \(more\) user namespaces: raise them with `sysctl user\.max_user_namespaces=10000`, and as root it fails, too\nnothing is left\n$/,
    );
  });

  it("is used as root where it forbids user namespaces alone", () => {
    assert.equal(start(folder(), "echo 0 >/proc/sys/user/max_user_namespaces"), "it runs\nnothing is left\n");
  });

  it("since its disk is full, says so, and nothing is half made", () => {
    const place = temporaryFolder().path;
    const full = `mount -t tmpfs -o size=4k,nr_inodes=3 full ${place}; head -c 4096 /dev/zero >${place}/file`;
    assert.match(
      start(path.join(place, "dev"), full),
      /^LabError: cannot make the lab in \S+: ENOSPC: .*\nnothing is left\n$/,
    );
  });

  it("since programs are missing, names all of them with their packages, and nothing is half made", () => {
    const bin = temporaryFolder().path;
    // Of the usual folders nothing can be seen but what is needed to get that far.
    const scene = `cp $(command -v sh) ${bin}/sh; for f in /usr/sbin /usr/bin; do mount -t tmpfs none $f; done`;
    const output = start(folder(), scene, { PATH: `${bin}:${process.env["PATH"] ?? ""}` });
    assert.match(
      output,
      /^LabError: a lab cannot be made without flock \(of util-linux\), unshare \(of util-linux\), nsenter \(of util-linux\), ip \(of iproute2\), nft \(of nftables\): scripts\/lab doctor shows how/,
    );
    assert.match(output, /\nnothing is left\n$/);
  });
});

describe("scripts/lab doctor", function () {
  this.timeout(20_000);
  withLabs(ways[0]);

  it("says what is missing, with its remedy, and that no lab can run, and ends with 1", () => {
    const script = path.resolve(import.meta.dirname, "../../scripts/lab");
    const few = 'echo 20 >/proc/sys/user/max_net_namespaces; exec "$0" doctor';
    const { status, stdout } = spawnSync("unshare", ["--user", "--map-root-user", "sh", "-c", few, script], {
      encoding: "utf8",
      env: { ...process.env, BULKHEAD_LAB_AS_ROOT: "" },
    });
    assert.match(stdout, /^ok {6}nftables$/m);
    assert.match(
      stdout,
      /^FAILED {2}room for hosts: user\.max_net_namespaces is 20, .*`sysctl user\.max_net_namespaces=10000`$/m,
    );
    assert.match(stdout, /\na lab cannot run here until that is put right\n$/);
    assert.equal(status, 1);
  });
});

describe("a user who is not root", function () {
  this.timeout(120_000);
  withLabs(ways[0]);

  it("brings a lab up, checks it and takes it down", async () => {
    const clone = new Worktree();
    try {
      // An id without any capability; files stay accessible, as their owner's.
      const user = "unshare --user --map-user=1000 --map-group=1000 sh -euc";
      const output = await clone.succeed(
        `${user} 'id -u; scripts/up dev; scripts/lab check dev; . scripts/env; pulumi destroy --yes --skip-preview -s dev'`,
      );
      assert.match(output, /^1000$/m);
      assert.match(output, /dev is up: 7 zones with 14 hosts in 10\.16\.0\.0\/16, without root/);
      assert.match(output, /no surprises/);
      assert.match(output, /- 172 deleted/);
      assert.equal(existsSync(path.join(clone.env["BULKHEAD_STATE"] ?? "", "labs/dev")), false);
    } finally {
      clone.folder.delete();
    }
  });
});
