import assert from "node:assert/strict";
import { Random } from "../../../../components/lab/check/random.ts";

const many = Array.from({ length: 10_000 });

describe("what is drawn by lot", () => {
  it("is what Mulberry32 gives for the seed, as its author's program does", () => {
    const random = new Random(1);
    assert.deepEqual(
      many.slice(0, 4).map(() => random.below(2 ** 32)),
      [2693262067, 11749833, 2265367787, 4213581821],
    );
  });

  it("lies between its first and its last, and comes to each alike", () => {
    const random = new Random(7);
    const drawn = Map.groupBy(
      many.map(() => random.between(3, 6)),
      (number) => number,
    );
    assert.deepEqual([...drawn.keys()].sort(), [3, 4, 5, 6]);
    for (const { length } of drawn.values()) assert.ok(length > 2_300 && length < 2_700, String(length));
  });

  it("is one of what there is, and nothing of nothing is an error", () => {
    assert.equal(new Random(1).pick(["only"]), "only");
    assert.throws(() => new Random(1).pick([]), RangeError);
  });

  it("in another order is still everything, once, and leaves the first order as it was", () => {
    const items = [1, 2, 3, 4, 5, 6, 7, 8];
    const mixed = new Random(1).shuffled(items);
    assert.deepEqual(mixed.toSorted(), items);
    assert.notDeepEqual(mixed, items);
    assert.deepEqual(items, [1, 2, 3, 4, 5, 6, 7, 8]);
  });
});
