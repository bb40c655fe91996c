import { isDeepStrictEqual } from "node:util";
import { join } from "./check.ts";
import { isObject, plainProperties, type Properties } from "./value.ts";

export interface Change {
  /** A property path. */
  readonly path: string;
  readonly kind: "add" | "delete" | "update";
}

/** The innermost places where two sets of inputs differ. */
export function changes(before: Properties, after: Properties): readonly Change[] {
  return inside("", plainProperties(before), plainProperties(after));
}

/** The top-level name that a property path begins with. */
export const topOf = (path: string): string => /^[\w$]+/.exec(path)?.[0] ?? "";

function inside(path: string, before: unknown, after: unknown): readonly Change[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (isObject(before) && isObject(after))
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((name) =>
      inside(join(path, name), before[name], after[name]),
    );
  if (Array.isArray(before) && Array.isArray(after))
    return Array.from({ length: Math.max(before.length, after.length) }, (_, at) =>
      inside(`${path}[${at}]`, before[at], after[at]),
    ).flat();
  return [{ path, kind: before === undefined ? "add" : after === undefined ? "delete" : "update" }];
}
