import { isDeepStrictEqual } from "node:util";
import type { ObjectType, Schema, Shape } from "./schema.ts";
import { isObject, type Properties } from "./value.ts";

/**
 * A resource's inputs after it was read, from which the engine sees what has changed behind its back: those that the
 * state had, with the values that were read. Of a resource that is imported there are none, and all that can be an
 * input is taken for one.
 */
export function inputsRead(schema: Schema, type: ObjectType, had: Properties, read: Properties): Properties {
  const names = Object.keys(had).length === 0 ? Object.keys(type.inputs) : Object.keys(had);
  return Object.fromEntries(
    names
      .map((name) => [
        name,
        name in read ? fit(schema, type.inputs[name] ?? "any", had[name], read[name]) : had[name],
      ])
      .filter(([, value]) => value !== undefined && value !== null),
  ) as Properties;
}

/** A value that was read, written as the input is: without what only the cloud adds, and lists in the input's order. */
function fit(schema: Schema, shape: Shape, had: unknown, read: unknown): unknown {
  if (isDeepStrictEqual(had, read) || sameJson(had, read)) return had;
  if (typeof shape === "object" && "either" in shape)
    return isObject(read) || Array.isArray(read)
      ? fit(
          schema,
          shape.either.find((one) => typeof one === "object" || one.includes(".")) ?? "any",
          had,
          read,
        )
      : read;
  if (typeof shape === "object" && "list" in shape && Array.isArray(read)) {
    const before: readonly unknown[] = Array.isArray(had) ? had : [];
    const fitted = read.map((one, at) => fit(schema, shape.list, before[at], one));
    return sameMembers(before, fitted) ? before : fitted;
  }
  const type = typeof shape === "string" ? schema.types[shape] : undefined;
  if (type === undefined || !isObject(read)) return read;
  return inputsRead(schema, type, isObject(had) ? had : {}, read);
}

const sameMembers = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && isDeepStrictEqual(sortedTexts(a), sortedTexts(b));

const sortedTexts = (values: readonly unknown[]): readonly string[] =>
  values.map((value) => JSON.stringify(value)).sort();

/** Policies travel as text, of which the cloud keeps the meaning alone. */
function sameJson(a: unknown, b: unknown): boolean {
  if (typeof a !== "string" || typeof b !== "string" || !a.trimStart().startsWith("{")) return false;
  try {
    return isDeepStrictEqual(JSON.parse(a), JSON.parse(b));
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
