import assert from "node:assert/strict";
import fc from "fast-check";
import { intervals, type Intervals } from "../../../../components/proof/space/index.ts";

const most = 24;
const everything = Array.from({ length: most }, (_, value) => value);

const where = (test: (value: number) => boolean) => new Set(everything.filter(test));

/** The one list of points for these numbers, by looking at each. */
function pointsOf(numbers: ReadonlySet<number>): number[] {
  const points: number[] = [];
  for (let value = 0; value <= most; value++)
    if (numbers.has(value) !== numbers.has(value - 1)) points.push(value);
  return points;
}

const numbersArb = fc.uniqueArray(fc.nat(most - 1), { maxLength: most }).map((all) => new Set(all));
const bothArb = fc.tuple(numbersArb, numbersArb);

const asBigint = (points: Intervals<number>): bigint[] => points.map((point) => BigInt(point) << 100n);

describe("sets of numbers", () => {
  it("are combined as sets are, and each is written in one way only", () => {
    fc.assert(
      fc.property(bothArb, ([a, b]) => {
        const [x, y] = [pointsOf(a), pointsOf(b)];
        const cases = [
          [intervals.union, where((value) => a.has(value) || b.has(value))],
          [intervals.intersect, where((value) => a.has(value) && b.has(value))],
          [intervals.subtract, where((value) => a.has(value) && !b.has(value))],
        ] as const;
        for (const [combine, expected] of cases) {
          assert.deepEqual(combine(x, y), pointsOf(expected));
          assert.deepEqual(combine(asBigint(x), asBigint(y)), asBigint(pointsOf(expected)));
        }
      }),
    );
  });

  it("are united, however many they are", () => {
    fc.assert(
      fc.property(fc.array(numbersArb, { maxLength: 6 }), (sets) => {
        const all = new Set(sets.flatMap((set) => [...set]));
        const points = sets.map(pointsOf);
        assert.deepEqual(intervals.unionOf(points), pointsOf(all));
        assert.deepEqual(intervals.unionOf(points.map(asBigint)), asBigint(pointsOf(all)));
      }),
    );
  });

  it("are compared, and asked for what they hold, as sets are", () => {
    fc.assert(
      fc.property(bothArb, ([a, b]) => {
        const [x, y] = [pointsOf(a), pointsOf(b)];
        assert.equal(intervals.isEmpty(x), a.size === 0);
        assert.equal(
          intervals.equals(x, y),
          everything.every((value) => a.has(value) === b.has(value)),
        );
        assert.ok(intervals.equals(x, [...x]));
        assert.equal(
          intervals.includes(x, y),
          everything.every((value) => a.has(value) || !b.has(value)),
        );
        for (const value of [-1, ...everything, most]) {
          assert.equal(intervals.has(x, value), a.has(value));
          assert.equal(intervals.has(asBigint(x), BigInt(value) << 100n), a.has(value));
        }
        for (const first of everything)
          for (const end of everything.slice(first + 1)) {
            const any = everything.some((value) => first <= value && value < end && a.has(value));
            assert.equal(intervals.touches(x, first, end), any);
          }
        const numbers = [...intervals.parts(x)].flatMap(([first, end]) =>
          everything.filter((value) => first <= value && value < end),
        );
        assert.deepEqual(
          numbers,
          [...a].sort((one, other) => one - other),
        );
      }),
    );
  });

  it("stay what they are when others are made of them", () => {
    fc.assert(
      fc.property(bothArb, ([a, b]) => {
        const [x, y] = [Object.freeze(pointsOf(a)), Object.freeze(pointsOf(b))];
        intervals.unionOf([x, y, x]);
        for (const combine of [intervals.union, intervals.intersect, intervals.subtract]) combine(x, y);
        assert.deepEqual(x, pointsOf(a));
      }),
    );
  });
});
