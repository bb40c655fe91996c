import assert from "node:assert/strict";
import fc from "fast-check";
import {
  covers,
  icmp,
  ip,
  ipip,
  mergeTraffic,
  parseTraffic,
  showTraffic,
  tcp,
  udp,
  type Traffic,
} from "../../../components/plan/index.ts";

const port = fc.integer({ min: 1, max: 65535 });
const range = fc.tuple(port, port).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
const anyTraffic: fc.Arbitrary<Traffic> = fc.oneof(
  fc.tuple(fc.constantFrom(tcp, udp), range).map(([make, [from, to]]) => make(from, to)),
  fc
    .integer({ min: 0, max: 255 })
    .filter((number) => number !== 6 && number !== 17)
    .map(ip),
);

describe("traffic", () => {
  for (const [text, traffic] of [
    ["tcp/443", tcp(443)],
    ["udp/8000-8010", udp(8000, 8010)],
    ["icmp", icmp],
    ["ip/4", ipip],
  ] as const)
    it(`is written ${text} and read back as the same`, () => {
      assert.deepEqual(parseTraffic(text), traffic);
      assert.equal(showTraffic(traffic), text);
    });

  it("is read back from what is shown, whatever it is", () => {
    fc.assert(
      fc.property(anyTraffic, (traffic) => assert.deepEqual(parseTraffic(showTraffic(traffic)), traffic)),
    );
  });

  for (const [text, message] of [
    ["tcp/0", "tcp ports must satisfy 1 <= from <= to <= 65535, got 0-0"],
    ["tcp/70000", "tcp ports must satisfy 1 <= from <= to <= 65535, got 70000-70000"],
    ["udp/20-10", "udp ports must satisfy 1 <= from <= to <= 65535, got 20-10"],
    ["ip/6", "IP protocol 6 has ports: name them as tcp/<port>"],
    ["ip/256", "an IP protocol number lies between 0 and 255, got 256"],
    [
      "ipip",
      "traffic is written as tcp/<port>, udp/<port>, tcp/<first>-<last>, icmp or ip/<protocol number>",
    ],
    [
      "ip/4-5",
      "traffic is written as tcp/<port>, udp/<port>, tcp/<first>-<last>, icmp or ip/<protocol number>",
    ],
  ] as const)
    it(`refuses ${text}`, () => {
      assert.throws(() => parseTraffic(text), { name: "RangeError", message });
    });

  it("of the overlay is IP protocol 4 and covers no port of TCP or UDP", () => {
    assert.deepEqual(ipip, { kind: "ip", number: 4 });
    assert.equal(covers(ipip, tcp(4)), false);
    assert.equal(covers(tcp(1, 65535), ipip), false);
  });
});

describe("merging traffic", () => {
  it("joins ports that touch and keeps those apart that do not", () => {
    assert.deepEqual(
      mergeTraffic([tcp(12381), tcp(12379), tcp(12380), tcp(12390), udp(12382)]).map(showTraffic),
      ["tcp/12379-12381", "tcp/12390", "udp/12382"],
    );
  });

  it("opens exactly what was opened before, no packet more and none less", () => {
    const few = fc.array(
      fc
        .tuple(fc.constantFrom(tcp, udp), fc.integer({ min: 1, max: 30 }), fc.integer({ min: 0, max: 5 }))
        .map(([make, from, more]) => make(from, from + more)),
    );
    fc.assert(
      fc.property(few, (traffics) => {
        const merged = mergeTraffic(traffics);
        for (const make of [tcp, udp])
          for (let number = 1; number <= 40; number++) {
            const passes = (among: readonly Traffic[]) =>
              among.some((traffic) => covers(traffic, make(number)));
            assert.equal(passes(merged), passes(traffics), showTraffic(make(number)));
          }
        assert.deepEqual(mergeTraffic(merged), merged, "merging again changes nothing");
      }),
    );
  });
});
