import assert from "node:assert/strict";
import {
  decodeOutcomes,
  encodeProbes,
  planProbes,
  type Probe,
} from "../../../../components/lab/check/index.ts";
import {
  icmp,
  ip,
  plan,
  tcp,
  udp,
  type Flow,
  type Host,
  type Traffic,
} from "../../../../components/plan/index.ts";
import { environment } from "../../../support/config.ts";

const planned = plan(environment());
const host = (name: string): Host => {
  const found = planned.hosts.find((candidate) => candidate.name === name);
  assert.ok(found, `there is no machine ${name}`);
  return found;
};
const [flow] = planned.flows as [Flow];
const outside = { address: "203.0.113.9" };

const closed = (packet: Traffic): Probe => ({
  from: host("red-1"),
  to: host("blue-1"),
  packet,
  because: undefined,
});
const probes: Probe[] = [
  closed(tcp(80)),
  { ...closed(udp(53)), as: host("blue-2") },
  closed(icmp),
  closed(ip(4)),
  { from: outside, to: host("manager-1"), packet: tcp(443), because: flow },
  { from: host("manager-1"), to: outside, packet: udp(53), because: flow },
];

describe("what the prober reads", () => {
  const given = JSON.parse(encodeProbes(planned, probes, { netns: "/run/netns" })) as {
    hosts: string[];
    phases: unknown[][];
  };

  it("names every host, and the one that has all addresses outside", () => {
    assert.deepEqual(given.hosts, [...planned.hosts.map(({ name }) => name), "outside"]);
  });

  it("is who sends what to whom by host, address, protocol number and port, what must not arrive first", () => {
    const at = (name: string) => given.hosts.indexOf(name);
    const { address: red } = host("red-1");
    const { address: blue } = host("blue-1");
    assert.deepEqual(given, {
      settleMillis: 100,
      netns: "/run/netns",
      hosts: given.hosts,
      phases: [
        [
          [at("red-1"), red, at("blue-1"), blue, 6, 80],
          [at("red-1"), host("blue-2").address, at("blue-1"), blue, 17, 53],
          [at("red-1"), red, at("blue-1"), blue, 1, 0],
          [at("red-1"), red, at("blue-1"), blue, 4, 0],
        ],
        [
          [at("outside"), "203.0.113.9", at("manager-1"), host("manager-1").address, 6, 443],
          [at("manager-1"), host("manager-1").address, at("outside"), "203.0.113.9", 17, 53],
        ],
      ],
    });
  });

  it("is of any plan something that the prober takes", () => {
    const { probes: all } = planProbes(planned, { seed: 1 });
    const { hosts, phases } = JSON.parse(encodeProbes(planned, all, { netns: "n", settleMillis: 50 })) as {
      hosts: string[];
      phases: [number, string, number, string, number, number][][];
    };
    assert.equal(phases.flat().length, all.length);
    for (const [from, source, to, target, protocol, port] of phases.flat()) {
      assert.ok([from, to].every((index) => index >= 0 && index < hosts.length));
      for (const address of [source, target]) assert.match(address, /^\d+\.\d+\.\d+\.\d+$/);
      assert.ok(protocol > 0 && protocol < 255);
      assert.equal(port > 0, protocol === 6 || protocol === 17);
    }
  });
});

describe("what the prober wrote", () => {
  const write = (edits: Readonly<Record<string, unknown>> = {}) =>
    JSON.stringify({ arrived: ["0100", "10"], answered: ["0-0-", "1-"], millis: 12, ...edits });

  it("says of each probe whether it arrived, and where there is one to expect, whether an answer came", () => {
    const { outcomes, millis } = decodeOutcomes(write(), probes);
    assert.equal(millis, 12);
    assert.deepEqual(
      probes.map((probe) => outcomes.get(probe)),
      [
        { arrived: false, answered: false },
        { arrived: true },
        { arrived: false, answered: false },
        { arrived: false },
        { arrived: true, answered: true },
        { arrived: false },
      ],
    );
  });

  it("belongs to the probes in whatever order they are, since it comes in phases", () => {
    const mixed = probes.toReversed();
    const { outcomes } = decodeOutcomes(write({ arrived: ["0001", "01"], answered: ["-0-0", "-1"] }), mixed);
    assert.deepEqual(
      probes.map((probe) => outcomes.get(probe)?.arrived),
      [true, false, false, false, true, false],
    );
  });

  for (const [what, edits, message] of [
    ["fewer phases", { arrived: ["0100"] }, /was given 4\+2 probes and wrote 4 as arrived/],
    ["fewer probes", { arrived: ["0100", "1"] }, /was given 4\+2 probes and wrote 4\+1 as arrived/],
    ["more answers", { answered: ["0-0-0", "1-"] }, /was given 4\+2 probes and wrote 5\+2 as answered/],
    ["other signs", { arrived: ["0100", "1x"] }, /Invalid format/],
    ["an answer where none is to expect", { answered: ["00-0", "1-"] }, /wrote "0" as the answer to probe 1/],
    ["no answer where one is to expect", { answered: ["0-0-", "--"] }, /wrote "-" as the answer to probe 0/],
    ["no time", { millis: undefined }, /millis/],
  ] as const)
    it(`is refused with ${what}`, () => {
      assert.throws(() => decodeOutcomes(write(edits), probes), message);
    });

  it("is refused where it is no JSON", () => {
    assert.throws(() => decodeOutcomes("prober: killed", probes), SyntaxError);
  });
});
