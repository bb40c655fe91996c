import assert from "node:assert/strict";
import fc from "fast-check";
import type { Chain, Network } from "../../../../components/proof/network/index.ts";
import {
  because,
  explain,
  nameOf,
  Reach,
  showExplanation,
  witness,
  type Polarity,
} from "../../../../components/proof/reach/index.ts";
import {
  everyPacket,
  icmpPackets,
  intervals,
  noPacket,
  packets,
  parseAddress,
  showPackets,
} from "../../../../components/proof/space/index.ts";
import { Naive } from "./naive.ts";
import { networkArb } from "./networks.ts";
import { classOf, concretes, knownWorld, samplePackets } from "./worlds.ts";
import { at, chain, firewall, network, reachOf, rule, traffic } from "./zones.ts";

type Name = Parameters<typeof at>[1];

function shown(of: Network, from: Name, to: Name, on: string, polarity: Polarity = "maybe"): string[] {
  const reach = reachOf(of);
  return showExplanation(explain(reach, at(reach, from), at(reach, to), traffic(on), polarity)).split("\n");
}

const invoices = rule(
  "portal -> billing: tcp/8443",
  "allow",
  "the portal shows invoices, which billing serves",
);
const zones = network([
  firewall("portal", { out: chain("out", [invoices, "portal -> claims: tcp/5432"]) }),
  firewall("billing", { in: chain("in", [invoices, "claims -> billing: tcp/9000"]) }),
  firewall("claims", { in: chain("in", []), out: chain("out", ["claims -> portal: tcp/8443"]) }),
]);

describe("an explanation", () => {
  it("names each checkpoint on the way and the rule that lets the packets pass it, with its why", () => {
    assert.deepEqual(shown(zones, "portal-1", "billing-1", "tcp/8443"), [
      "portal-1 (10.0.1.1) -> billing-1 (10.0.2.1) on tcp/8443: passes",
      '  out of firewall of zone portal: by "portal -> billing: tcp/8443" (the portal shows invoices, which billing serves)',
      '  into firewall of zone billing: by "portal -> billing: tcp/8443" (the portal shows invoices, which billing serves)',
    ]);
  });

  it("says what is missing, at each checkpoint, and which rules come near", () => {
    assert.deepEqual(shown(zones, "portal-1", "billing-1", "tcp/9000"), [
      "portal-1 (10.0.1.1) -> billing-1 (10.0.2.1) on tcp/9000: denied",
      "  out of firewall of zone portal: no rule lets it out: needed one from portal-1 (10.0.1.1) to billing-1 (10.0.2.1) on tcp/9000",
      '    near: "portal -> billing: tcp/8443" (the portal shows invoices, which billing serves) is for these two, but not on that',
      "  into firewall of zone billing: no rule lets it in: needed one from portal-1 (10.0.1.1) to billing-1 (10.0.2.1) on tcp/9000",
      '    near: "portal -> billing: tcp/8443" (the portal shows invoices, which billing serves) is for these two, but not on that',
      '    near: "claims -> billing: tcp/9000" is on that, but not for these two',
    ]);
  });

  it("tells of no more than three rules that come near, the nearest first", () => {
    const many = network([
      firewall("portal", {
        out: chain("out", [
          ...["portal -> claims: tcp/80", "portal -> billing: udp/80", "portal -> billing: tcp/1"],
          ...["portal -> billing: tcp/2", "billing -> portal: tcp/80"],
        ]),
      }),
    ]);
    assert.deepEqual(
      shown(many, "portal-1", "billing-1", "tcp/80")
        .slice(2)
        .map((line) => line.split('"')[1]),
      ["portal -> billing: tcp/1", "portal -> billing: tcp/2", "portal -> billing: udp/80"],
    );
  });

  it("finds rules that come near in the chains that others lead to, and each once", () => {
    const inner = chain("web", ["portal -> billing: tcp/443"], "return");
    const of = network([
      firewall("portal", {
        out: chain("out", [
          rule("portal -> billing: everything", inner),
          rule("portal -> anywhere: everything", inner),
        ]),
      }),
    ]);
    assert.deepEqual(shown(of, "portal-1", "billing-1", "tcp/80").slice(2), [
      '    near: "portal -> billing: tcp/443" is for these two, but not on that',
    ]);
  });

  it("says which rules come near only since it is not known to whom, or on what, they are", () => {
    const doubtful = (part: "from" | "to" | "packets") => {
      const certain = rule("portal -> billing: tcp/80");
      const less = part === "packets" ? noPacket : {};
      return network([
        firewall("portal", {
          out: chain("out", [{ ...certain, [part]: { sure: less, maybe: certain[part].maybe } }]),
        }),
      ]);
    };
    for (const part of ["from", "to", "packets"] as const)
      assert.deepEqual(shown(doubtful(part), "portal-1", "billing-1", "tcp/80", "sure").slice(2), [
        '    near: "portal -> billing: tcp/80" may be for this, which is not known',
        "  what is not known counts as closed",
      ]);
    assert.equal(
      shown(doubtful("packets"), "portal-1", "billing-1", "tcp/81").at(-1),
      '    near: "portal -> billing: tcp/80" is for these two, but not on that',
    );
  });

  it("says which part of a traffic passes, and why the rest does not", () => {
    assert.deepEqual(shown(zones, "portal-1", "billing-1", "tcp/8443-8444"), [
      "portal-1 (10.0.1.1) -> billing-1 (10.0.2.1) on tcp/8443-8444: only tcp/8443 passes",
      '  out of firewall of zone portal: tcp/8443 by "portal -> billing: tcp/8443" (the portal shows invoices, which billing serves)',
      "  out of firewall of zone portal: tcp/8444 no rule lets it out: needed one from portal-1 (10.0.1.1) to billing-1 (10.0.2.1) on tcp/8444",
      '    near: "portal -> billing: tcp/8443" (the portal shows invoices, which billing serves) is for these two, but not on that',
      '  into firewall of zone billing: tcp/8443 by "portal -> billing: tcp/8443" (the portal shows invoices, which billing serves)',
      "  into firewall of zone billing: tcp/8444 no rule lets it in: needed one from portal-1 (10.0.1.1) to billing-1 (10.0.2.1) on tcp/8444",
      '    near: "portal -> billing: tcp/8443" (the portal shows invoices, which billing serves) is for these two, but not on that',
    ]);
  });

  it("goes into chains that others lead to, and back out of them", () => {
    const inner = chain(
      "web",
      [rule("portal -> billing: tcp/80", "return"), "portal -> billing: tcp/443"],
      "return",
    );
    const of = network([
      firewall("portal", {
        out: chain("out", [
          rule("portal -> billing: everything", inner),
          rule("portal -> billing: tcp/80", "deny", "plain text"),
        ]),
      }),
    ]);
    assert.deepEqual(shown(of, "portal-1", "billing-1", "tcp/443").slice(1), [
      '  out of firewall of zone portal: by "portal -> billing: everything", there "portal -> billing: tcp/443"',
    ]);
    assert.deepEqual(shown(of, "portal-1", "billing-1", "tcp/80").slice(1, 2), [
      '  out of firewall of zone portal: denied by "portal -> billing: tcp/80" (plain text)',
    ]);
    const closed = chain("closed", [], "deny");
    const ends = network([
      firewall("portal", { out: chain("out", [rule("portal -> billing: everything", closed)], "allow") }),
    ]);
    assert.deepEqual(shown(ends, "portal-1", "billing-1", "tcp/80").slice(1), [
      '  out of firewall of zone portal: no rule lets it out (after "portal -> billing: everything"): needed one from portal-1 (10.0.1.1) to billing-1 (10.0.2.1) on tcp/80',
    ]);
    assert.deepEqual(
      shown(ends, "portal-1", "billing-1", "tcp/80", "sure")[1],
      shown(ends, "portal-1", "billing-1", "tcp/80")[1],
    );
    assert.deepEqual(shown(ends, "portal-1", "claims-1", "tcp/80").slice(1), [
      "  out of firewall of zone portal: no rule denies it",
    ]);
  });

  it("says what passes only as an answer, and to what", () => {
    const overlay = network([
      firewall("portal", {
        out: chain("out", []),
        in: chain("in", ["billing -> portal: ip/4"]),
        remembers: traffic("ip/4"),
      }),
    ]);
    assert.deepEqual(shown(overlay, "portal-1", "billing-1", "ip/4"), [
      "portal-1 (10.0.1.1) -> billing-1 (10.0.2.1) on ip/4: passes, but only as an answer",
      '  out of firewall of zone portal: as an answer to what is let the other way by "billing -> portal: ip/4"',
    ]);
    assert.match(shown(overlay, "portal-1", "billing-1", "ip/4", "sure")[0] ?? "", /: denied$/);
    const gateway = network(
      [
        firewall("portal", { out: chain("out", []), in: chain("in", ["billing -> portal: ip/4"]) }),
        firewall("billing", { out: chain("out", ["billing -> portal: ip/4"]), in: chain("in", []) }),
      ],
      { remembers: traffic("ip/4") },
    );
    const lines = shown(gateway, "portal-1", "billing-1", "ip/4");
    assert.equal(
      lines[0],
      "portal-1 (10.0.1.1) -> billing-1 (10.0.2.1) on ip/4: passes, but only as an answer",
    );
    assert.equal(
      lines.at(-1),
      '  ip/4 passes as an answer to what may come the other way: "billing -> portal: ip/4", "billing -> portal: ip/4"',
    );
  });

  it("names the shortcut by which packets pass everything", () => {
    const of = network([firewall("portal", { out: chain("out", []) })], {
      shortcuts: [
        {
          between: [{ nics: new Set(["portal-1"]) }, { nics: new Set(["claims-1"]) }],
          sure: false,
          origin: { id: "cable", text: "a cable", why: "by hand" },
        },
      ],
    });
    assert.deepEqual(shown(of, "claims-1", "portal-1", "udp/1"), [
      "claims-1 (10.0.3.1) -> portal-1 (10.0.1.1) on udp/1: passes",
      '  past all firewalls: "a cable" (by hand)',
    ]);
    assert.match(shown(of, "portal-1", "claims-1", "udp/1", "sure")[0] ?? "", /: denied$/);
    assert.match(shown(of, "portal-2", "claims-1", "udp/1")[0] ?? "", /: denied$/);
  });

  it("says that no firewall stands between two, or that they never meet", () => {
    assert.deepEqual(shown(network([]), "manager", "outside", "tcp/1").slice(1), [
      "  no firewall stands between them",
    ]);
    assert.deepEqual(shown(network([]), "outside", "outside", "tcp/1").slice(1), [
      "  they never meet: both are outside",
    ]);
    const mixed = network([], {
      nics: ["10.0.1.1", "fd00::1"].map((address) => ({
        id: address,
        endpoint: address,
        addresses: [parseAddress(address)],
      })),
    });
    const reach = new Reach(mixed);
    const [one, other] = reach.classes;
    assert.ok(one !== undefined && other !== undefined);
    assert.equal(
      showExplanation(explain(reach, one, other, traffic("tcp/1"), "maybe")),
      "10.0.1.1 (10.0.1.1) -> fd00::1 (fd00::1) on tcp/1: denied\n  they never meet: one has IPv4 and the other IPv6",
    );
    assert.match(shown(network([]), "outside", "outside", "tcp/1")[0] ?? "", /: denied$/);
  });

  it("says, where it asks for what is sure, which rules are not", () => {
    const of = network([
      firewall("portal", { out: chain("out", ["?portal -> billing: tcp/80"]) }),
      firewall("billing", { in: chain("in", [rule("?portal -> billing: tcp/80", "deny")], "allow") }),
    ]);
    assert.deepEqual(shown(of, "portal-1", "billing-1", "tcp/80", "sure"), [
      "portal-1 (10.0.1.1) -> billing-1 (10.0.2.1) on tcp/80: denied",
      "  out of firewall of zone portal: no rule lets it out: needed one from portal-1 (10.0.1.1) to billing-1 (10.0.2.1) on tcp/80",
      '    near: "?portal -> billing: tcp/80" may be for this, which is not known',
      '  into firewall of zone billing: not for certain, since it is not known whether this is about it: "?portal -> billing: tcp/80"',
      "  what is not known counts as closed",
    ]);
    assert.match(shown(of, "portal-1", "billing-1", "tcp/80")[0] ?? "", /: passes$/);
  });

  it("says when the answers would not come back", () => {
    const of = network([
      firewall("billing", {
        stateless: true,
        in: chain("in", ["portal -> billing: tcp/80"]),
        out: chain("out", ["billing -> portal: tcp/1024-65534"]),
      }),
    ]);
    const lines = shown(of, "portal-1", "billing-1", "tcp/80", "sure");
    assert.match(lines[0] ?? "", /: denied$/);
    assert.equal(
      lines.at(-2),
      "  no answer to tcp/80 would come back, for want of rules in a stateless firewall",
    );
    assert.match(shown(of, "portal-1", "billing-1", "tcp/80")[0] ?? "", /: passes$/);
  });

  it("agrees with what passes, decides on each packet once at each stop, and has a reason for each", () => {
    fc.assert(
      fc.property(
        networkArb({ doubt: { oneIn: 10 }, answers: true, unaddressed: true }),
        fc.array(fc.nat(), { minLength: 12, maxLength: 12 }),
        (of, picks) => {
          const reach = new Reach(of);
          const samples = samplePackets(of);
          const pick = <T>(all: readonly T[], index: number) => all[(picks[index] ?? 0) % all.length] as T;
          for (let index = 0; index < picks.length; index += 4) {
            const [from, to] = [pick(reach.classes, index), pick(reach.classes, index + 1)];
            const cuts = [pick(samples, index + 2), pick(samples, index + 3)];
            const asked = index === 0 ? everyPacket : [Math.min(...cuts), Math.max(...cuts) + 1];
            for (const polarity of ["sure", "maybe"] as const) {
              const found = explain(reach, from, to, asked, polarity);
              const passing = intervals.intersect(reach.between(from, to, polarity), asked);
              assert.deepEqual(found.passing, passing);
              assert.equal(found.verdict === "denied", passing.length === 0);
              assert.equal(["passes", "answers"].includes(found.verdict), intervals.equals(passing, asked));
              for (const { decisions } of found.stops) {
                let left = asked;
                for (const decision of decisions) {
                  assert.ok(intervals.includes(left, decision.packets));
                  left = intervals.subtract(left, decision.packets);
                  if (decision.otherwise === undefined && decision.answers === undefined)
                    assert.ok(decision.rules.length > 0);
                }
                assert.deepEqual(left, noPacket);
              }
              const allowed = found.stops.reduce(
                (all, { decisions }) =>
                  intervals.intersect(
                    all,
                    intervals.unionOf(
                      decisions.filter((one) => one.verdict === "allow").map((one) => one.packets),
                    ),
                  ),
                asked,
              );
              if (found.apart === undefined && found.shortcut === undefined)
                assert.deepEqual(
                  intervals.union(
                    intervals.subtract(allowed, found.unanswered ?? noPacket),
                    found.answers?.packets ?? noPacket,
                  ),
                  passing,
                );
              assert.ok(showExplanation(found).length > 0);
            }
          }
        },
      ),
      { numRuns: Number(process.env["RUNS"] ?? 100) },
    );
  });
});

const closed: Chain = { name: "closed", rules: [], otherwise: "deny" };

describe("the rule that an explanation names", () => {
  it("is the first that matches, in whatever chain", () => {
    fc.assert(
      fc.property(networkArb({ answers: false, unaddressed: false }), (of) => {
        const reach = new Reach(of);
        const samples = samplePackets(of);
        const naive = new Naive(of, knownWorld(of), samples);
        const all = concretes(of).filter(({ nic }) => nic !== undefined);
        for (const from of all)
          for (const to of all) {
            const [a, b] = [classOf(reach, from), classOf(reach, to)];
            for (const packet of samples.filter((_, index) => index % 5 === 0)) {
              const found = explain(reach, a, b, [packet, packet + 1], "maybe");
              for (const { checkpoint, direction, decisions } of found.stops) {
                assert.equal(decisions.length, 1);
                const [one] = decisions;
                const chains = of.checkpoints.find(({ name }) => name === checkpoint);
                const expected = naive.verdict(chains?.[direction] ?? closed, from, to, packet);
                assert.equal(one?.verdict === "allow", expected.passes);
                assert.equal(
                  one?.otherwise === undefined ? one?.rules.at(-1) : undefined,
                  expected.by?.origin,
                );
              }
            }
          }
      }),
      { numRuns: Number(process.env["RUNS"] ?? 50) },
    );
  });
});

describe("what lets a packet pass", () => {
  const of = (all: Network, from: Name, to: Name, on: string) => {
    const reach = reachOf(all);
    return because(reach, at(reach, from), at(reach, to), traffic(on)).map(({ text }) => text);
  };

  it("is each rule that decides on its way, once", () => {
    assert.deepEqual(of(zones, "portal-1", "billing-1", "tcp/8443"), ["portal -> billing: tcp/8443"]);
    const two = network([
      firewall("portal", { out: chain("out", ["portal -> anywhere: tcp/80"]) }),
      firewall("billing", { in: chain("in", [], "allow") }),
    ]);
    assert.deepEqual(of(two, "portal-1", "billing-1", "tcp/80"), [
      "portal -> anywhere: tcp/80",
      "firewall of zone billing lets in what no rule denies",
    ]);
  });

  it("is nothing where nothing stands between", () => {
    assert.deepEqual(of(network([]), "portal-1", "billing-1", "tcp/80"), []);
  });

  it("is the shortcut by which it passes", () => {
    const of = network([firewall("portal", { out: chain("out", ["portal -> billing: tcp/80"]) })], {
      shortcuts: [
        {
          between: [{ nics: new Set(["portal-1"]) }, { nics: new Set(["billing-1"]) }],
          sure: false,
          origin: { id: "cable", text: "a cable" },
        },
      ],
    });
    const reach = reachOf(of);
    const found = because(reach, at(reach, "portal-1"), at(reach, "billing-1"), traffic("tcp/80"));
    assert.deepEqual(
      found.map(({ text }) => text),
      ["a cable"],
    );
  });

  it("is what lets the first packet pass, of one that only passes as an answer", () => {
    const gateway = network(
      [
        firewall("portal", { out: chain("out", []), in: chain("in", ["billing -> portal: ip/4"]) }),
        firewall("billing", { out: chain("out", ["billing -> anywhere: ip/4"]), in: chain("in", []) }),
      ],
      { remembers: traffic("ip/4") },
    );
    assert.deepEqual(of(gateway, "portal-1", "billing-1", "ip/4"), [
      "billing -> anywhere: ip/4",
      "billing -> portal: ip/4",
    ]);
  });

  it("is what lets each packet pass, of some that pass and some that do as answers", () => {
    const gateway = network(
      [
        firewall("portal", {
          out: chain("out", ["portal -> billing: tcp/80", "portal -> billing: tcp/81"]),
          in: chain("in", ["billing -> portal: ip/4"]),
        }),
      ],
      { remembers: traffic("ip/4") },
    );
    const reach = reachOf(gateway);
    const found = because(reach, at(reach, "portal-1"), at(reach, "billing-1"), traffic("tcp/80", "ip/4"));
    assert.deepEqual(
      found.map(({ text }) => text),
      ["portal -> billing: tcp/80", "billing -> portal: ip/4"],
    );
  });

  it("is also a rule of which it is not known for certain whether it is there", () => {
    const doubtful = network([firewall("portal", { out: chain("out", ["?portal -> billing: tcp/80"]) })]);
    assert.deepEqual(of(doubtful, "portal-1", "billing-1", "tcp/80"), ["?portal -> billing: tcp/80"]);
  });
});

describe("a witness", () => {
  it("is one packet of the set, of TCP or UDP where it can be", () => {
    const cases = [
      [noPacket, "nothing"],
      [everyPacket, "tcp/1"],
      [traffic("tcp/8000-8010", "udp/53"), "tcp/8000"],
      [traffic("udp/53-54", "icmp", "ip/4"), "udp/53"],
      [packets(17), "udp/1"],
      [traffic("icmp", "ip/4"), "icmp"],
      [traffic("ip/4", "ip/47"), "ip/4"],
      [icmpPackets(1, 8), "icmp/type 8 code 0"],
      [packets(132, 5, 9), "sctp/5"],
      [packets(6, 0, 0), "tcp/0"],
      [packets(4, 7, 9), "ip/4/7"],
    ] as const;
    for (const [set, expected] of cases) {
      assert.equal(showPackets(witness(set)), expected);
      assert.ok(intervals.includes(set, witness(set)));
    }
  });
});

describe("a class's name", () => {
  it("is its endpoint and address, or the first of several, or blocks outside", () => {
    const reach = new Reach(network([]), [
      { nics: new Set(["portal-1", "portal-2"]) },
      { nics: new Set(["manager"]) },
    ]);
    assert.deepEqual(reach.classes.map(nameOf).sort(), [
      "billing-1 and claims-1",
      "manager (10.0.0.1)",
      "outside (0.0.0.0/5, 8.0.0.0/7, 10.1.0.0/16 and 14 more)",
      "portal-1 and portal-2",
    ]);
  });
});
