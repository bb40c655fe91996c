import assert from "node:assert/strict";
import { isIPv4, isIPv6, BlockList } from "node:net";
import fc from "fast-check";
import {
  anAddress,
  everyAddress,
  hasAddress,
  hasNoAddress,
  includesAddresses,
  intersectAddresses,
  noAddress,
  oneAddress,
  parseAddress,
  parseCidr,
  showAddress,
  showCidrs,
  subtractAddresses,
  unionAddresses,
  type Address,
  type Addresses,
} from "../../../../components/proof/space/index.ts";

const addressArb: fc.Arbitrary<Address> = fc.oneof(
  fc.nat(2 ** 32 - 1).map((value) => ({ family: 4, value }) as const),
  fc.bigInt(0n, (1n << 128n) - 1n).map((value) => ({ family: 6, value }) as const),
);
const cidrArb = fc
  .tuple(addressArb, fc.nat(128))
  .map(([address, prefix]) => `${showAddress(address)}/${address.family === 4 ? prefix % 33 : prefix}`);
const addressesArb = fc
  .array(cidrArb, { maxLength: 5 })
  .map((cidrs): Addresses => unionAddresses(cidrs.map(parseCidr)));

/** Node takes an IPv4 address for the IPv6 one that it is mapped to. */
const isMapped = ({ family, value }: Address) => family === 6 && value >> 32n === 0xffffn;

describe("addresses", () => {
  it("are read as what they are, of both families", () => {
    const cases: readonly [string, Address][] = [
      ["0.0.0.0", { family: 4, value: 0 }],
      ["10.0.0.1", { family: 4, value: 0x0a000001 }],
      ["255.255.255.255", { family: 4, value: 0xffffffff }],
      ["::", { family: 6, value: 0n }],
      ["::1", { family: 6, value: 1n }],
      ["fd00::1:0", { family: 6, value: (0xfd00n << 112n) + 0x10000n }],
      ["FD00:0:0::ABCD", { family: 6, value: (0xfd00n << 112n) + 0xabcdn }],
      ["::ffff:10.0.0.1", { family: 6, value: 0xffff_0a00_0001n }],
    ];
    for (const [text, address] of cases) assert.deepEqual(parseAddress(text), address, text);
  });

  it("are read again from what is shown, which other programs read the same", () => {
    fc.assert(
      fc.property(addressArb, (address) => {
        const text = showAddress(address);
        assert.deepEqual(parseAddress(text), address);
        assert.ok(address.family === 4 ? isIPv4(text) : isIPv6(text));
      }),
    );
  });

  it("that are none are refused, with what was written and what is allowed", () => {
    for (const text of [
      ...["", "10.0.0", "10.0.0.256", "10.0.0.1.2", "010.0.0.1", "10.0.0.01", "0x0a.0.0.1", "167772161"],
      ...["10.0.0.1/32", " 10.0.0.1", "10.0.0.1 ", "-1.0.0.0", "portal", ":", ":::", "1::2::3", "12345::"],
      ...["fe80::1%eth0", "fd00::/64", "::10.0.0.256"],
    ])
      assert.throws(() => parseAddress(text), {
        name: "RangeError",
        message: `"${text}" is not an IP address, such as 10.0.0.1 or fd00::1`,
      });
  });
});

describe("CIDR blocks", () => {
  it("hold just the addresses that other programs say", () => {
    fc.assert(
      fc.property(cidrArb, fc.array(addressArb), (cidr, others) => {
        const block = parseCidr(cidr);
        const [address = "", prefix] = cidr.split("/");
        const list = new BlockList();
        list.addSubnet(address, Number(prefix), isIPv4(address) ? "ipv4" : "ipv6");
        const near = [...block.v4, ...block.v4.map((value) => value - 1)]
          .filter((value) => value >= 0 && value < 2 ** 32)
          .map((value) => ({ family: 4, value }) as const);
        const near6 = [...block.v6, ...block.v6.map((value) => value - 1n)]
          .filter((value) => value >= 0n && value < 1n << 128n)
          .map((value) => ({ family: 6, value }) as const);
        for (const one of [parseAddress(address), ...near, ...near6, ...others]) {
          if (one.family !== parseAddress(address).family || isMapped(one)) continue;
          const text = showAddress(one);
          assert.equal(hasAddress(block, one), list.check(text, one.family === 4 ? "ipv4" : "ipv6"), text);
        }
      }),
    );
  });

  it("may be named by any of their addresses", () => {
    assert.deepEqual(parseCidr("10.0.3.7/22"), parseCidr("10.0.0.0/22"));
    assert.deepEqual(parseCidr("fd00::7/64"), parseCidr("fd00::/64"));
    assert.deepEqual(parseCidr("10.0.0.1/32"), oneAddress(parseAddress("10.0.0.1")));
    assert.deepEqual(parseCidr("fd00::1/128"), oneAddress(parseAddress("fd00::1")));
  });

  it("of all are all of one family", () => {
    assert.deepEqual(unionAddresses([parseCidr("0.0.0.0/0"), parseCidr("::/0")]), everyAddress);
    assert.deepEqual(parseCidr("0.0.0.0/0").v6, []);
    assert.deepEqual(parseCidr("::/0").v4, []);
  });

  it("that are none are refused, with what was written and what is allowed", () => {
    for (const text of [
      ...["", "10.0.0.0", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/08", "10.0.0.0/255.0.0.0", "10.0.0/8"],
      ...["10.0.0.0/8/8", "10.0.0.0/ 8", "/8", "fd00::/129", "fd00::", "fe80::%eth0/64", "any"],
    ])
      assert.throws(() => parseCidr(text), {
        name: "RangeError",
        message: `"${text}" is not a CIDR block, such as 10.0.0.0/16 or fd00::/64`,
      });
  });

  it("show a set, and give it back: in order, none of them twice", () => {
    fc.assert(
      fc.property(addressesArb, (set) => {
        const shown = showCidrs(set);
        assert.deepEqual(unionAddresses(shown.map(parseCidr)), set);
        assert.equal(new Set(shown).size, shown.length);
        for (const [index, one] of shown.entries())
          for (const other of shown.slice(index + 1))
            assert.ok(hasNoAddress(intersectAddresses(parseCidr(one), parseCidr(other))), `${one} ${other}`);
      }),
    );
  });

  it("are the fewest that show a set", () => {
    assert.deepEqual(showCidrs(everyAddress), ["0.0.0.0/0", "::/0"]);
    assert.deepEqual(showCidrs(noAddress), []);
    assert.deepEqual(showCidrs(subtractAddresses(parseCidr("10.0.0.0/29"), parseCidr("10.0.0.2/32"))), [
      "10.0.0.0/31",
      "10.0.0.3/32",
      "10.0.0.4/30",
    ]);
    assert.deepEqual(showCidrs(unionAddresses([parseCidr("10.0.1.0/24"), parseCidr("10.0.0.0/24")])), [
      "10.0.0.0/23",
    ]);
    assert.deepEqual(showCidrs({ v4: [1, 4], v6: [3n, 5n] }), [
      "0.0.0.1/32",
      "0.0.0.2/31",
      "::3/128",
      "::4/128",
    ]);
  });
});

describe("sets of addresses", () => {
  it("are combined by family", () => {
    fc.assert(
      fc.property(addressesArb, addressesArb, addressArb, (a, b, other) => {
        const near = [a, b].map(anAddress).filter((one) => one !== undefined);
        for (const one of [other, ...near]) {
          const [inA, inB] = [hasAddress(a, one), hasAddress(b, one)];
          assert.equal(hasAddress(unionAddresses([a, b]), one), inA || inB);
          assert.equal(hasAddress(intersectAddresses(a, b), one), inA && inB);
          assert.equal(hasAddress(subtractAddresses(a, b), one), inA && !inB);
        }
        assert.equal(includesAddresses(a, b), hasNoAddress(subtractAddresses(b, a)));
        assert.ok(includesAddresses(everyAddress, a) && includesAddresses(a, noAddress));
        assert.equal(hasNoAddress(a), anAddress(a) === undefined);
      }),
    );
  });

  it("of one family never hold what is of the other", () => {
    assert.equal(hasAddress(parseCidr("0.0.0.0/0"), parseAddress("::a00:1")), false);
    assert.equal(hasAddress(parseCidr("::/0"), parseAddress("10.0.0.1")), false);
    assert.equal(includesAddresses(parseCidr("0.0.0.0/0"), parseCidr("fd00::/64")), false);
  });

  it("have an example, of IPv4 where they can", () => {
    assert.deepEqual(anAddress(everyAddress), { family: 4, value: 0 });
    assert.deepEqual(anAddress(parseCidr("fd00::/64")), parseAddress("fd00::"));
    assert.equal(anAddress(noAddress), undefined);
  });
});
