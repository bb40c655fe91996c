import assert from "node:assert/strict";
import fc from "fast-check";
import {
  contains,
  overlaps,
  parseBlock,
  showBlock,
  sizeOf,
  subBlock,
} from "../../../components/plan/index.ts";

const block = fc
  .tuple(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 0, max: 32 }))
  .map(([address, prefix]) => ({ start: Math.floor(address / sizeOf(prefix)) * sizeOf(prefix), prefix }));

describe("a CIDR block", () => {
  it("is read back from what is shown, whatever it is", () => {
    fc.assert(fc.property(block, (any) => assert.deepEqual(parseBlock(showBlock(any)), any)));
  });

  for (const [text, message] of [
    ["10.16.0.0", "the prefix length is missing: did you mean 10.16.0.0/32?"],
    ["10.16.0.1/16", "the address is not the block's first: did you mean 10.16.0.0/16?"],
    ["999.999.999.999/99", "write an IPv4 CIDR block, such as 10.16.0.0/16"],
    ["10.0.0/8", "write an IPv4 CIDR block, such as 10.16.0.0/16"],
    ["010.0.0.0/8", "write an IPv4 CIDR block, such as 10.16.0.0/16"],
    ["fd00::/8", "write an IPv4 CIDR block, such as 10.16.0.0/16"],
    ["", "write an IPv4 CIDR block, such as 10.16.0.0/16"],
  ] as const)
    it(`refuses "${text}"`, () => {
      assert.throws(() => parseBlock(text), { name: "RangeError", message });
    });

  it("overlaps another exactly when they share an address", () => {
    fc.assert(
      fc.property(block, block, (a, b) => {
        const share = a.start < b.start + sizeOf(b.prefix) && b.start < a.start + sizeOf(a.prefix);
        assert.equal(overlaps(a, b), share);
      }),
    );
  });

  it("divides into blocks that lie inside it and share no address", () => {
    const divided = fc
      .tuple(block, fc.integer({ min: 0, max: 6 }))
      .filter(([{ prefix }, bits]) => prefix + bits <= 32);
    fc.assert(
      fc.property(divided, ([whole, bits]) => {
        const parts = Array.from({ length: 2 ** bits }, (_, index) =>
          subBlock(whole, whole.prefix + bits, index),
        );
        for (const [index, part] of parts.entries()) {
          assert.ok(contains(whole, part));
          assert.ok(parts.every((other, position) => position === index || !overlaps(part, other)));
        }
        assert.throws(() => subBlock(whole, whole.prefix + bits, 2 ** bits), RangeError);
      }),
    );
  });
});
