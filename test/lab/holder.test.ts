import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Lab } from "../../components/lab/linux/lab.ts";
import { whyNoNamespaces } from "../../components/lab/linux/namespaces.ts";
import { afterwards } from "../support/afterwards.ts";
import { temporaryFolder } from "../support/folder.ts";
import { ways, withLabs } from "../support/lab.ts";
import { until } from "../support/until.ts";

/** Processes that were started with this text among their arguments, found without the lab's help. */
const processesWith = (text: string): string[] =>
  readdirSync("/proc").filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      return readFileSync(`/proc/${name}/cmdline`, "utf8").includes(text);
    } catch {
      return false;
    }
  });

for (const way of ways)
  describe(`a lab ${way.how}`, function () {
    this.timeout(20_000);
    withLabs(way);

    async function started(id = "dev-1"): Promise<Lab> {
      const folder = path.join(temporaryFolder().path, "a lab");
      afterwards(() => Lab.stop(folder));
      return Lab.start(folder, id, "the tests");
    }

    it("outlives who made it, and is found again by its folder", async () => {
      const lab = await started();
      await lab.change("add a host", "ip netns add red");
      const found = await Lab.find(lab.folder);
      assert.equal(found?.id, "dev-1");
      assert.equal(found.asRoot, way.asRoot === "1");
      assert.equal((await found.run("ls /run/netns")).stdout, "red\n");
    });

    it("is not met by another one beside it, also with a host of the same name", async () => {
      const [one, other] = [await started("one"), await started("other")];
      await one.change("add a host", "ip netns add red");
      await other.change("add a host", "ip netns add red && ip -n red link set lo up");
      assert.match((await one.run("ip -n red link show lo")).stdout, /state DOWN/);
      assert.match((await other.run("ip -n red link show lo")).stdout, /state UNKNOWN/);
    });

    it("leaves no process and no file when it is stopped, whatever runs in it", async () => {
      const lab = await started();
      const marker = `marker of ${lab.folder}`;
      await lab.change("start something", `setsid sh -c 'sleep 1000; :' '${marker}' >/dev/null 2>&1 &`);
      await until("it runs", () => processesWith(marker).length > 0);
      await Lab.stop(lab.folder);
      assert.deepEqual(processesWith(lab.folder), []);
      assert.equal(existsSync(lab.folder), false);
      assert.equal(await Lab.find(lab.folder), undefined);
      await Lab.stop(lab.folder);
    });

    it("whose holder was killed is dead, and is made anew in the same place", async () => {
      const lab = await started("before");
      process.kill(Number(readFileSync(path.join(lab.folder, "pid"), "utf8")), "SIGKILL");
      await until("it is known to be dead", async () => (await Lab.find(lab.folder)) === undefined);
      await assert.rejects(
        lab.change("add a host", "ip netns add red"),
        /cannot add a host: the lab has ended/,
      );
      const again = await Lab.start(lab.folder, "after", "the tests");
      assert.equal((await again.run("ls /run/netns")).stdout, "");
    });

    it("keeps nothing of the environment of who made it, which may hold secrets", async () => {
      process.env["PULUMI_CONFIG_PASSPHRASE"] = "a canary";
      try {
        const lab = await started();
        const pid = readFileSync(path.join(lab.folder, "pid"), "utf8").trim();
        const { stdout } = await lab.run("cat /proc/1/environ");
        const all = readFileSync(`/proc/${pid}/environ`, "utf8") + stdout;
        assert.match(all, /PATH=/);
        assert.doesNotMatch(all, /canary|HOME=/);
      } finally {
        delete process.env["PULUMI_CONFIG_PASSPHRASE"];
      }
    });

    it("is known to be dead after the machine has restarted", async () => {
      const lab = await started();
      const file = path.join(lab.folder, "lab.json");
      const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
      writeFileSync(file, readFileSync(file, "utf8").replace(boot, "another"));
      assert.equal(await Lab.find(lab.folder), undefined);
    });

    it("ends by itself when its folder is removed", async () => {
      const lab = await started();
      rmSync(lab.folder, { recursive: true });
      await until("its processes are gone", () => processesWith(lab.folder).length === 0);
    });

    it("says what could not be done and why, and does nothing after that", async () => {
      const lab = await started();
      await assert.rejects(
        lab.change("add a host", "ip netns delete nobody\nip netns add red"),
        /^LabError: cannot add a host: .*nobody/,
      );
      assert.equal((await lab.run("ls /run/netns")).stdout, "");
    });
  });

describe("a machine that forbids user namespaces", () => {
  for (const [stderr, remedy] of [
    ["unshare: unshare failed: No space left on device", /user\.max_user_namespaces/],
    [
      "unshare: write failed /proc/self/uid_map: Operation not permitted",
      /apparmor_restrict_unprivileged_userns/,
    ],
    ["unshare: unshare failed: Operation not permitted", /unprivileged_userns_clone/],
    ["unshare: mount /proc failed: Operation not permitted", /systempaths=unconfined/],
  ] as const)
    it(`is told what to change: ${stderr}`, () => {
      assert.match(whyNoNamespaces({ code: 1, stderr }, false), remedy);
      assert.match(whyNoNamespaces({ code: 1, stderr }, false), /sudo/);
    });
});
