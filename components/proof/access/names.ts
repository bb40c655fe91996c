import { Reference, asList, asObject, asText, isUnknown, type Value } from "../resource/index.ts";

/** Names in an object: those that are known, and whether there may be others. */
export interface Names {
  readonly known: readonly string[];
  readonly open: boolean;
}

export const namesOf = (value: Value | undefined): Names => {
  const list = asList(value);
  return {
    known: list.filter((name) => typeof name === "string"),
    open: list.some((name) => typeof name !== "string"),
  };
};

/** The name that a value gives, of an object of this kind where it refers to one; undefined where it is not known. */
export function nameGiven(value: Value | undefined, ...kinds: readonly string[]): string | undefined {
  if (!(value instanceof Reference)) return asText(value);
  const { type, inputs, outputs } = value.resource;
  if (!kinds.some((kind) => type.endsWith(`:${kind}`))) return undefined;
  return asText(asObject(inputs["metadata"])["name"]) ?? asText(asObject(outputs["metadata"])["name"]);
}

/** Whether there is anything in a value that is not known. */
export const isVague = (value: Value | undefined): boolean =>
  isUnknown(value) ||
  (typeof value === "object" &&
    value !== null &&
    Object.values(value as object).some((part) => isVague(part as Value)));
