import type { Known } from "../network/index.ts";
import {
  intervals,
  noAddress,
  oneAddress,
  parseAddress,
  parseCidr,
  unionAddresses,
  type Addresses,
  type Intervals,
} from "../space/index.ts";
import { elementsOf, type ListedSet, type SetElement } from "./ruleset.ts";

/** What a match compares with. */
export interface Values {
  readonly elements: readonly SetElement[];
  readonly changes: boolean;
}

/** Reads the right side of a match; undefined where its set is not there. */
export function valuesOf(right: unknown, setOf: (name: string) => ListedSet | undefined): Values | undefined {
  if (typeof right === "string" && right.startsWith("@")) return setOf(right.slice(1));
  const { set } = (right ?? {}) as { set?: unknown };
  if (set !== undefined) return { elements: elementsOf(Array.isArray(set) ? set : [set]), changes: false };
  return { elements: [{ value: right, expires: false }], changes: false };
}

/** Reads values one by one; what cannot be read may be all or nothing. */
export function known<T>(
  { elements, changes }: Values,
  read: (value: unknown) => T | undefined,
  union: (sets: readonly T[]) => T,
  all: T,
): Known<T> {
  const [sure, maybe]: [T[], T[]] = [[], []];
  let unread = changes;
  for (const { value, expires } of elements) {
    const set = read(value);
    if (set === undefined) unread = true;
    else {
      maybe.push(set);
      if (!expires && !changes) sure.push(set);
    }
  }
  const certain = union(sure);
  return { sure: certain, maybe: unread ? all : sure.length === maybe.length ? certain : union(maybe) };
}

export function readAddresses(value: unknown, family: 4 | 6): Addresses | undefined {
  try {
    const found = addressesOf(value);
    if (found === undefined) return undefined;
    return (family === 4 ? found.v6 : found.v4).length === 0 ? found : undefined;
  } catch {
    // Not an address as we know them.
    return undefined;
  }
}

function addressesOf(value: unknown): Addresses | undefined {
  if (typeof value === "string") return oneAddress(parseAddress(value));
  const { prefix, range } = (value ?? {}) as {
    prefix?: { addr: string; len: number };
    range?: readonly [string, string];
  };
  if (prefix !== undefined) return parseCidr(`${prefix.addr}/${prefix.len}`);
  if (range === undefined) return undefined;
  const [first, last] = [parseAddress(range[0]), parseAddress(range[1])];
  if (first.family === 4 && last.family === 4) return { v4: [first.value, last.value + 1], v6: [] };
  if (first.family === 6 && last.family === 6) return { v4: [], v6: [first.value, last.value + 1n] };
  return undefined;
}

export const unionOfAddresses = (sets: readonly Addresses[]): Addresses =>
  sets.length === 0 ? noAddress : unionAddresses(sets);

export function readNumbers(value: unknown): Intervals<number> | undefined {
  if (typeof value === "number") return [value, value + 1];
  const { range } = (value ?? {}) as { range?: readonly [unknown, unknown] };
  const [first, last] = range ?? [];
  return typeof first === "number" && typeof last === "number" && first <= last
    ? [first, last + 1]
    : undefined;
}

export const unionOfNumbers = (sets: readonly Intervals<number>[]): Intervals<number> =>
  intervals.unionOf(sets);
