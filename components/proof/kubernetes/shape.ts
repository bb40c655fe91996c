import { isUnknown, type Reference, type Unknown, type Value } from "../resource/index.ts";
import { isFields, type Fields } from "./objects.ts";

export type Path = readonly (string | number)[];

/** What is not as Kubernetes' API has it, and where in an object. */
export interface ShapeProblem {
  readonly path: Path;
  readonly what: string;
  readonly expected: string;
}

/** Checks values as they are read, and keeps everything that is wrong. */
export class Shape {
  readonly problems: ShapeProblem[] = [];

  /** Keeps what is wrong, and gives what is to be taken in its place, if anything. */
  wrong<T>(path: Path, what: string, expected: string, instead?: T): T | undefined {
    this.problems.push({ path, what, expected });
    return instead;
  }

  /** A field's object, a value that is not known, or undefined where there is none. */
  fields(
    value: Value | undefined,
    path: Path,
    allowed?: readonly string[],
  ): Fields | Reference | Unknown | undefined {
    if (value === undefined || value === null || isUnknown(value)) return value ?? undefined;
    if (!isFields(value)) return this.wrong(path, `${label(path)} is ${show(value)}`, "an object");
    for (const key of Object.keys(value))
      if (allowed?.includes(key) === false)
        this.wrong([...path, key], `${label(path)} has a field "${key}"`, oneOf(allowed));
    return value;
  }

  list(value: Value | undefined, path: Path): readonly Value[] | Reference | Unknown | undefined {
    if (value === undefined || value === null || isUnknown(value)) return value ?? undefined;
    return Array.isArray(value)
      ? (value as readonly Value[])
      : this.wrong(path, `${label(path)} is ${show(value)}`, "a list");
  }

  text(value: Value | undefined, path: Path): string | Reference | Unknown | undefined {
    if (value === undefined || value === null || isUnknown(value) || typeof value === "string")
      return value ?? undefined;
    return this.wrong(path, `${label(path)} is ${show(value)}`, "a text");
  }
}

const label = (path: Path): string => {
  const name = path.findLast((part) => typeof part === "string") ?? "the object";
  return typeof path.at(-1) === "number" ? `an entry of ${name}` : name;
};

export const show = (value: Value | undefined): string =>
  value === undefined ? "nothing" : JSON.stringify(value);

export const oneOf = (allowed: readonly string[]): string => {
  const [last, ...others] = [...allowed].reverse();
  return others.length === 0 ? (last ?? "nothing") : `${others.reverse().join(", ")} or ${last}`;
};
