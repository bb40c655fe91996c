import assert from "node:assert/strict";
import { icmpPackets, intervals, packets, protocol } from "../../../../components/proof/space/index.ts";
import { jsonParts, toJson, type ProofJson } from "../../../../components/proof/report/index.ts";
import type { Allowed, Layer, Statement } from "../../../../components/proof/statement/index.ts";
import { assertGolden } from "../../../support/golden.ts";
import { dev, large, leaking, manifests, traffic, troubled } from "../../../support/statements.ts";

const parsed = (statement: Statement): ProofJson => JSON.parse(toJson(statement)) as ProofJson;

/** A statement of nothing but these. */
const of = (allowed: readonly Allowed[], name: Layer["name"] = "machines"): Statement => ({
  source: "nowhere",
  layers: [{ name, endpoints: [], parties: [], cells: [], allowed: () => allowed, outside: () => [] }],
  leaks: [],
  excused: [],
  missing: [],
  exceptions: [],
  assumptions: [],
});

describe("a statement as JSON", () => {
  it("says who may reach whom, what leaks, what is missing, what is excused and what is assumed", async () => {
    await assertGolden(new URL("../../../golden/proof-troubled.json", import.meta.url), toJson(troubled()));
  });

  it("has what other programs ask for first, and in this order", () => {
    const asked = ["endpoints", "allowed", "leaks", "missing", "exceptions", "assumptions"];
    for (const statement of [dev(), manifests(), large(40)])
      assert.deepEqual(Object.keys(parsed(statement)).slice(0, 6), asked);
  });

  it("has the protocol's number, and ports where it has some", () => {
    const of1 = (set: Allowed["packets"]) =>
      parsed(of([{ from: "a", to: "b", packets: set }])).allowed.map(({ protocol: number, ports }) => [
        number,
        ports,
      ]);
    assert.deepEqual(of1(traffic("tcp/80", "tcp/443-445", "udp/53", "ip/4")), [
      [4, null],
      [
        6,
        [
          [80, 80],
          [443, 445],
        ],
      ],
      [17, [[53, 53]]],
    ]);
    assert.deepEqual(of1(packets(protocol.tcp)), [[6, [[0, 65535]]]]);
    assert.deepEqual(of1(packets(protocol.icmp)), [[1, null]]);
    assert.deepEqual(of1(icmpPackets(protocol.icmp, 8)), [[1, [[2048, 2303]]]]);
    assert.deepEqual(of1(icmpPackets(protocol.icmpv6, 128, 0)), [[58, [[32768, 32768]]]]);
    assert.equal(of1(traffic("everything")).length, 256);
  });

  it("has one entry for each from, to and protocol, sorted, whatever the order it was found in", () => {
    const found = [
      { from: "b", to: "a", packets: traffic("tcp/1") },
      { from: "a", to: "c", packets: traffic("tcp/2") },
      { from: "b", to: "a", packets: traffic("tcp/2-3", "udp/9") },
      { from: "a", to: "b", packets: traffic("tcp/4") },
    ];
    const expected = [
      { from: "a", to: "b", protocol: 6, ports: [[4, 4]] },
      { from: "a", to: "c", protocol: 6, ports: [[2, 2]] },
      { from: "b", to: "a", protocol: 6, ports: [[1, 3]] },
      { from: "b", to: "a", protocol: 17, ports: [[9, 9]] },
    ];
    assert.deepEqual(parsed(of(found)).allowed, expected);
    assert.deepEqual(parsed(of(found.toReversed())).allowed, expected);
  });

  it("has no pair that is denied", () => {
    const { allowed, outside } = parsed(leaking());
    const reaches = (from: string, to: string) =>
      [...allowed, ...outside].some((entry) => entry.from === from && entry.to === to);
    assert.ok(reaches("test-portal-1", "test-billing-2"));
    assert.ok(reaches("test-portal-1", "test-claims-1"));
    assert.ok(reaches("198.51.100.0/24", "manager-1"));
    assert.ok(!reaches("test-claims-1", "test-portal-1"));
    assert.ok(!reaches("staging-portal-1", "test-billing-1"));
    assert.ok(!reaches("198.51.100.0/24", "test-portal-1"));
  });

  it("says whether the proof holds, and that nothing was asked where there is no environment", () => {
    assert.equal(parsed(dev()).holds, true);
    assert.equal(parsed(leaking()).holds, false);
    assert.equal(parsed(manifests()).holds, null);
    assert.ok(!("environment" in parsed(manifests())));
  });

  it("leaves out of the leaks what an exception in force excuses, and nothing that an expired one would", () => {
    const { leaks, excused, exceptions } = parsed(troubled());
    assert.deepEqual(
      excused.map(({ id }) => id),
      ["machines/staging-claims/test-claims"],
    );
    assert.ok(leaks.some(({ id }) => id === "machines/test-portal/test-claims"));
    assert.ok(
      exceptions.some(({ expired, excuses }) => expired && excuses[0] === "machines/test-portal/test-claims"),
    );
  });

  it("comes in parts, so that a large one never is one text", () => {
    const longest = Math.max(...[...jsonParts(large(60))].map(({ length }) => length));
    assert.ok(longest < 2000, `a part of ${longest} characters`);
  });

  it("is the same packets that the statement has", () => {
    const set = intervals.unionOf([traffic("tcp/80-90", "udp/1", "ip/4"), icmpPackets(protocol.icmp, 3, 4)]);
    const [first, ...more] = parsed(of([{ from: "a", to: "b", packets: set }])).allowed;
    assert.deepEqual([first?.protocol, first?.ports], [1, [[772, 772]]]);
    assert.equal(more.length, 3);
  });
});
