import type { EnvironmentReport, GroupChanges, ResourceChange, Risk } from "../report/index.ts";
import { hidden, type Secrets } from "../secrets/index.ts";
import type { Ownership } from "./ownership.ts";
import { propertiesOf } from "./properties.ts";
import { risksOf } from "./risks.ts";
import { isMade, nameOf, operationOf, stateOf, type Step, type Written } from "./step.ts";
import { knownLater } from "./value.ts";

export interface Changes extends Pick<EnvironmentReport, "counts" | "groups"> {
  readonly risks: readonly Risk[];
  /** Resources of which nothing differs but what was taken out of what they are compared with. */
  readonly unsure: readonly string[];
}

/**
 * What a preview's steps come to. Resources that a provider makes are counted; components only hold them. `scrubbed`:
 * that the secrets of the state were taken out, so that a secret that seems to change may well not.
 */
export function changesIn(
  steps: readonly Step[],
  ownership: Ownership,
  secrets: Secrets,
  scrubbed: boolean,
): Changes {
  const states = new Map<string, Written>();
  for (const step of steps) {
    const state = stateOf(step);
    if (state !== undefined) states.set(step.urn, state);
  }
  const counts = { create: 0, update: 0, replace: 0, delete: 0, same: 0 };
  const risks: Risk[] = [];
  const unsure: string[] = [];
  const found: { group: string | undefined; component: string; change: ResourceChange }[] = [];
  for (const step of steps) {
    const [resource, op] = [stateOf(step), operationOf(step)];
    if (resource === undefined || op === undefined || !isMade(resource)) continue;
    const properties = op === "same" ? [] : propertiesOf(step, secrets);
    if (scrubbed && (op === "update" || op === "replace") && properties.every(isUnsure)) {
      unsure.push(nameOf(step.urn));
      counts.same += 1;
      continue;
    }
    counts[op] += 1;
    if (op === "same") continue;
    risks.push(...risksOf(step, op));
    found.push({
      group: ownership(resource),
      component: componentOf(resource, states),
      change: { op, name: nameOf(step.urn), type: resource.type, properties },
    });
  }
  risks.sort((a, b) => compare(a.what, b.what));
  return { counts, groups: groupsOf(found), risks, unsure };
}

/** Whether it may only seem to change: what was made of a secret is another without it, or not known any more. */
const isUnsure = ({ new: now }: ResourceChange["properties"][number]) =>
  now === hidden || now === JSON.stringify(knownLater);

function groupsOf(
  found: readonly { group: string | undefined; component: string; change: ResourceChange }[],
): GroupChanges[] {
  const byGroup = Map.groupBy(found, ({ group }) => group);
  return [...byGroup]
    .sort(([a], [b]) => (a === undefined ? -1 : b === undefined ? 1 : compare(a, b)))
    .map(([group, all]) => ({
      ...(group === undefined ? {} : { group }),
      components: [...Map.groupBy(all, ({ component }) => component)]
        .sort(([a], [b]) => compare(a, b))
        .map(([name, own]) => ({
          name,
          changes: own.map(({ change }) => change).sort((a, b) => compare(a.name, b.name)),
        })),
    }));
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** What holds a resource, below the environment itself: `SecurityGroups firewall`, `Zone test-billing`. */
function componentOf({ urn, parent, type }: Written, states: ReadonlyMap<string, Written>): string {
  const holder = parent === undefined ? undefined : states.get(parent);
  if (holder === undefined || /:(?:Environment|Stack)$/.test(holder.type))
    return `${short(type)} ${nameOf(urn)}`;
  return `${short(holder.type)} ${nameOf(holder.urn)}`;
}

const short = (type: string) => type.slice(type.lastIndexOf(":") + 1);
