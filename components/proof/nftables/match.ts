import { exactly, type Known } from "../network/index.ts";
import { intervals, subtractAddresses, type Addresses, type Intervals } from "../space/index.ts";
import { and, everything, ofFamily, uncertain, type Alternative } from "./alternative.ts";
import { fieldOf, isOfTracking, type Field, type PacketField } from "./field.ts";
import type { ListedSet } from "./ruleset.ts";
import {
  known,
  readAddresses,
  readNumbers,
  unionOfAddresses,
  unionOfNumbers,
  valuesOf,
  type Values,
} from "./values.ts";

/** What a packet's way through the gateway is known by, besides what it bears. */
export interface Surroundings {
  readonly setOf: (name: string) => ListedSet | undefined;
  /** The device by which it came. */
  readonly receivedBy?: string;
  /** The addresses that lie behind each device. */
  readonly routes?: ReadonlyMap<string, Addresses>;
  /** Where in the machine it is: before it is forwarded it has no device to leave by, and after, none that it came by. */
  readonly hook?: string;
  /** Whether connection tracking has seen the packet: it does so in prerouting, at the priority -200. */
  readonly isTracked?: boolean;
  /** Whether it answers one that has opened a connection. */
  readonly isAnswer?: true;
}

/** A match as alternatives, of which there may be none. */
export function alternativesOf(
  { op, left, right }: { readonly op?: unknown; readonly left?: unknown; readonly right?: unknown },
  around: Surroundings,
): Alternative[] {
  const { concat } = (left ?? {}) as { concat?: readonly unknown[] };
  if (concat !== undefined)
    return op === "==" ? concatenated(concat, valuesOf(right, around.setOf), around) : [uncertain];
  const values = valuesOf(right, around.setOf);
  return values === undefined ? [uncertain] : one(left, op, values, around);
}

/** The key of a map, and its elements: each with the alternatives in which it is the one that is found. */
export function keyed(
  key: unknown,
  { elements, changes }: Values,
  around: Surroundings,
): { readonly alternative: Alternative; readonly data: unknown }[] {
  const { concat } = (key ?? {}) as { concat?: readonly unknown[] };
  return elements.flatMap((element) => {
    const own: Values = { elements: [{ ...element, data: undefined }], changes: false };
    const found = concat === undefined ? one(key, "==", own, around) : concatenated(concat, own, around);
    return found.map((alternative) => ({
      alternative: changes ? doubted(alternative) : alternative,
      data: element.data,
    }));
  });
}

const doubted = ({ packets, ...rest }: Alternative): Alternative => ({
  ...rest,
  packets: { sure: [], maybe: packets.maybe },
});

function concatenated(
  keys: readonly unknown[],
  values: Values | undefined,
  around: Surroundings,
): Alternative[] {
  if (values === undefined || values.changes) return [uncertain];
  return values.elements.flatMap(({ value, expires }) => {
    const { concat: parts } = (value ?? {}) as { concat?: readonly unknown[] };
    if (parts?.length !== keys.length) return [uncertain];
    let found: Alternative[] = [everything];
    for (const [index, key] of keys.entries()) {
      const part: Values = { elements: [{ value: parts[index], expires }], changes: false };
      const own = one(key, "==", part, around);
      found = combine(found, own);
    }
    return found;
  });
}

export const combine = (some: readonly Alternative[], others: readonly Alternative[]): Alternative[] =>
  some.flatMap((a) => others.flatMap((b) => and(a, b) ?? []));

/** One field against values, by equality, inequality or order. */
function one(left: unknown, op: unknown, values: Values, around: Surroundings): Alternative[] {
  const field = fieldOf(left);
  if (isOfTracking(left)) {
    if (around.isTracked === undefined) return [uncertain];
    if (!around.isTracked && field.kind !== "state") return [];
  }
  if (field.kind === "state") return truth(hasState(op, values, around));
  if (op === "in") return [uncertain];
  switch (field.kind) {
    case "address":
      return addressesMatch(endOf(field, around), field.family, op, values);
    case "packets":
      return numbersMatch(field, op, values, around);
    case "family":
      return familyMatch(op, values);
    case "receivedBy":
      if (around.hook === "postrouting") return noDevice(op);
      return around.receivedBy === undefined ? [uncertain] : truth(named(around.receivedBy, op, values));
    case "sentBy":
      if (around.hook === "prerouting") return noDevice(op);
      return around.routes === undefined ? [uncertain] : routesMatch(around.routes, op, values);
    case "direction":
      return values.elements.length === 1 && op === "=="
        ? truth(directions[String(values.elements[0]?.value)] === (around.isAnswer === true))
        : [uncertain];
    case "unknown":
      return [uncertain];
  }
}

/** What has no device has no name that equals one; whether it has one that differs is a matter of the kernel's version. */
const noDevice = (op: unknown): Alternative[] => (op === "==" ? [] : [uncertain]);

const endOf = ({ end, isOriginal }: Extract<Field, { kind: "address" }>, { isAnswer }: Surroundings) =>
  isOriginal && isAnswer === true ? (end === "from" ? "to" : "from") : end;

/** Whether it is that of answers. */
const directions: Readonly<Record<string, boolean>> = { 0: false, original: false, 1: true, reply: true };

const addressesCache = new WeakMap<Values, Map<4 | 6, Known<Addresses>>>();

function addressesMatch(end: "from" | "to", family: 4 | 6, op: unknown, values: Values): Alternative[] {
  const all = ofFamily(family);
  if (op !== "==" && op !== "!=") return [{ ...uncertain, [end]: { sure: all, maybe: all } }];
  let byFamily = addressesCache.get(values);
  if (byFamily === undefined) addressesCache.set(values, (byFamily = new Map<4 | 6, Known<Addresses>>()));
  let set = byFamily.get(family);
  if (set === undefined)
    byFamily.set(
      family,
      (set = known(values, (value) => readAddresses(value, family), unionOfAddresses, all)),
    );
  const own = op === "==" ? set : without(all, set);
  const other = { sure: all, maybe: all };
  return end === "from"
    ? [{ ...everything, from: own, to: other }]
    : [{ ...everything, from: other, to: own }];
}

function without(all: Addresses, { sure, maybe }: Known<Addresses>): Known<Addresses> {
  const certain = subtractAddresses(all, maybe);
  return { sure: certain, maybe: sure === maybe ? certain : subtractAddresses(all, sure) };
}

function numbersMatch(
  { size, family, packets: ofFirst, answered }: PacketField,
  op: unknown,
  values: Values,
  { isAnswer }: Surroundings,
): Alternative[] {
  const packets = isAnswer === true ? (answered ?? ofFirst) : ofFirst;
  const all: Intervals<number> = [0, size];
  const within = family === undefined ? everything.from : exactly(ofFamily(family));
  const found = numbers();
  const exact = found?.sure === found?.maybe;
  const maybe = packets(found?.maybe ?? all, "maybe");
  const sure = found === undefined ? [] : packets(found.sure, "sure");
  const same = exact && intervals.equals(sure, maybe);
  return [{ from: within, to: within, packets: same ? { sure, maybe: sure } : { sure, maybe } }];

  function numbers(): Known<Intervals<number>> | undefined {
    const set = known(values, readNumbers, unionOfNumbers, all);
    if (op === "==") return set;
    if (op === "!=")
      return set.sure === set.maybe
        ? exactly(intervals.subtract(all, set.sure))
        : { sure: intervals.subtract(all, set.maybe), maybe: intervals.subtract(all, set.sure) };
    const [bound] = values.elements.map(({ value }) => value);
    if (values.elements.length !== 1 || typeof bound !== "number") return undefined;
    if (op === "<") return exactly(upTo(0, bound));
    if (op === "<=") return exactly(upTo(0, bound + 1));
    if (op === ">") return exactly(upTo(bound + 1, size));
    return op === ">=" ? exactly(upTo(bound, size)) : undefined;
  }
}

const upTo = (first: number, end: number): Intervals<number> => (first < end ? [first, end] : []);

const families: Readonly<Record<string, 4 | 6>> = { 2: 4, ipv4: 4, 10: 6, ipv6: 6 };

function familyMatch(op: unknown, values: Values): Alternative[] {
  const read = values.elements.map(({ value }) => families[String(value)]);
  if ((op !== "==" && op !== "!=") || values.changes || read.includes(undefined)) return [uncertain];
  return ([4, 6] as const)
    .filter((family) => read.includes(family) === (op === "=="))
    .map((family) => ({ ...everything, from: exactly(ofFamily(family)), to: exactly(ofFamily(family)) }));
}

/** Names of devices may end in `*`, which stands for any end. */
const isNamed = (device: string, value: unknown): boolean | undefined => {
  if (typeof value !== "string") return undefined;
  return value.endsWith("*") ? device.startsWith(value.slice(0, -1)) : device === value;
};

function named(device: string, op: unknown, { elements, changes }: Values): boolean | undefined {
  const found = elements.map(({ value }) => isNamed(device, value));
  if ((op !== "==" && op !== "!=") || changes || found.includes(undefined)) return undefined;
  if (elements.some(({ expires }) => expires)) return undefined;
  return found.includes(true) === (op === "==");
}

function routesMatch(routes: ReadonlyMap<string, Addresses>, op: unknown, values: Values): Alternative[] {
  return [...routes].flatMap(([device, behind]) => {
    const answer = named(device, op, values);
    const to = { sure: behind, maybe: behind };
    return answer === undefined ? [{ ...uncertain, to }] : answer ? [{ ...everything, to }] : [];
  });
}

const truth = (answer: boolean | undefined): Alternative[] =>
  answer === undefined ? [uncertain] : answer ? [everything] : [];

const states: Readonly<Record<string, number>> = {
  invalid: 1,
  established: 2,
  related: 4,
  new: 8,
  untracked: 64,
};

/**
 * Whether a packet has the state. An ICMP packet that is no request cannot open a connection, and is `invalid`: here
 * it counts as a first one, so that what a rule about all of ICMP opens is shown as all of it.
 */
function hasState(
  op: unknown,
  { elements, changes }: Values,
  { isAnswer, isTracked }: Surroundings,
): boolean | undefined {
  const named = elements.map(({ value }) => statesIn(value));
  if (changes || elements.some(({ expires }) => expires) || named.includes(undefined)) return undefined;
  const bits = named.flatMap((some) => some ?? []);
  const own = states[isTracked === false ? "invalid" : isAnswer === true ? "established" : "new"] ?? 0;
  if (op === "in") return bits.some((bit) => (bit & own) !== 0);
  if (op === "==") return bits.includes(own);
  return op === "!=" ? !bits.includes(own) : undefined;
}

/** The states that a match names, as the kernel's bits. */
export function statesIn(right: unknown): number[] | undefined {
  const { set } = (right ?? {}) as { set?: unknown };
  const listed = (Array.isArray(set ?? right) ? (set ?? right) : [set ?? right]) as readonly unknown[];
  const bits = listed.map((state) => (typeof state === "number" ? state : states[String(state)]));
  return bits.every((bit) => bit !== undefined) ? bits : undefined;
}
