import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Random } from "../../components/lab/check/random.ts";
import { withLabs, ways } from "../support/lab.ts";
import { LabStack } from "../support/stack.ts";
import { kubernetesFolder } from "../support/tools.ts";
import { traces, untilNothingIsLeft } from "../support/traces.ts";
import { until } from "../support/until.ts";

const victims = ["cli", "holder", "etcd"] as const;
type Victim = (typeof victims)[number];

const [way] = ways;

describe("a lab with Kubernetes of which something is killed with SIGKILL", function () {
  this.timeout(600_000);
  withLabs(way);
  const seed = Number(process.env["BULKHEAD_TEST_SEED"] ?? randomInt(1e9));
  let made: LabStack | undefined;
  let stack: LabStack;
  let before: ReadonlySet<string>;
  let random: Random;
  beforeEach(function () {
    kubernetesFolder(this);
    random = new Random(seed);
    if (made !== undefined) return;
    made = stack = new LabStack("dev", { kubernetes: true });
    before = traces(stack.state);
  });
  after(async () => {
    await made?.delete();
  });

  const controlPlane = () => path.join(stack.state, "control-planes", "dev");

  function pidsOf(victim: Victim, cli: number | undefined): number[] {
    if (victim === "cli") return [cli ?? 0];
    if (victim === "holder") {
      const file = path.join(stack.folder, "pid");
      return existsSync(file) ? [Number(readFileSync(file, "utf8"))] : [];
    }
    return processesWith(`/${victim} --`, controlPlane());
  }

  /** Runs a command and kills one of those that are at work on it or in what it makes. */
  async function interrupt(command: readonly string[], victim: Victim, delay: number): Promise<string> {
    const { child, ended } = await stack.start(...command);
    await Promise.race([sleep(delay), ended]);
    for (const pid of pidsOf(victim, child.pid))
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It has ended by itself meanwhile.
      }
    await ended;
    if (victim === "cli") {
      await stack.clone.succeed("scripts/setup");
      await stack.run("cancel", "--yes");
    }
    return `seed ${seed}: ${victim} after ${delay} ms of ${command[0] ?? ""}`;
  }

  async function runs(when: string): Promise<void> {
    const ask = async (what: string) =>
      (await stack.clone.sh(`scripts/kubectl dev get ${what} 2>&1`)).output.trim().split("\n");
    await until(`12 pods run: ${when}`, async () => {
      const pods = await ask("pods -A --no-headers");
      return pods.length === 12 && pods.every((line) => / 1\/1 +Running /.test(line));
    });
    assert.equal(
      (await ask("nodes --no-headers")).filter((line) => line.includes(" Ready ")).length,
      12,
      when,
    );
  }

  for (const victim of victims)
    it(`${victim}, in an up from nothing: the same command makes the whole, and destroy leaves nothing`, async () => {
      const when = await interrupt(["up", "--yes", "--skip-preview"], victim, random.between(1000, 12_000));
      await stack.clone.succeed("scripts/up dev");
      await runs(when);
      const also = await interrupt(["destroy", "--yes", "--skip-preview"], victim, random.between(0, 2000));
      await stack.destroy();
      assert.equal(existsSync(stack.folder), false, also);
      assert.equal(existsSync(controlPlane()), false, also);
      await untilNothingIsLeft(stack.state, before, also);
    });
});

/** The processes that have a text in their command line and, where one is named, are in this folder. */
const processesWith = (text: string, folder?: string): number[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
        return line.includes(text) && (folder === undefined || readlinkSync(`/proc/${pid}/cwd`) === folder);
      } catch {
        return false;
      }
    });
