import { createInterface } from "node:readline/promises";
import { Command, InvalidArgumentError } from "commander";
import { plan } from "../../components/plan/index.ts";
import { parseStackFile, readStackFile } from "../../stacks/config/file.ts";
import { say, UserError } from "../toolchain/report.ts";
import { prepare } from "../toolchain/toolchain.ts";
import { runCommand } from "./command.ts";
import { examineOnAws } from "./roll/health.ts";
import { roll, type Outcome } from "./roll/run.ts";
import { Stack } from "./roll/stack.ts";
import type { There } from "./roll/there.ts";
import { untilWell } from "./roll/wait.ts";
import { describeWork, planWork } from "./roll/work.ts";

interface Options {
  readonly yes?: true;
  readonly wait: number;
  readonly targets: boolean;
}

const command = new Command("scripts/roll")
  .description(
    "Replaces the machines that are not what the stack file says, one at a time: managers, then the registry, then workers.",
  )
  .argument("<environment>", "the environment of stacks/Pulumi.<environment>.yaml")
  .argument("[which]", "a collection, manager or registry; all where it is left out")
  .option("-y, --yes", "do not ask")
  .option("--wait <minutes>", "how long a machine may take until it is well", minutes, 20)
  .option("--no-targets", "do not wait for load balancers, as where nothing listens on the machines yet")
  .addHelpText(
    "after",
    `
It can be interrupted: what is under way ends, nothing else begins, and it goes on with what is left when it is
run again. A second Ctrl-C ends what is under way as well, which Pulumi then calls cancelled.`,
  )
  .action(replaceMachines);

function minutes(text: string): number {
  if (!/^\d{1,3}(\.\d)?$/.test(text)) throw new InvalidArgumentError("write a number of minutes.");
  return Number(text);
}

async function replaceMachines(
  environment: string,
  which: string | undefined,
  options: Options,
): Promise<void> {
  const planned = plan(parseStackFile(await readStackFile(environment)));
  const { aws, target } = planned;
  if (aws === undefined)
    throw new UserError(
      `${environment} is not in AWS but in the ${target}, where nothing is rolled: scripts/up ${environment}`,
    );
  const terminal = process.stdin.isTTY && process.stderr.isTTY;
  const tools = await prepare(process.env, { lab: false, aws: true });
  const stack = new Stack(environment, tools);
  const there = await stack.there();
  const work = planWork(planned, aws, there ?? nothing, which);
  const description = describeWork(work);
  if (there === undefined || there.machines.size === 0) {
    console.log(`nothing to roll: ${environment} has no machines yet. scripts/up ${environment} makes them.`);
    return;
  }
  if (description === undefined) {
    const whose = which === undefined ? environment : `${which} in ${environment}`;
    console.log(`nothing to roll: every machine of ${whose} is what the stack file says.`);
    return;
  }
  console.log(description);
  if (options.yes !== true) {
    if (!terminal)
      throw new UserError(
        "replacing machines asks for confirmation, and there is no terminal to ask on. Pass --yes to go on without.",
      );
    say("\neverything else that changes first:");
    await stack.update([], "--preview-only");
    if (!(await confirmed())) return;
  }

  const examine = examineOnAws(aws.region, process.env, options);
  const interrupted = new AbortController();
  listen(interrupted, stack);
  const outcome = await roll(work, {
    update: (chosen) => stack.update(chosen, "--yes", "--skip-preview", "--suppress-outputs"),
    remove: async (name) => {
      const machine = (await stack.there())?.machines.get(name);
      if (machine !== undefined) await stack.remove(machine);
    },
    well: async (names) => {
      const { machines } = (await stack.there()) ?? nothing;
      const found = names.flatMap((name) => machines.get(name) ?? []);
      await untilWell(() => examine(found), {
        limit: options.wait * 60_000,
        pause: 5_000,
        signal: interrupted.signal,
        onWait: (problems) => {
          say(`waiting: ${problems.join("; ")}`);
        },
      });
    },
    stopped: () => interrupted.signal.aborted,
    say,
  });
  tell(outcome, interrupted.signal.aborted, ["scripts/roll", environment, which ?? ""].join(" ").trim());
}

const nothing: There = { machines: new Map(), definitions: new Map() };

async function confirmed(): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^(?:y|yes)$/i.test((await terminal.question("\nreplace them? Write yes to go on: ")).trim());
  } finally {
    terminal.close();
  }
}

/** The first signal lets what runs end; the second one ends it. What was to be cleaned up at one has been by now. */
function listen(interrupted: AbortController, stack: Stack): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    const before = process.listeners(signal);
    process.on(signal, () => {
      if (interrupted.signal.aborted) stack.cancel();
      else say("\nstopping once this machine is done; Ctrl-C once more cancels it");
      interrupted.abort();
    });
    // Only now: a signal that comes while nobody listens would be lost.
    for (const listener of before) process.removeListener(signal, listener);
  }
}

function tell({ done, all, stoppedBy }: Outcome, interrupted: boolean, again: string): void {
  if (stoppedBy === undefined) {
    console.log(`\n${all === 1 ? "the machine is" : `all ${all} machines are`} what the stack file says.`);
    return;
  }
  const so = `${done} of ${all} machines are done. ${again} goes on with what is left.`;
  if (interrupted) {
    say(`\nstopped: ${so}`);
    process.exitCode = 130;
    return;
  }
  if (!(stoppedBy instanceof UserError)) console.error(stoppedBy);
  throw new UserError(`${stoppedBy instanceof UserError ? `${stoppedBy.message}\n` : ""}${so}`);
}

await runCommand(command);
