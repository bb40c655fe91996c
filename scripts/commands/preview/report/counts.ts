import { list } from "../../../../components/proof/report/words.ts";
import type { EnvironmentReport, GroupChanges, ResourceChange } from "./report.ts";

/** What is done to a resource, for people. */
export const verbs: Readonly<Record<ResourceChange["op"], string>> = {
  create: "create",
  update: "change",
  replace: "replace",
  delete: "delete",
};

type Counts = EnvironmentReport["counts"];

const operations = ["create", "update", "replace", "delete"] as const;

export const changedIn = (counts: Counts): number =>
  operations.reduce((sum, operation) => sum + counts[operation], 0);

const words = { create: "to create", update: "to change", replace: "to replace", delete: "to delete" };

/** `3 to create, 2 to change, 1 to replace, 0 to delete, 270 stay`. */
export const countWords = (counts: Counts): string =>
  [
    ...operations.map((operation) => shown(counts[operation], words[operation])),
    shown(counts.same, "stay"),
  ].join(", ");

/** What there is of changes, the worst first: `1 to replace, 3 to create`. */
export function changeWords(changes: readonly ResourceChange[]): string {
  const counts = { create: 0, update: 0, replace: 0, delete: 0 };
  for (const { op } of changes) counts[op] += 1;
  return byWeight
    .filter((operation) => counts[operation] > 0)
    .map((operation) => shown(counts[operation], words[operation]))
    .join(", ");
}

const byWeight = ["replace", "delete", "update", "create"] as const;

/** How much it matters that a reader sees a change, the most first. */
export const weightOf = (changes: readonly ResourceChange[]): number =>
  Math.min(byWeight.length, ...new Set(changes.map(({ op }) => byWeight.indexOf(op))));

export const changesOf = ({ components }: GroupChanges): ResourceChange[] =>
  components.flatMap(({ changes }) => changes);

/** The group's name, or what stands for what all share. */
export const groupName = ({ group }: GroupChanges): string => group ?? "shared by all";

const shown = (number: number, what: string) => `${number.toLocaleString("en-US")} ${what}`;

/** `no changes, 270 stay`. */
export const unchanged = ({ same }: Counts): string => `no changes, ${shown(same, "stay")}`;

/** What becomes of environments whose stack files go. */
export const removedWords = (names: readonly string[]): string =>
  `The stack file of ${list(names)} goes: what that stack has made stays, and has to be destroyed before or by hand`;
