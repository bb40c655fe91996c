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
  const sound = structuredClone(raw) as Record<string, unknown>;
  const unusable = takeOutUnusable(sound);
  const whole = v.safeParse(configSchema, sound);
  if (whole.success) return { draft: whole.output, problems: unusable };
  const problems = [...unusable, ...whole.issues.map(toProblem)];

  let faulty: readonly v.BaseIssue<unknown>[] = whole.issues;
  while (takeOutAll(sound, faulty)) {
    const next = v.safeParse(draftSchema, sound);
    if (next.success) return { draft: next.output, problems };
    faulty = next.issues;
  }
  return { draft: {}, problems };
}

/** Takes out what these issues are about; tells whether there was anything. */
function takeOutAll(raw: Record<string, unknown>, issues: readonly v.BaseIssue<unknown>[]): boolean {
  const gone: Path[] = [];
  for (const issue of issues) {
    const { path } = toProblem(issue);
    // Its entry went with another issue; looking further up would take out what is sound.
    if (gone.some((taken) => taken.every((key, index) => key === path[index]))) continue;
    const taken = takeOut(raw, path, isUnknownKey(issue));
    if (taken !== undefined) gone.push(taken);
  }
  return gone.length > 0;
}

function toProblem(issue: v.BaseIssue<unknown>): Problem {
  const path = (issue.path ?? []).map(({ key }) => (typeof key === "number" ? key : String(key)));
  // Of an unknown key the name is the news, not what stands under it.
  const value = isUnknownKey(issue) ? undefined : issue.input;
  return { path, value, message: issue.message };
}

const isUnknownKey = (issue: v.BaseIssue<unknown>) => issue.expected === "never";

/** The paths of what can be taken out without breaking what holds it, the deepest first; others go with their holder. */
const entries: readonly Path[] = [
  ["groups", "*", "namespaces", "*", "exposures", "*"],
  ["groups", "*", "namespaces", "*"],
  ["groups", "*", "collections", "*"],
  ["groups", "*"],
  ["zones", "*"],
  ["network", "services", "*"],
  ["network", "*"],
  ["management", "*", "*"],
  ["management", "*"],
  ["flows", "*"],
  ["exceptions", "*"],
  ["machines", "*"],
  ["aws", "*"],
  ["*"],
];

/** Takes out an unknown key alone, else the smallest entry that holds the path; gives the path of what went. */
function takeOut(raw: Record<string, unknown>, path: Path, alone: boolean): Path | undefined {
  const holders = entries.filter(
    (pattern) =>
      pattern.length <= path.length && pattern.every((key, index) => key === "*" || key === path[index]),
  );
  const candidates = [...(alone ? [path] : []), ...holders.map(({ length }) => path.slice(0, length))];
  return candidates.find((candidate) => takeOutEntry(raw, [...candidate]));
}

function takeOutEntry(raw: Record<string, unknown>, keys: (string | number)[]): boolean {
  const last = keys.pop() ?? "";
  const holder = keys.reduce<unknown>((value, key) => (isObject(value) ? value[key] : undefined), raw);
  if (!isObject(holder) || !Object.hasOwn(holder, last)) return false;
  // Later ones of these keep their numbers. All else is a map, though someone may have written a list there.
  if ((keys[0] !== "flows" && keys[0] !== "exceptions") || keys.length !== 1)
    return Reflect.deleteProperty(holder, last);
  holder[last] = null;
  return true;
}

const isObject = (value: unknown): value is Record<string | number, unknown> =>
  typeof value === "object" && value !== null;

/** Valibot leaves these keys out of maps without a word, since JavaScript gives them meanings of their own. */
const unusableKeys = ["__proto__", "constructor", "prototype"];

function takeOutUnusable(value: unknown, path: Path = []): Problem[] {
  if (!isObject(value)) return [];
  return Object.keys(value).flatMap((key) => {
    const at = [...path, Array.isArray(value) ? Number(key) : key];
    if (!unusableKeys.includes(key)) return takeOutUnusable(value[key], at);
    Reflect.deleteProperty(value, key);
    return [{ path: at, message: "JavaScript gives this word a meaning of its own; choose another name" }];
  });
}
