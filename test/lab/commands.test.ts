import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import type { Gateway } from "../../components/lab/linux/gateway.ts";
import { Lab } from "../../components/lab/linux/lab.ts";
import { afterwards } from "../support/afterwards.ts";
import { temporaryFolder } from "../support/folder.ts";
import { byHand, labOf, planOf, ways, withLabs } from "../support/lab.ts";
import { requires } from "../support/machine.ts";
import { until } from "../support/until.ts";

const script = path.resolve(import.meta.dirname, "../../scripts/lab");

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(state: string, args: readonly string[], input = "", env: NodeJS.ProcessEnv = {}) {
  const child = spawn(script, args, { env: { ...process.env, BULKHEAD_STATE: state, ...env } });
  afterwards(() => {
    child.kill("SIGKILL");
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (text: Buffer) => (stdout += text.toString()));
  child.stderr.on("data", (text: Buffer) => (stderr += text.toString()));
  child.stdin.end(input);
  const ended = new Promise<Ended>((resolve) => {
    child.once("close", (code) => {
      resolve({ code, stdout, stderr });
    });
  });
  return { child, ended, stdout: () => stdout };
}

/** `scripts/lab` as a person runs it. */
const run = (state: string, ...args: readonly string[]): Promise<Ended> => start(state, args).ended;

interface CheckJson {
  readonly probes: { readonly sent: number };
  readonly surprises: readonly Surprise[];
}
interface Surprise {
  readonly kind: string;
  readonly from: { readonly host: string; readonly zone?: string };
  readonly to: { readonly host: string; readonly zone?: string };
  readonly traffic: string;
  readonly rule?: string;
}

for (const way of ways)
  describe(`scripts/lab, with a lab ${way.how}`, function () {
    this.timeout(60_000);
    withLabs(way);
    let state: string;
    let gateway: Gateway;
    beforeEach(async () => {
      state = temporaryFolder().path;
      gateway = await labOf(await planOf("dev"), state);
    });

    describe("check", () => {
      before(function () {
        requires(this, "go");
      });
      const check = async (): Promise<Ended & { found: CheckJson }> => {
        const ended = await run(state, "check", "dev", "--only", "packets", "--json", "--seed", "7");
        return { ...ended, found: JSON.parse(ended.stdout) as CheckJson };
      };

      it("of a lab as planned sends at least 10,000 packets, finds no surprise and ends with 0", async () => {
        const { code, found } = await check();
        assert.deepEqual(found.surprises.slice(0, 5), []);
        assert.ok(found.probes.sent >= 10_000, String(found.probes.sent));
        assert.equal(code, 0);
        const { stdout } = await run(state, "check", "dev", "--only", "packets", "--seed", "8");
        assert.match(
          stdout,
          /no surprises: everything that a flow names passes, with its answers, and nothing else/,
        );
      });

      it("of a lab whose zones are shared, and one closed inside, finds no surprise either", async () => {
        await labOf(await planOf("dev-tiers"), state);
        const { code, stdout } = await run(state, "check", "dev-tiers", "--only", "packets");
        assert.equal(code, 0, stdout);
      });

      it("finds a hole that was opened by hand, with source, destination and traffic", async () => {
        await byHand(
          gateway,
          "nft insert rule inet bulkhead forward ct original ip saddr 10.16.8.128 ct original ip daddr 10.16.20.128 accept",
        );
        const { code, found } = await check();
        assert.equal(code, 1);
        assert.ok(found.surprises.length > 0);
        // Where a connection has no ports, what the other sends passes as its answer.
        for (const { kind, from, to, rule } of found.surprises)
          assert.deepEqual(
            [kind, ...[from.host, to.host].sort(), rule],
            ["open", "staging-claims-1", "test-claims-1", undefined],
          );
        const tcp = found.surprises.filter(({ traffic }) => traffic.startsWith("tcp"));
        assert.deepEqual([...new Set(tcp.map(({ from }) => from.host))], ["test-claims-1"]);
        const { stdout } = await run(state, "check", "dev", "--only", "packets");
        assert.match(
          stdout,
          /test-claims-1 \(test-claims\) -> staging-claims-1 \(staging-claims\): .*; no flow allows it/,
        );
      });

      it("finds a rule that was removed by hand, and names it", async () => {
        const chain =
          (await gateway.read()).firewalls.find(({ zone }) => zone === "management")?.chains.in ?? "";
        const rules = await byHand(gateway, `nft -a list chain inet bulkhead ${chain}`);
        const handle = /6443.*people reach.* handle (\d+)/.exec(rules)?.[1] ?? "";
        await byHand(gateway, `nft delete rule inet bulkhead ${chain} handle ${handle}`);
        const { code, found } = await check();
        assert.equal(code, 1);
        for (const { kind, from, to, traffic, rule } of found.surprises)
          assert.deepEqual(
            [kind, from.host, to.host, traffic, rule],
            ["closed", "outside", "manager-1", "tcp/6443", "front door -> manager: tcp/6443"],
          );
        assert.ok(found.surprises.length > 0);
      });

      it("finds that two zones' rules were swapped", async () => {
        const { firewalls } = await gateway.read();
        const chains = (zone: string) =>
          firewalls.find((firewall) => firewall.zone === zone)?.chains.in ?? "";
        const [billing, claims] = ["10.16.4.0/22", "10.16.8.0/22"];
        await byHand(
          gateway,
          [
            "nft -f - <<'E'",
            `delete element inet bulkhead ingress { ${billing}, ${claims} }`,
            `add element inet bulkhead ingress { ${billing} : goto ${chains("test-claims")}, ${claims} : goto ${chains("test-billing")} }`,
            "E",
          ].join("\n"),
        );
        const { code, found } = await check();
        assert.equal(code, 1);
        const zones = new Set(found.surprises.map(({ to }) => to.zone));
        assert.deepEqual([...zones].sort(), ["test-billing", "test-claims"]);
        // The portal no longer reaches billing, and hosts of either zone do not reach their own neighbours.
        assert.ok(
          found.surprises.some(({ from, traffic }) => from.zone === "test-portal" && traffic === "tcp/8443"),
        );
      });

      it("finds a host that may send with another's address", async () => {
        await byHand(gateway, "nft insert rule inet bulkhead source accept");
        const { code, found } = await check();
        assert.equal(code, 1);
        assert.ok(found.surprises.some(({ kind }) => kind === "forged"));
      });

      it("that cannot run says why and ends with 2", async () => {
        await byHand(gateway, "ip netns delete test-portal-2");
        const other = await run(state, "check", "dev", "--only", "packets");
        assert.equal(other.code, 2);
        assert.match(
          other.stderr,
          /is not what stacks\/Pulumi\.dev\.yaml says: it has no test-portal-2 10\.16\.12\.129\. Run scripts\/up dev/,
        );
        await Lab.stop(gateway.lab.folder);
        const gone = await run(state, "check", "dev", "--only", "packets");
        assert.equal(gone.code, 2);
        assert.match(gone.stderr, /there is no lab "dev"\. scripts\/up dev makes it/);
      });
    });

    it("status shows what runs, how much memory it takes and what was changed by hand", async () => {
      const all = await run(state, "status");
      assert.match(
        all.stdout,
        /^dev {2}running, 7 zones with 14 hosts in 10\.16\.0\.0\/16, .*, \d+\.\d MB of memory\n$/,
      );
      assert.match(all.stdout, way.asRoot === "1" ? /as root/ : /without root/);
      await byHand(gateway, "nft insert rule inet bulkhead forward accept");
      const one = await run(state, "status", "dev");
      assert.match(one.stdout, /changed by hand: chain forward has other rules/);
      assert.match(one.stdout, /test-billing +10\.16\.4\.0\/22\n {2}test-billing-1 +10\.16\.4\.128\n/);
    });

    it("run runs a command on a host, with its input, and ends as it does", async () => {
      const cat = await start(
        state,
        ["run", "dev", "manager-1", "--", "sh", "-c", "hostname; ip -br a show eth0; cat"],
        "hello",
      ).ended;
      assert.match(cat.stdout, /^manager-1\neth0\S* +UP +10\.16\.0\.128\/32 \nhello$/);
      assert.equal((await run(state, "run", "dev", "manager-1", "--", "sh", "-c", "exit 7")).code, 7);
      assert.equal(
        (await run(state, "run", "dev", "manager-1", "--", "sh", "-c", "kill -KILL $$")).code,
        137,
      );
      assert.match(
        (await run(state, "run", "dev", "gateway", "--", "nft", "list", "tables")).stdout,
        /table inet bulkhead/,
      );
    });

    it("run ends its command when it is ended", async () => {
      const running = start(state, ["run", "dev", "manager-1", "--", "sh", "-c", "echo $$; exec sleep 100"]);
      await until("it runs", () => running.stdout() !== "");
      assert.match(await byHand(gateway, "pgrep -fx 'sleep 100'"), /^\d+\n$/);
      running.child.kill("SIGTERM");
      assert.equal((await running.ended).code, 143);
      await until(
        "the command has ended",
        async () => (await gateway.lab.run("pgrep -fx 'sleep 100'")).stdout === "",
      );
    });

    it("shell opens a shell on a host", async () => {
      const { code, stdout } = await start(state, ["shell", "dev", "registry-1"], "hostname; exit 3\n", {
        SHELL: "/bin/sh",
      }).ended;
      assert.deepEqual([code, stdout], [3, "registry-1\n"]);
    });

    it("names the nearest host or lab to what was typed", async () => {
      const host = await run(state, "run", "dev", "manager-9", "--", "true");
      assert.deepEqual([host.code, host.stdout], [1, ""]);
      assert.match(
        host.stderr,
        /^error: the lab dev has no host "manager-9"\. Did you mean manager-1\? It has manager-1, .*, outside, gateway\n$/,
      );
      assert.match(
        (await run(state, "shell", "deb", "x")).stderr,
        /there is no lab "deb"\. Did you mean dev\?/,
      );
    });

    it("down ends a lab without its state, and says what that means", async () => {
      const { code, stdout } = await run(state, "down", "dev");
      assert.equal(code, 0);
      assert.match(stdout, /the lab dev is gone.*scripts\/up dev.*pulumi destroy -s dev/);
      assert.equal(existsSync(gateway.lab.folder), false);
      assert.match(
        (await run(state, "down", "dev")).stdout,
        /there is no lab "dev", so there is nothing to do/,
      );
    });

    it("doctor finds all that a lab needs", async () => {
      const { code, stdout } = await run(state, "doctor");
      assert.equal(code, 0, stdout);
      assert.match(
        stdout,
        way.asRoot === "1" ? /ok {6}namespaces, as root/ : /ok {6}namespaces, without root/,
      );
      assert.match(stdout, /\na lab can run here\n$/);
    });
  });

describe("scripts/lab without a lab", function () {
  this.timeout(20_000);

  it("says so, and how to make one", async () => {
    const state = temporaryFolder().path;
    assert.deepEqual((await run(state, "status")).stdout, "there are no labs: scripts/up dev makes one\n");
    assert.match(
      (await run(state, "status", "dev")).stderr,
      /there is no lab "dev"\. scripts\/up dev makes it/,
    );
  });

  it("shows one that has ended, and how to be rid of it", async () => {
    const state = temporaryFolder().path;
    mkdirSync(path.join(state, "labs/dev"), { recursive: true });
    assert.match(
      (await run(state, "status")).stdout,
      /^dev {2}has ended: scripts\/up dev makes it anew, scripts\/lab down dev/,
    );
    assert.match((await run(state, "run", "dev", "x", "true")).stderr, /the lab dev has ended/);
  });
});
