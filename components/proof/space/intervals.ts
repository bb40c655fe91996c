/**
 * A set of whole numbers as the points at which membership changes, in order: `[10, 20, 30, 40]` holds 10 to 19 and
 * 30 to 39. Each set has one such list, so that equal sets have equal lists.
 */
export type Intervals<T extends number | bigint> = readonly T[];

/** The numbers for which `keep` says so, given whether they are in the one set and in the other; never (false, false). */
function combine<T extends number | bigint>(
  a: Intervals<T>,
  b: Intervals<T>,
  keep: (inA: boolean, inB: boolean) => boolean,
): Intervals<T> {
  const points: T[] = [];
  let [i, j] = [0, 0];
  let inside = false;
  while (i < a.length || j < b.length) {
    const [x, y] = [a[i], b[j]];
    const point = (y === undefined || (x !== undefined && x <= y) ? x : y) as T;
    if (x === point) i++;
    if (y === point) j++;
    const now = keep(i % 2 === 1, j % 2 === 1);
    if (now !== inside) points.push(point);
    inside = now;
  }
  return points;
}

export const union = <T extends number | bigint>(a: Intervals<T>, b: Intervals<T>): Intervals<T> =>
  a.length === 0 ? b : b.length === 0 ? a : combine(a, b, (inA, inB) => inA || inB);

export const intersect = <T extends number | bigint>(a: Intervals<T>, b: Intervals<T>): Intervals<T> =>
  a.length === 0 ? a : b.length === 0 ? b : combine(a, b, (inA, inB) => inA && inB);

export const subtract = <T extends number | bigint>(a: Intervals<T>, b: Intervals<T>): Intervals<T> =>
  a.length === 0 || b.length === 0 ? a : combine(a, b, (inA, inB) => inA && !inB);

export function unionOf<T extends number | bigint>(sets: readonly Intervals<T>[]): Intervals<T> {
  const [only = [], ...more] = sets;
  if (more.length === 0) return only;
  const pairs: (readonly [T, T])[] = [];
  for (const set of sets) for (let i = 0; i < set.length; i += 2) pairs.push([set[i]!, set[i + 1]!]);
  pairs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const points: T[] = [];
  for (const [first, end] of pairs) {
    const last = points.at(-1);
    if (last === undefined || first > last) points.push(first, end);
    else if (end > last) points[points.length - 1] = end;
  }
  return points;
}

export const isEmpty = (set: Intervals<number | bigint>): boolean => set.length === 0;

export const equals = <T extends number | bigint>(a: Intervals<T>, b: Intervals<T>): boolean =>
  a === b || (a.length === b.length && a.every((point, index) => point === b[index]));

/** Whether all of `inner` is in `outer`. */
export const includes = <T extends number | bigint>(outer: Intervals<T>, inner: Intervals<T>): boolean =>
  isEmpty(subtract(inner, outer));

/** Whether a number is in the set. */
export const has = <T extends number | bigint>(set: Intervals<T>, value: T): boolean =>
  pointsUpTo(set, value) % 2 === 1;

/** Whether the set has any of the numbers from `first` to the one before `end`. */
export function touches<T extends number | bigint>(set: Intervals<T>, first: T, end: T): boolean {
  const points = pointsUpTo(set, first);
  const next = set[points];
  return points % 2 === 1 || (next !== undefined && next < end);
}

/** How many points are not beyond a number: by halves, since a set of addresses may be long. */
function pointsUpTo<T extends number | bigint>(set: Intervals<T>, value: T): number {
  let [low, high] = [0, set.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (set[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Its parts, each with its first number and the one after its last. */
export function* parts<T extends number | bigint>(set: Intervals<T>): Generator<readonly [T, T]> {
  for (let i = 0; i < set.length; i += 2) yield [set[i]!, set[i + 1]!];
}
