import assert from "node:assert/strict";
import fc from "fast-check";
import { covers, ip, parseTraffic, tcp, udp } from "../../../../components/plan/index.ts";
import {
  byProtocol,
  everyPacket,
  hasPorts,
  icmpPackets,
  intervals,
  isAllPorts,
  noPacket,
  packets,
  packetsOf,
  packetsOfProtocols,
  protocol,
  showPackets,
  type Packets,
} from "../../../../components/proof/space/index.ts";

const rangeArb = fc
  .tuple(fc.constantFrom(0, 1, 4, 6, 7, 17, 58, 132, 255), fc.nat(65535), fc.nat(65535), fc.nat(2))
  .map(([number, one, other, kind]) =>
    kind === 0 ? packets(number) : packets(number, Math.min(one, other), Math.max(one, other)),
  );
const setArb = fc.array(rangeArb, { maxLength: 6 }).map((all): Packets => intervals.unionOf(all));

const numbers: Readonly<Record<string, number>> = { icmp: 1, tcp: 6, udp: 17, icmpv6: 58, sctp: 132 };

/** Reads what people are shown. */
function readShown(text: string): Packets {
  if (text === "everything") return everyPacket;
  if (text === "nothing") return noPacket;
  return intervals.unionOf(text.split(", ").map(readPart));
}

function readPart(part: string): Packets {
  const [, first, last = first] = /^ip\/(\d+)(?:-(\d+))?$/.exec(part) ?? [];
  if (first !== undefined) return [Number(first) * 65536, (Number(last) + 1) * 65536];
  const [, name = "", rest] = /^(ip\/\d+|[a-z0-9]+)(?:\/(.+))?$/.exec(part) ?? [];
  const number = numbers[name] ?? Number(name.slice("ip/".length));
  if (rest === undefined) return packets(number);
  const [one, other = one] = rest.split(/-| to /).map((end) => {
    const [, type, code] = /^type (\d+)(?: code (\d+))?$/.exec(end) ?? [];
    if (type === undefined) return packets(number, Number(end), Number(end));
    return icmpPackets(number, Number(type), code === undefined ? undefined : Number(code));
  });
  return [Number(one?.[0]), Number(other?.[1])];
}

describe("packets", () => {
  it("are read again from what people are shown", () => {
    fc.assert(
      fc.property(setArb, (set) => {
        assert.deepEqual(readShown(showPackets(set)), set, showPackets(set));
      }),
    );
  });

  it("are shown the way that flows are written", () => {
    const cases: readonly [Packets, string][] = [
      [noPacket, "nothing"],
      [everyPacket, "everything"],
      [packetsOf(parseTraffic("tcp/443")), "tcp/443"],
      [packetsOf(parseTraffic("udp/8000-8010")), "udp/8000-8010"],
      [packetsOf(parseTraffic("icmp")), "icmp"],
      [packetsOf(parseTraffic("ip/4")), "ip/4"],
      [intervals.unionOf([packets(6, 443, 443), packets(17, 53, 53), packets(4)]), "ip/4, tcp/443, udp/53"],
      [intervals.unionOf([packets(6, 80, 80), packets(6, 82, 90)]), "tcp/80, tcp/82-90"],
      [packets(6), "tcp"],
      [icmpPackets(1, 8), "icmp/type 8"],
      [icmpPackets(58, 129, 0), "icmpv6/type 129 code 0"],
      [packets(1, 5, 300), "icmp/type 0 code 5 to type 1 code 44"],
      [packetsOfProtocols([2, 3, 4, 5, 6, 9]), "ip/2-5, tcp, ip/9"],
      [[5 * 65536, 6 * 65536 + 10], "ip/5, tcp/0-9"],
      [packets(7, 5, 10), "ip/7/5-10"],
    ];
    for (const [set, shown] of cases) assert.equal(showPackets(set), shown);
  });

  it("are told apart by protocol, and there by port", () => {
    fc.assert(
      fc.property(setArb, (set) => {
        const parts = [...byProtocol(set)];
        assert.deepEqual(
          parts.map((part) => part.protocol),
          [...new Set(parts.map((part) => part.protocol))].sort((a, b) => a - b),
        );
        assert.ok(parts.every(({ ports }) => ports.length > 0));
        const again = parts.flatMap((part) =>
          part.ports.map(([first, last]) => packets(part.protocol, first, last)),
        );
        assert.deepEqual(intervals.unionOf(again), set);
        assert.ok(
          parts.every(({ ports }) =>
            ports.every(([first, last]) => 0 <= first && first <= last && last <= 65535),
          ),
        );
      }),
    );
    assert.equal([...byProtocol(everyPacket)].length, 256);
    assert.ok([...byProtocol(everyPacket)].every(({ ports }) => isAllPorts(ports)));
    assert.equal(isAllPorts([[0, 65534]]), false);
    assert.equal(isAllPorts([[1, 65535]]), false);
    assert.equal(isAllPorts([]), false);
  });

  it("of a traffic are its own and no others", () => {
    const port = fc.integer({ min: 1, max: 65535 });
    const traffic = fc.oneof(
      fc.tuple(port, port).map(([a, b]) => tcp(Math.min(a, b), Math.max(a, b))),
      fc.tuple(port, port).map(([a, b]) => udp(Math.min(a, b), Math.max(a, b))),
      fc.constantFrom(0, 1, 4, 47, 132, 255).map(ip),
    );
    fc.assert(
      fc.property(traffic, traffic, (one, other) => {
        assert.equal(intervals.includes(packetsOf(one), packetsOf(other)), covers(one, other));
      }),
    );
    assert.deepEqual(packetsOf(ip(4)), [4 * 65536, 5 * 65536]);
    assert.deepEqual(packetsOf(tcp(443)), [6 * 65536 + 443, 6 * 65536 + 444]);
    assert.deepEqual(packetsOf(udp(65535)), [17 * 65536 + 65535, 18 * 65536]);
  });

  it("of IP-in-IP have the protocol number 4, which is not what nftables calls ipip", () => {
    assert.equal(protocol.ipip, 4);
  });

  it("have ports where their protocol has", () => {
    const having = Array.from({ length: 256 }, (_, number) => number).filter(hasPorts);
    assert.deepEqual(having, [6, 17, 33, 132, 136]);
  });

  it("of ICMP are of a type, and of a code where one is named", () => {
    assert.deepEqual(icmpPackets(1, 3), packets(1, 768, 1023));
    assert.deepEqual(icmpPackets(1, 3, 4), packets(1, 772, 772));
  });
});
