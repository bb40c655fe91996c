import { differences, plannedDefinitions, planRolling, type Rolling } from "../../../components/aws/index.ts";
import type { AwsSpec, Plan } from "../../../components/plan/index.ts";
import { didYouMean } from "../../../stacks/config/problem.ts";
import type { There } from "./there.ts";

/** What is done to one machine, while no other one that it must not be without is touched. */
export interface Step {
  readonly machine: string;
  /** What it belongs to, for people. */
  readonly what: string;
  /** For people. */
  readonly why: readonly string[];
  /** Machines that have to be well before it is touched. */
  readonly others: readonly string[];
}

/** All that a roll does, in this order. */
export interface Work {
  /** Machines that the stack file has no more, of those that agree by majority. */
  readonly removed: readonly Step[];
  /** Machines that an earlier run has taken away and not made anew, which the first update does. */
  readonly finished: readonly Step[];
  readonly replaced: readonly Step[];
}

/** Plans to bring machines to what the stack file says: those of one unit, or of all. */
export function planWork(plan: Plan, aws: AwsSpec, there: There, only?: string): Work {
  const planned = plannedDefinitions(plan, aws);
  const units = planRolling(plan, aws, there.definitions);
  if (only !== undefined && !units.some(({ name }) => name === only)) {
    const names = units.map(({ name }) => name);
    throw new RangeError(
      `there is nothing called "${only}" to roll in ${plan.environment}${didYouMean(only, names)}; there is ${names.join(", ")}`,
    );
  }
  const chosen = units.filter(({ name }) => only === undefined || name === only);
  const isGone = (machine: string) => there.machines.get(machine)?.gone === true;
  const step = ({ what, machines }: Rolling, machine: string, why: readonly string[]): Step => ({
    machine,
    what,
    why,
    others: machines.filter((other) => other !== machine && there.machines.has(other) && !isGone(other)),
  });
  return {
    removed: chosen.flatMap((unit) =>
      // Workers may go together, with everything else that changes.
      unit.role === "worker"
        ? []
        : unit.leaving.map((machine) => step(unit, machine, ["the stack file has it no more"])),
    ),
    // Of every unit: where it is not this update's turn it would be made as it was.
    finished: units.flatMap((unit) => {
      const gone = unit.machines.find(isGone);
      return gone === undefined ? [] : [step(unit, gone, ["an earlier run ended before it was made anew"])];
    }),
    replaced: chosen.flatMap((unit) =>
      unit.outdated
        .filter((machine) => machine !== unit.machines.find(isGone))
        .map((machine) =>
          step(unit, machine, differences(there.definitions.get(machine) ?? "", planned.get(machine) ?? "")),
        ),
    ),
  };
}

/** What would be done, for people; undefined where there is nothing. */
export function describeWork({ removed, finished, replaced }: Work): string | undefined {
  const parts = [
    ["taken away, one at a time", removed],
    ["made, as they are not there", finished],
    ["replaced, one at a time, each once the one before it is well", replaced],
  ] as const;
  const lines = parts
    .filter(([, steps]) => steps.length > 0)
    .flatMap(([what, steps]) => [`${what}:`, ...table(steps)]);
  return lines.length === 0 ? undefined : lines.join("\n");
}

function table(steps: readonly Step[]): string[] {
  const width = Math.max(...steps.map(({ machine }) => machine.length));
  return steps.map(({ machine, what, why }) => `  ${machine.padEnd(width)}  ${what}: ${why.join(", ")}`);
}
