import { collectionSlots } from "../../../components/plan/index.ts";
import type { Draft } from "../draft.ts";
import { longestWithWindows, nameProblems, namespaceProblems } from "../names.ts";
import { didYouMean, type Problem } from "../problem.ts";
import type { Written } from "../written.ts";
import { machineProblems } from "./machines.ts";

type Group = NonNullable<Draft["groups"]>[string];

/** Problems of application groups: what they hold, and how it relates to zones and to other groups. */
export function groupProblems(draft: Draft, written: Written): Problem[] {
  const groups = Object.entries(draft.groups ?? {});
  return [
    ...groups.flatMap(([name, group]) => [
      ...nameProblems(["groups", name], name, "group"),
      ...teamProblems(["groups", name, "team", "directoryGroup"], group),
      ...Object.entries(group.collections).flatMap(([collection, spec]) =>
        collectionProblems(["groups", name, "collections", collection], collection, spec, draft, written),
      ),
      ...Object.entries(group.namespaces).flatMap(([namespace, spec]) =>
        namespaceProblemsOf(["groups", name, "namespaces", namespace], namespace, spec, name, written),
      ),
      ...emptyGroup(name, written),
    ]),
    ...doubled(groups, "collections"),
    ...doubled(groups, "namespaces"),
    ...doubledWindows(groups),
  ];
}

/** Kubernetes gives rights of its own to groups that begin so: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings */
const ownGroups = "system:";

function teamProblems(path: Problem["path"], { team: { directoryGroup } }: Group): Problem[] {
  if (!directoryGroup.startsWith(ownGroups)) return [];
  return [
    {
      path,
      value: directoryGroup,
      message: `groups whose names begin with "${ownGroups}" are Kubernetes' own, with rights over the whole cluster; name the team's own group`,
    },
  ];
}

function emptyGroup(name: string, written: Written): Problem[] {
  if ((written.collections.get(name) ?? []).length > 0) return [];
  return [
    {
      path: ["groups", name, "collections"],
      message: "a group needs at least one collection, else it has no machines; add one",
    },
  ];
}

function collectionProblems(
  path: Problem["path"],
  name: string,
  { zone, workers }: Group["collections"][string],
  draft: Draft,
  written: Written,
): Problem[] {
  const problems = nameProblems(path, name, "collection");
  if (!written.zones.includes(zone))
    problems.push({
      path: [...path, "zone"],
      value: zone,
      message: `there is no such zone${didYouMean(zone, written.zones)}; add it under zones, or name one of ${some(written.zones)}`,
    });
  const pools = (["linux", "windows"] as const).flatMap((os) =>
    workers[os] === undefined ? [] : [[os, workers[os]] as const],
  );
  if (pools.length === 0)
    problems.push({
      path: [...path, "workers"],
      message: "a collection needs workers; write, for example, linux: { count: 2 }",
    });
  const longest = longestWithWindows(workers.windows?.count ?? 0);
  if (workers.windows !== undefined && draft.target === "lab")
    problems.push({
      path: [...path, "workers", "windows"],
      message:
        "the lab's machines share one Linux kernel, so it has no Windows workers; choose target aws or azure",
    });
  if (workers.windows !== undefined && name.length > longest)
    problems.push({
      path,
      message: `a collection with Windows workers has a name of at most ${longest} characters, since Windows' computer names end at 15; this has ${name.length}`,
    });
  problems.push(...machineProblems([...path, "workers"], Object.fromEntries(pools), zone, draft));
  return problems;
}

function namespaceProblemsOf(
  path: Problem["path"],
  name: string,
  { collection, quota, samplePods }: Group["namespaces"][string],
  group: string,
  written: Written,
): Problem[] {
  const problems = namespaceProblems(path, name);
  if (samplePods > quota.pods)
    problems.push({
      path: [...path, "samplePods"],
      value: samplePods,
      message: `the namespace's quota has room for ${quota.pods} pods; ask for no more`,
    });
  const own = written.collections.get(group) ?? [];
  if (collection === undefined && own.length !== 1)
    problems.push({
      path: [...path, "collection"],
      message:
        own.length === 0
          ? "a namespace needs a collection to run on, and its group has none; add one to the group"
          : `the group has several collections; name the one that the namespace runs on: ${own.join(", ")}`,
    });
  if (collection !== undefined && !own.includes(collection)) {
    const owner = [...written.collections].find(([, names]) => names.includes(collection))?.[0];
    problems.push({
      path: [...path, "collection"],
      value: collection,
      message:
        owner === undefined
          ? `there is no such collection${didYouMean(collection, own)}; the group's are ${some(own)}`
          : `this collection belongs to group "${owner}"; a namespace runs on its own group's: ${some(own)}`,
    });
  }
  return problems;
}

/** Collections become host names and node labels, and namespaces are the cluster's: both are unique in the environment. */
function doubled(
  groups: readonly (readonly [string, Group])[],
  kind: "collections" | "namespaces",
): Problem[] {
  const owners = new Map<string, string>();
  return groups.flatMap(([group, spec]) =>
    Object.keys(spec[kind]).flatMap((name) => {
      const owner = owners.get(name);
      if (owner === undefined) {
        owners.set(name, group);
        return [];
      }
      const what = kind === "collections" ? "collection" : "namespace";
      return [
        {
          path: ["groups", group, kind, name],
          message: `group "${owner}" has a ${what} of this name; ${kind} are unique in an environment, choose another name`,
        },
      ];
    }),
  );
}

function doubledWindows(groups: readonly (readonly [string, Group])[]): Problem[] {
  const taken = new Map<string, Map<number, string>>();
  const all = groups.flatMap(([group, { collections }]) =>
    Object.entries(collections).map(([name, { zone, slot }]) => ({ group, name, zone, slot })),
  );
  for (const { zone, slot, name } of all) {
    const windows = taken.get(zone) ?? new Map<number, string>();
    taken.set(zone, windows);
    if (!windows.has(slot)) windows.set(slot, name);
  }
  return all.flatMap(({ group, name, zone, slot }) => {
    const windows = taken.get(zone);
    const owner = windows?.get(slot);
    if (windows === undefined || owner === undefined || owner === name) return [];
    const free = nextFreeWindow([...windows.keys()]);
    if (free !== undefined) windows.set(free, name);
    return [
      {
        path: ["groups", group, "collections", name, "slot"],
        value: slot,
        message: `collection "${owner}" has this slot of zone "${zone}" (1 where none is written); ${free === undefined ? `a zone has room for ${collectionSlots} collections: use another zone` : `the next free slot is ${free}`}`,
      },
    ];
  });
}

/** The window that a new collection of a zone should take; undefined where all seven are taken. */
export const nextFreeWindow = (taken: readonly number[]): number | undefined =>
  Array.from({ length: collectionSlots }, (_, index) => index + 1).find((slot) => !taken.includes(slot));

const some = (names: readonly string[]): string =>
  names.length === 0
    ? "none"
    : names.length <= 8
      ? names.join(", ")
      : `${names.slice(0, 8).join(", ")} and ${names.length - 8} more`;
