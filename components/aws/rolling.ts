import type { AwsSpec, Host, Plan } from "../plan/index.ts";
import { definitionOf, planPools } from "./definition.ts";

/** The definition that each machine has, by its name. */
export type Definitions = ReadonlyMap<string, string>;

/** Machines that must not be without each other, of which some have to be replaced, or are to go. */
export interface Rolling {
  /** Such as `collection billing`. */
  readonly what: string;
  /** What `scripts/roll` takes for it. */
  readonly name: string;
  readonly role: Host["role"];
  /** All of them that the plan has, in their order. */
  readonly machines: readonly string[];
  /** Those that stay and are not what the plan says, in their order. */
  readonly outdated: readonly string[];
  /** Machines that the plan has no more. */
  readonly leaving: readonly string[];
}

/** What each machine of a plan is to be. */
export const plannedDefinitions = (plan: Plan, aws: AwsSpec): Definitions =>
  new Map(
    planPools(plan, aws).flatMap((pool) =>
      pool.hosts.map((host) => [host.name, definitionOf(aws, pool, host)] as const),
    ),
  );

/**
 * All machines that must not be without each other, with what has to be done to come from those that there are to
 * those of the plan. Managers are first, since what they direct may not be newer than they are
 * (https://kubernetes.io/releases/version-skew-policy/); then the registry, from which workers take their images.
 */
export function planRolling(plan: Plan, aws: AwsSpec, current: Definitions): Rolling[] {
  const planned = plannedDefinitions(plan, aws);
  const units = Map.groupBy(plan.hosts, ({ role, collection }) => collection ?? role);
  return [...units].map(([name, hosts]) => {
    const [{ role, collection }] = hosts as [Host];
    const machines = hosts.map((host) => host.name);
    const wording = role === "manager" ? "the managers" : "the registry";
    return {
      what: collection === undefined ? wording : `collection ${name}`,
      name,
      role,
      machines,
      outdated: machines.filter((host) => current.has(host) && current.get(host) !== planned.get(host)),
      leaving: [...current.keys()].filter((host) => !planned.has(host) && isOf(name, host)),
    };
  });
}

/** Whether a machine is called as those of a unit are: `billing-2`, and `billing-w2` with Windows. */
const isOf = (unit: string, machine: string): boolean =>
  machine.startsWith(`${unit}-`) && /^w?\d+$/.test(machine.slice(unit.length + 1));

/** What an update may do to the machines that there are. */
export interface Turn {
  /** Machines that stay as they are: all of those that are not to be replaced, whatever else changes. */
  readonly held: ReadonlySet<string>;
  /** Why the update may not go on. */
  readonly problem?: string;
}

/**
 * Lets an update replace what has to be, or of that the machines in `chosen` alone, and never two that must not be
 * without each other.
 */
export function takeTurn(
  environment: string,
  units: readonly Rolling[],
  current: Definitions,
  chosen?: readonly string[],
): Turn {
  const mayGo = (machine: string) => chosen === undefined || chosen.includes(machine);
  const replaced = units.map(({ outdated }) => outdated.filter(mayGo));
  const going = new Set(replaced.flat());
  const held = new Set([...current.keys()].filter((machine) => !going.has(machine)));
  const problem = rollingProblem(
    environment,
    units.map((unit, index) => ({ ...unit, outdated: replaced[index] ?? [] })),
  );
  return { held, ...(problem === undefined ? {} : { problem }) };
}

/** Why an update may not go on, or undefined where it takes no two machines that must not be without each other. */
export function rollingProblem(environment: string, units: readonly Rolling[]): string | undefined {
  const several = units.filter(
    ({ role, outdated, leaving }) =>
      // Workers may go, as many as there are; only not while the one that stays is being replaced.
      (role !== "worker" || outdated.length > 0) && outdated.length + leaving.length > 1,
  );
  if (several.length === 0) return undefined;
  const lines = several.map(({ what, name, outdated, leaving }) => {
    const parts = [
      ...(outdated.length === 0 ? [] : [`${outdated.join(", ")} would be replaced`]),
      ...(leaving.length === 0 ? [] : [`${leaving.join(", ")} would go`]),
    ];
    return `  ${what}: ${parts.join(", ")}: scripts/roll ${environment} ${name}`;
  });
  return [
    "this update would take several machines at once from what has to go on without a break:",
    ...lines,
    `scripts/roll ${environment} takes all of them, one at a time; it can be stopped and run again.`,
  ].join("\n");
}
