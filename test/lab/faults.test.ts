import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Random } from "../../components/lab/check/random.ts";
import { ways, withLabs } from "../support/lab.ts";
import { LabStack } from "../support/stack.ts";
import { traces, untilNothingIsLeft } from "../support/traces.ts";
import { until } from "../support/until.ts";

type Victim = "cli" | "plugin" | "holder";
const victims: readonly Victim[] = ["cli", "plugin", "holder"];

/** Processes that were started with this text among their arguments. */
const processesWith = (text: string): number[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").includes(text);
      } catch {
        return false;
      }
    });

function killHard(pids: readonly number[]): void {
  for (const pid of pids)
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended by itself meanwhile.
    }
}

for (const way of ways)
  describe(`whatever is killed with SIGKILL, with a lab ${way.how}`, function () {
    this.timeout(600_000);
    withLabs(way);
    // As root little is otherwise, so there one moment for each victim is enough.
    const moments = way.asRoot === "1" ? victims.length : 10;
    const seed = Number(process.env["BULKHEAD_TEST_SEED"] ?? randomInt(1e9));
    let made: LabStack | undefined;
    let stack: LabStack;
    let before: ReadonlySet<string>;
    let random: Random;
    beforeEach(async () => {
      random = new Random(seed);
      if (made !== undefined) return;
      made = stack = new LabStack();
      before = traces(stack.state);
      await stack.up();
    });
    after(async () => {
      await made?.delete();
    });

    const pidsOf = (victim: Victim): number[] => {
      if (victim === "plugin") return processesWith(path.join(stack.clone.path, "components/lab/provider"));
      const file = path.join(stack.folder, "pid");
      return existsSync(file) ? [Number(readFileSync(file, "utf8"))] : [];
    };

    /** Runs a command and kills one of those that are at work on it, within the time that it takes. */
    async function interrupt(command: readonly string[], millis: number, number: number): Promise<string> {
      const victim = victims[number % victims.length] ?? "cli";
      const delay = random.between(0, millis);
      const { child, ended } = await stack.start(...command);
      await Promise.race([sleep(delay), ended]);
      killHard(victim === "cli" ? [child.pid ?? 0] : pidsOf(victim));
      await ended;
      if (victim === "cli") {
        // Neither the program nor the plugin outlives it for long.
        await until("the plugin has ended", () => pidsOf("plugin").length === 0);
        await stack.clone.succeed("scripts/setup");
        await stack.run("cancel", "--yes");
      }
      return `seed ${seed}, moment ${number}: ${victim} after ${delay} of ${millis} ms of ${command[0] ?? ""}`;
    }

    const up = ["up", "--yes", "--skip-preview", "--suppress-outputs"];
    const destroy = ["destroy", "--yes", "--skip-preview"];

    async function timed(command: readonly string[]): Promise<number> {
      const begin = performance.now();
      await stack.succeed(...command);
      return Math.ceil(performance.now() - begin);
    }

    async function isWhole(when: string): Promise<void> {
      const now = await (await stack.gateway()).read();
      const counts = [now.zones.length, now.firewalls.length, now.hosts.length];
      assert.deepEqual(counts, [7, 7, 14], when);
      assert.ok(
        now.hosts.every(({ isUp, maySend, hasNamespace }) => isUp && maySend && hasNamespace),
        when,
      );
      assert.deepEqual([now.byHand, now.strayChains, now.strayNamespaces], [[], [], []], when);
    }

    it(`at ${moments} moments of an up from nothing: the same command makes the whole`, async () => {
      await stack.succeed(...destroy);
      const millis = await timed(up);
      for (let number = 0; number < moments; number++) {
        await stack.succeed(...destroy);
        const when = await interrupt(up, millis, number);
        await stack.clone.succeed("scripts/up dev");
        await isWhole(when);
      }
    });

    it(`at ${moments} moments of an update: the same command makes what is wanted`, async () => {
      await stack.succeed(...up);
      const edits = [
        ["[198.51.100.0/24]", "[198.51.100.0/24, 203.0.113.0/24]"],
        ["test-claims: { slot: 2", "test-klaims: { slot: 2"],
        ["slot: 2, tier", "slot: 9, tier"],
      ] as const;
      const edit = () => {
        stack.edit((text) =>
          edits
            .reduce((changed, [from, to]) => changed.replace(from, to), text)
            .replace("zone: test-claims", "zone: test-klaims"),
        );
      };
      edit();
      const millis = await timed(up);
      for (let number = 0; number < moments; number++) {
        // There and back again, so that each is an update.
        if (number % 2 === 0) stack.restore();
        else edit();
        const when = await interrupt(up, millis, number);
        await stack.clone.succeed("scripts/up dev");
        await isWhole(when);
      }
      stack.restore();
    });

    it(`at ${moments} moments of a destroy: the same command leaves nothing`, async () => {
      await stack.succeed(...up);
      const millis = await timed(destroy);
      for (let number = 0; number < moments; number++) {
        await stack.succeed(...up);
        const when = await interrupt(destroy, millis, number);
        await stack.succeed(...destroy);
        assert.equal(existsSync(stack.folder), false, when);
        await untilNothingIsLeft(stack.state, before, when);
      }
    });
  });
