import * as v from "valibot";
import type { Problem } from "./problem.ts";
import { configSchema, draftSchema } from "./schema.ts";

/**
 * What is sound of a configuration: sections that are not are absent, entries of maps are left out and those of
 * lists are null. The rules run on it, so that a slip in one place does not hide the problems of another.
 */
export type Draft = v.InferOutput<typeof draftSchema>;

type Path = Problem["path"];

/** Checks the shape; gives every problem with it, and what is left when the faulty entries are taken out. */
export function draft(raw: Readonly<Record<string, unknown>>): { draft: Draft; problems: Problem[] } {
  const whole = v.safeParse(configSchema, raw);
  if (whole.success) return { draft: whole.output, problems: [] };
  const problems = whole.issues.map(toProblem);

  const sound = structuredClone(raw) as Record<string, unknown>;
  let faulty: Path[] = problems.map(({ path }) => path);
  while (faulty.map((path) => takeOut(sound, path)).includes(true)) {
    const next = v.safeParse(draftSchema, sound);
    if (next.success) return { draft: next.output, problems };
    faulty = next.issues.map((issue) => toProblem(issue).path);
  }
  return { draft: {}, problems };
}

function toProblem(issue: v.BaseIssue<unknown>): Problem {
  const path = (issue.path ?? []).map(({ key }) => (typeof key === "number" ? key : String(key)));
  // Of an unknown key the name is the news, not what stands under it.
  const value = issue.expected === "never" ? undefined : issue.input;
  return { path, value, message: issue.message };
}

/** The paths of what can be taken out without breaking what holds it, the deepest first. */
const entries: readonly Path[] = [
  ["groups", "*", "namespaces", "*", "exposures", "*"],
  ["groups", "*", "namespaces", "*"],
  ["groups", "*", "collections", "*"],
  ["groups", "*"],
  ["zones", "*"],
  ["network", "services", "*"],
  ["network", "existing"],
  ["flows", "*"],
  ["*"],
];

/** Takes out the smallest entry that holds the path; tells whether there was one. */
function takeOut(raw: Record<string, unknown>, path: Path): boolean {
  const entry = entries.find(
    (pattern) =>
      pattern.length <= path.length && pattern.every((key, index) => key === "*" || key === path[index]),
  );
  if (entry === undefined) return false;
  const keys = path.slice(0, entry.length);
  const last = keys.pop() ?? "";
  const holder = keys.reduce<unknown>((value, key) => (isObject(value) ? value[key] : undefined), raw);
  if (!isObject(holder) || !Object.hasOwn(holder, last)) return false;
  // Later flows keep their numbers. Everything else is a map, though someone may have written a list there.
  if (entry[0] !== "flows" || keys.length === 0) return Reflect.deleteProperty(holder, last);
  const isNew = holder[last] !== null;
  holder[last] = null;
  return isNew;
}

const isObject = (value: unknown): value is Record<string | number, unknown> =>
  typeof value === "object" && value !== null;
