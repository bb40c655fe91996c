import { asList, isUnknown, type Value } from "../resource/index.ts";

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

/** Whether there is anything in a value that is not known. */
export const isVague = (value: Value | undefined): boolean =>
  isUnknown(value) ||
  (typeof value === "object" &&
    value !== null &&
    Object.values(value as object).some((part) => isVague(part as Value)));
