import type { AwsSpec, Host, Plan } from "../plan/index.ts";
import { definitionOf, planPools } from "./definition.ts";

/** The definition that each machine has, by its name. */
export type Definitions = ReadonlyMap<string, string>;

/** Machines that have to be replaced, or are to go, and that must not be without each other. */
export interface Rolling {
  /** Such as `collection billing`. */
  readonly what: string;
  /** What `scripts/roll` takes for it. */
  readonly name: string;
  /** Machines that stay and are not what the plan says, in their order. */
  readonly outdated: readonly string[];
  /** Machines that the plan has no more, of those that agree by majority. */
  readonly leaving: readonly string[];
}

/** What each machine of a plan is to be. */
export const plannedDefinitions = (plan: Plan, aws: AwsSpec): Definitions =>
  new Map(
    planPools(plan, aws).flatMap((pool) =>
      pool.hosts.map((host) => [host.name, definitionOf(aws, pool, host)] as const),
    ),
  );

/** What has to be replaced to come from the machines that there are to those of the plan. */
export function planRolling(plan: Plan, aws: AwsSpec, current: Definitions): Rolling[] {
  const planned = plannedDefinitions(plan, aws);
  const units = Map.groupBy(plan.hosts, ({ role, collection }) => collection ?? role);
  return [...units].flatMap(([name, hosts]) => {
    const [{ role, collection }] = hosts as [Host];
    const outdated = hosts
      .map((host) => host.name)
      .filter((host) => current.has(host) && current.get(host) !== planned.get(host));
    const leaving =
      role === "worker"
        ? []
        : [...current.keys()].filter((host) => host.startsWith(`${role}-`) && isGone(host, role, planned));
    if (outdated.length + leaving.length === 0) return [];
    const what =
      collection === undefined
        ? role === "manager"
          ? "the managers"
          : "the registry"
        : `collection ${name}`;
    return [{ what, name, outdated, leaving }];
  });
}

const isGone = (host: string, role: string, planned: Definitions): boolean =>
  !planned.has(host) && /^\d+$/.test(host.slice(role.length + 1));

/** Why an update may not go on, or undefined where it replaces no two machines that must not be without each other. */
export function rollingProblem(environment: string, all: readonly Rolling[]): string | undefined {
  const several = all.filter(({ outdated, leaving }) => outdated.length + leaving.length > 1);
  if (several.length === 0) return undefined;
  const lines = several.flatMap(({ what, name, outdated, leaving }) => [
    ...(outdated.length === 0
      ? []
      : [`  ${what}: ${outdated.join(", ")} would be replaced: scripts/roll ${environment} ${name}`]),
    ...(leaving.length === 0
      ? []
      : [
          `  ${what}: ${leaving.join(", ")} would go${outdated.length === 0 ? "" : " as well"}: lower the count one step at a time`,
        ]),
  ]);
  return [
    "this update would take several machines at once from what has to go on without a break:",
    ...lines,
    `scripts/roll ${environment} replaces all of them, one at a time; it can be stopped and run again.`,
  ].join("\n");
}
