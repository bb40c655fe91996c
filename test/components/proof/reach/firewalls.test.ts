import assert from "node:assert/strict";
import {
  exactly,
  type Action,
  type Ends,
  type Network,
  type Nic,
} from "../../../../components/proof/network/index.ts";
import { Reach, type Class, type Polarity } from "../../../../components/proof/reach/index.ts";
import {
  everyAddress,
  noAddress,
  parseAddress,
  parseCidr,
  showPackets,
  unionAddresses,
} from "../../../../components/proof/space/index.ts";
import { at, chain, firewall, network, reachOf, rule, traffic } from "./zones.ts";

type Name = Parameters<typeof at>[1];

function passes(of: Network, from: Name, to: Name, polarity: Polarity = "maybe"): string {
  const reach = reachOf(of);
  return between(reach, at(reach, from), at(reach, to), polarity);
}
/** What passes, which is also what the list of all pairs says. */
function between(reach: Reach, from: Class, to: Class, polarity: Polarity): string {
  const shown = showPackets(reach.between(from, to, polarity));
  const listed = [...reach.pairs(polarity)].filter((pair) => pair[0] === from && pair[1] === to);
  assert.deepEqual(
    listed.map(([, , packets]) => showPackets(packets)),
    shown === "nothing" ? [] : [shown],
  );
  return shown;
}
/** The same for what may pass and what does for sure. */
const both = (of: Network, from: Name, to: Name) => ({
  maybe: passes(of, from, to),
  sure: passes(of, from, to, "sure"),
});

describe("firewalls", () => {
  it("let nothing pass that neither end's lets, and everything where none stands", () => {
    const of = network([
      firewall("portal", { out: chain("out", ["portal -> billing: tcp/1-9"]) }),
      firewall("billing", { in: chain("in", ["portal -> billing: tcp/5-20"]) }),
    ]);
    assert.deepEqual(both(of, "portal-1", "billing-1"), { maybe: "tcp/5-9", sure: "tcp/5-9" });
    assert.equal(passes(of, "portal-1", "claims-1"), "nothing");
    assert.equal(passes(of, "claims-1", "billing-1"), "nothing");
    assert.equal(passes(of, "billing-1", "portal-1"), "everything");
    assert.equal(passes(of, "claims-1", "manager"), "everything");
  });

  it("stand around whatever they guard, also between two of the same", () => {
    const closed = chain("closed", []);
    const of = network([firewall("portal", { out: closed, in: closed })]);
    assert.equal(passes(of, "portal-1", "portal-2"), "nothing");
    const open = network([
      firewall("portal", { out: closed, in: closed, spares: { addresses: parseCidr("10.0.1.0/24") } }),
    ]);
    assert.equal(passes(open, "portal-1", "portal-2"), "everything");
    assert.equal(passes(open, "portal-1", "billing-1"), "nothing");
    assert.equal(passes(open, "outside", "portal-1"), "nothing");
  });

  it("decide by the first rule that matches", () => {
    const of = network([
      firewall("portal", {
        out: chain("out", [
          rule("portal -> billing: tcp/5-6", "deny"),
          "portal -> anywhere: tcp/1-9",
          rule("portal -> anywhere: everything", "deny"),
          "portal -> anywhere: udp/1",
        ]),
      }),
    ]);
    assert.equal(passes(of, "portal-1", "billing-1"), "tcp/1-4, tcp/7-9");
    assert.equal(passes(of, "portal-1", "claims-1"), "tcp/1-9");
    assert.equal(passes(of, "portal-1", "outside"), "tcp/1-9");
  });

  it("decide what returns to nowhere as they do what no rule matches", () => {
    const rules = [rule("portal -> billing: tcp/1-9", "return"), "portal -> billing: tcp/5-20"];
    const of = (otherwise: "allow" | "deny") =>
      network([firewall("portal", { out: chain("out", rules, otherwise) })]);
    assert.deepEqual(both(of("deny"), "portal-1", "billing-1"), { maybe: "tcp/10-20", sure: "tcp/10-20" });
    assert.deepEqual(both(of("allow"), "portal-1", "billing-1"), { maybe: "everything", sure: "everything" });
  });

  it("whose chain decides nothing at the end may be open, and are not for sure", () => {
    const of = network([firewall("portal", { out: chain("out", ["portal -> billing: tcp/1"], "return") })]);
    assert.deepEqual(both(of, "portal-1", "billing-1"), { maybe: "everything", sure: "tcp/1" });
  });

  it("that may not be there hold nothing back for certain, and count where passing has to be sure", () => {
    const closed = firewall("portal", { out: chain("out", ["portal -> billing: tcp/1"]) });
    const of = network([{ ...closed, guards: { sure: {}, maybe: closed.guards.maybe } }]);
    assert.deepEqual(both(of, "portal-1", "billing-1"), { maybe: "everything", sure: "tcp/1" });
  });
});

describe("rules that may match", () => {
  const inner = chain("inner", ["anywhere -> anywhere: tcp/1"], "return");
  const refusing = chain("refusing", ["anywhere -> anywhere: tcp/1"], "deny");
  const cases: readonly [string, Action, string, string][] = [
    ["allow, may open", "allow", "tcp/1-6", "tcp/3-6"],
    ["deny, may close", "deny", "tcp/3-6", "tcp/5-6"],
    ["return to nowhere, may close", "return", "tcp/3-6", "tcp/5-6"],
    ["lead to a chain, may open what it does", inner, "tcp/1, tcp/3-6", "tcp/5-6"],
    ["lead to a chain that refuses the rest, may close", refusing, "tcp/1, tcp/3-6", "tcp/5-6"],
  ];
  for (const [what, action, maybe, sure] of cases)
    it(`and ${what}`, () => {
      const rules = [rule("?portal -> billing: tcp/1-4", action), "portal -> billing: tcp/3-6"];
      const of = network([firewall("portal", { out: chain("out", rules) })]);
      assert.deepEqual(both(of, "portal-1", "billing-1"), { maybe, sure });
    });

  it("and return to nowhere, may leave packets to an open end", () => {
    const rules = [
      rule("?portal -> billing: tcp/1-4", "return"),
      rule("portal -> billing: everything", "deny"),
    ];
    const of = network([firewall("portal", { out: chain("out", rules, "allow") })]);
    assert.deepEqual(both(of, "portal-1", "billing-1"), { maybe: "tcp/1-4", sure: "nothing" });
  });

  it("and leave a chain early, may leave more to the one outside, and less", () => {
    const early = chain(
      "early",
      [rule("?portal -> billing: tcp/1-9", "return"), rule("portal -> billing: tcp/5-20", "deny")],
      "allow",
    );
    const of = network([
      firewall("portal", {
        out: chain("out", [rule("portal -> billing: tcp/1-30", early), "portal -> billing: tcp/8"]),
      }),
    ]);
    assert.deepEqual(both(of, "portal-1", "billing-1"), {
      maybe: "tcp/1-4, tcp/8, tcp/21-30",
      sure: "tcp/21-30",
    });
  });
});

describe("answers", () => {
  const overlay = traffic("ip/4", "ip/47");

  it("pass a firewall that has only seen the protocol the other way", () => {
    const of = network([
      firewall("portal", {
        out: chain("out", []),
        in: chain("in", ["billing -> portal: ip/4, tcp/80"]),
        remembers: overlay,
      }),
    ]);
    assert.deepEqual(both(of, "portal-1", "billing-1"), { maybe: "ip/4", sure: "nothing" });
    assert.deepEqual(both(of, "billing-1", "portal-1"), { maybe: "ip/4, tcp/80", sure: "ip/4, tcp/80" });
    assert.equal(passes(of, "portal-1", "claims-1"), "nothing");
  });

  it("pass a firewall that has seen any packet of the protocol, to whatever port", () => {
    const of = network([
      firewall("portal", {
        out: chain("out", []),
        in: chain("in", ["billing -> portal: udp/53"]),
        remembers: traffic("udp/1000-2000"),
      }),
    ]);
    assert.equal(passes(of, "portal-1", "billing-1"), "udp/1000-2000");
  });

  it("pass a firewall that lets everything come in, as nothing is there that would stop it", () => {
    const of = network([
      firewall("portal", { out: chain("out", ["portal -> billing: tcp/1"]), remembers: overlay }),
    ]);
    assert.equal(passes(of, "portal-1", "billing-1"), "ip/4, tcp/1, ip/47");
    const reach = reachOf(of);
    const listed = [...reach.pairs("maybe")].some(
      ([from, to]) => from === at(reach, "portal-1") && to === at(reach, "claims-1"),
    );
    assert.equal(listed, true);
  });

  it("pass where the network as a whole remembers, only what passed the other way at both ends", () => {
    const of = network(
      [
        firewall("portal", { in: chain("in", ["billing -> portal: ip/4, ip/47"]), out: chain("out", []) }),
        firewall("billing", { out: chain("out", ["billing -> anywhere: ip/4, udp/1"]), in: chain("in", []) }),
      ],
      { remembers: overlay },
    );
    assert.deepEqual(both(of, "portal-1", "billing-1"), { maybe: "ip/4", sure: "nothing" });
    assert.deepEqual(both(of, "billing-1", "portal-1"), { maybe: "ip/4", sure: "ip/4" });
  });

  it("need rules of their own where a firewall judges each packet by itself", () => {
    const of = (back: string, stateless = true) =>
      network([
        firewall("billing", {
          in: chain("in", ["portal -> billing: tcp/80, udp/53, icmp, ip/4, ip/132"]),
          out: chain("out", [`billing -> portal: ${back}`]),
          ...(stateless && { stateless: true }),
        }),
      ]);
    const all = "icmp, ip/4, tcp/80, udp/53, sctp";
    for (const [back, sure] of [
      ["tcp/1024-65535", "icmp/type 0 to 7, ip/4, tcp/80"],
      ["udp/1024-65535", "ip/4, udp/53"],
      ["tcp/1025-65535", "ip/4"],
      ["tcp/1024-65534", "ip/4"],
      ["ip/132", "ip/4, sctp"],
      ["everything", all],
    ] as const) {
      const found = both(of(back), "portal-1", "billing-1");
      assert.equal(found.maybe, all);
      // Of ICMP only an echo request asks for something.
      assert.equal(
        found.sure.replace(
          "icmp/type 0 code 0 to type 7 code 255, icmp/type 9 code 0 to type 255 code 255, ",
          "",
        ),
        sure.replace("icmp/type 0 to 7, ", ""),
      );
      assert.equal(passes(of(back, false), "portal-1", "billing-1", "sure"), all);
    }
    assert.equal(passes(of("icmp"), "portal-1", "billing-1", "sure"), "icmp, ip/4");
  });

  it("are not for sure where a firewall without memory may not have the rule for them", () => {
    const of = (back: string) =>
      network([
        firewall("billing", {
          in: chain("in", ["portal -> billing: tcp/80"]),
          out: chain("out", [back]),
          stateless: true,
        }),
      ]);
    assert.equal(passes(of("billing -> portal: tcp/1024-65535"), "portal-1", "billing-1", "sure"), "tcp/80");
    assert.equal(
      passes(of("?billing -> portal: tcp/1024-65535"), "portal-1", "billing-1", "sure"),
      "nothing",
    );
  });

  it("are needed also from a firewall without memory that may not be there", () => {
    const closed = firewall("billing", {
      in: chain("in", ["portal -> billing: tcp/80"]),
      out: chain("out", []),
      stateless: true,
    });
    const of = network([{ ...closed, guards: { sure: {}, maybe: closed.guards.maybe } }]);
    assert.deepEqual(both(of, "portal-1", "billing-1"), {
      maybe: "everything",
      sure: "nothing",
    });
  });

  it("are judged by rules of their own where such a firewall has some", () => {
    const of = network([
      firewall("billing", {
        in: chain("in", ["portal -> billing: tcp/80-90, icmp, ip/4"]),
        out: chain("out", []),
        stateless: true,
        answers: chain("answers", ["billing -> portal: tcp/85-99"]),
      }),
    ]);
    assert.equal(passes(of, "portal-1", "billing-1"), "icmp, ip/4, tcp/80-90");
    assert.equal(
      passes(of, "portal-1", "billing-1", "sure"),
      "icmp/type 0 code 0 to type 7 code 255, icmp/type 9 code 0 to type 255 code 255, ip/4, tcp/85-90",
    );
    assert.equal(passes(of, "billing-1", "portal-1"), "nothing");
  });
});

describe("shortcuts", () => {
  it("pass every firewall, both ways, between just those two", () => {
    const closed = chain("closed", []);
    const zones = (["portal", "billing", "claims"] as const).map((zone) =>
      firewall(zone, { out: closed, in: closed }),
    );
    const of = (sure: boolean) =>
      network(zones, {
        shortcuts: [
          {
            between: [{ nics: new Set(["portal-1"]) }, { nics: new Set(["billing-1"]) }],
            sure,
            origin: { id: "cable", text: "cable" },
          },
        ],
      });
    assert.deepEqual(both(of(true), "portal-1", "billing-1"), { maybe: "everything", sure: "everything" });
    assert.deepEqual(both(of(false), "billing-1", "portal-1"), { maybe: "everything", sure: "nothing" });
    assert.deepEqual(both(of(true), "portal-2", "billing-1"), { maybe: "nothing", sure: "nothing" });
    assert.deepEqual(both(of(true), "portal-1", "portal-2"), { maybe: "nothing", sure: "nothing" });
  });
});

describe("nics without an address", () => {
  const nic = (id: string, more: Partial<Nic> = {}): Nic => ({ id, endpoint: id, addresses: [], ...more });
  const one = (id: string): Ends => ({ nics: new Set([id]) });
  function ofBoth(of: Network, from: string, to: string): { maybe: string; sure: string } {
    const reach = new Reach(
      of,
      of.nics.map(({ id }) => one(id)),
    );
    const find = (id: string) => {
      const found = reach.classes.find(({ spots }) => spots.some((spot) => spot.nic.id === id));
      assert.ok(found !== undefined);
      return found;
    };
    const show = (polarity: Polarity) => between(reach, find(from), find(to), polarity);
    return { maybe: show("maybe"), sure: show("sure") };
  }
  const fixed = nic("fixed", { addresses: [parseAddress("10.0.9.9")] });
  const fixed6 = nic("fixed 6", { addresses: [parseAddress("fd00::9")] });

  it("match a set of addresses for sure where it holds all that they can get, and maybe where it holds some", () => {
    const of = (within: string) =>
      network([{ ...firewall("anywhere"), out: chain("out", ["portal -> anywhere: tcp/1"]) }], {
        nics: [nic("new", { within: parseCidr(within) }), fixed],
      });
    assert.deepEqual(ofBoth(of("10.0.1.0/28"), "new", "fixed"), { maybe: "tcp/1", sure: "tcp/1" });
    assert.deepEqual(ofBoth(of("10.0.0.0/16"), "new", "fixed"), { maybe: "tcp/1", sure: "nothing" });
    assert.deepEqual(ofBoth(of("10.0.2.0/24"), "new", "fixed"), { maybe: "nothing", sure: "nothing" });
  });

  it("can get any where nothing is said, and so where nothing is left", () => {
    for (const within of [{}, { within: noAddress }, { within: everyAddress }]) {
      const of = network([{ ...firewall("anywhere"), out: chain("out", ["portal -> anywhere: tcp/1"]) }], {
        nics: [nic("new", within), fixed, fixed6],
      });
      assert.deepEqual(ofBoth(of, "new", "fixed"), { maybe: "tcp/1", sure: "nothing" });
      assert.deepEqual(ofBoth(of, "new", "fixed 6"), { maybe: "tcp/1", sure: "nothing" });
    }
  });

  it("are in a set in which they may be, unless it is asked for who is for sure", () => {
    const new1 = nic("new", { within: parseCidr("10.0.0.0/16") });
    const portal: Ends = { addresses: parseCidr("10.0.1.0/24") };
    const reach = new Reach(network([], { nics: [new1], outside: noAddress }), [portal]);
    const [only, ...others] = reach.classes;
    assert.ok(only !== undefined && others.length === 0);
    assert.deepEqual([reach.holds(portal, only), reach.within(portal)], [true, [only]]);
    assert.deepEqual([reach.holds(portal, only, "sure"), reach.within(portal, "sure")], [false, []]);
  });

  it("that could match different sets are told apart, and take a shortcut that may be theirs", () => {
    const of = network([{ ...firewall("anywhere"), out: chain("out", ["portal -> anywhere: tcp/1"]) }], {
      nics: [
        nic("new", { within: parseCidr("10.0.0.0/16") }),
        nic("other", { within: parseCidr("192.0.2.0/24") }),
        fixed,
      ],
      shortcuts: [
        {
          between: [{ addresses: parseCidr("192.0.2.1/32") }, { addresses: parseCidr("10.0.9.9/32") }],
          sure: true,
          origin: { id: "cable", text: "cable" },
        },
      ],
    });
    assert.deepEqual(ofBoth(of, "new", "fixed"), { maybe: "tcp/1", sure: "nothing" });
    assert.deepEqual(ofBoth(of, "other", "fixed"), { maybe: "everything", sure: "nothing" });
    assert.deepEqual(ofBoth(of, "fixed", "other"), { maybe: "everything", sure: "nothing" });
    assert.deepEqual(ofBoth(of, "other", "other"), { maybe: "nothing", sure: "nothing" });
  });

  it("may be spared, or have a shortcut from the other end, where they could be who is", () => {
    const of = network(
      [
        {
          ...firewall("anywhere"),
          guards: exactly({ nics: new Set(["fixed"]) }),
          out: chain("out", []),
          in: chain("in", []),
          spares: { addresses: parseCidr("192.0.2.1/32") },
        },
        { ...firewall("anywhere"), guards: exactly({ nics: new Set(["fixed 6"]) }), out: chain("out", []) },
      ],
      {
        nics: [
          nic("new", { within: parseCidr("10.0.0.0/16") }),
          nic("other", { within: parseCidr("192.0.2.0/24") }),
          nic("other 6", { within: parseCidr("fd00:1::/64") }),
          fixed,
          fixed6,
        ],
        shortcuts: [
          {
            between: [{ addresses: parseCidr("fd00::9/128") }, { addresses: parseCidr("fd00:1::1/128") }],
            sure: true,
            origin: { id: "cable", text: "cable" },
          },
        ],
      },
    );
    assert.deepEqual(ofBoth(of, "fixed", "other"), { maybe: "everything", sure: "nothing" });
    assert.deepEqual(ofBoth(of, "fixed", "new"), { maybe: "nothing", sure: "nothing" });
    assert.deepEqual(ofBoth(of, "fixed 6", "other 6"), { maybe: "everything", sure: "nothing" });
  });

  it("meet only those of a family of which they can get an address", () => {
    const of = network([], {
      nics: [
        nic("new 4", { within: parseCidr("10.0.1.0/28") }),
        nic("new 6", { within: parseCidr("fd00::/64") }),
        nic("new", { within: unionAddresses([parseCidr("10.0.1.0/28"), parseCidr("fd00::/64")]) }),
        fixed,
        fixed6,
      ],
    });
    const all = { maybe: "everything", sure: "everything" };
    const none = { maybe: "nothing", sure: "nothing" };
    assert.deepEqual(ofBoth(of, "new 4", "fixed"), all);
    assert.deepEqual(ofBoth(of, "new 4", "fixed 6"), none);
    assert.deepEqual(ofBoth(of, "new 6", "fixed"), none);
    assert.deepEqual(ofBoth(of, "new 4", "new 6"), none);
    assert.deepEqual(ofBoth(of, "new", "fixed"), all);
    assert.deepEqual(ofBoth(of, "new", "new 6"), all);
  });

  it("are told apart by family even where no rule is about addresses", () => {
    const of = network([firewall("portal", { guards: exactly({ nics: new Set(["new 4", "new 6"]) }) })], {
      nics: [
        nic("new 4", { within: parseCidr("10.0.1.0/28") }),
        nic("new 6", { within: parseCidr("fd00::/64") }),
        fixed,
      ],
    });
    const reach = new Reach(of);
    assert.equal(reach.classes.filter(({ spots }) => spots.length > 0).length, 3);
  });

  it("are told apart by the sets in which they may be", () => {
    const of = network([firewall("portal", { out: chain("out", []) })], {
      nics: [
        nic("new", { within: parseCidr("10.0.0.0/16") }),
        nic("newer", { within: parseCidr("10.0.0.0/20") }),
        nic("other", { within: parseCidr("192.0.2.0/24") }),
      ],
    });
    const together = new Reach(of).classes.map(({ spots }) => spots.map((spot) => spot.nic.id).join());
    assert.deepEqual(
      together.filter((names) => names !== ""),
      ["new,newer", "other"],
    );
  });
});

describe("classes", () => {
  it("hold together what nothing tells apart, and the questions tell apart, too", () => {
    const of = network([firewall("portal", { out: chain("out", ["portal -> billing: tcp/1"]) })]);
    const names = (reach: Reach) =>
      reach.classes
        .filter(({ outside }) => outside === undefined)
        .map(({ spots }) => spots.map(({ nic }) => nic.id).join())
        .sort();
    assert.deepEqual(names(new Reach(of)), ["billing-1", "claims-1,manager", "portal-1,portal-2"]);
    const manager: Ends = { nics: new Set(["manager"]) };
    const asked = new Reach(of, [manager]);
    assert.deepEqual(names(asked), ["billing-1", "claims-1", "manager", "portal-1,portal-2"]);
    assert.deepEqual(
      asked.within(manager).map(({ spots }) => spots.map(({ nic }) => nic.id)),
      [["manager"]],
    );
    for (const one of asked.classes)
      assert.equal(
        asked.holds(manager, one),
        one.spots.some(({ nic }) => nic.id === "manager"),
      );
  });

  it("are as few where each rule brings sets of its own that hold the same", () => {
    const many = Array.from({ length: 20 }, () => {
      const own = rule("portal -> billing: tcp/1");
      const copy = { nics: new Set(["claims-1", "manager"]), addresses: parseCidr("192.0.2.0/24") };
      return { ...own, from: exactly(copy), to: exactly({ nics: new Set(["manager", "claims-1"]) }) };
    });
    const reach = new Reach(network([firewall("portal", { out: chain("out", many) })]));
    assert.deepEqual(reach.classes.filter(({ outside }) => outside !== undefined).length, 2);
    assert.deepEqual(reach.classes.filter(({ outside }) => outside === undefined).length, 3);
    const [first] = many;
    assert.ok(first !== undefined);
    assert.deepEqual(
      many.map(({ to }) => reach.within(to.sure).map(({ index }) => index)),
      many.map(() => reach.within(first.to.sure).map(({ index }) => index)),
    );
  });

  it("tell apart sets that hold much the same", () => {
    const start = 0x0a000100;
    // Alike also to a sum over their points.
    const [wide, narrow] = [
      { v4: [start + 1, start + 100], v6: [] },
      { v4: [start + 2, start + 69], v6: [] },
    ];
    const allow = rule("portal -> anywhere: tcp/1");
    const of = network([
      firewall("portal", {
        out: chain("out", [
          { ...allow, from: exactly({ addresses: wide }) },
          { ...allow, from: exactly({ addresses: narrow }), packets: exactly(traffic("tcp/2")) },
        ]),
      }),
    ]);
    assert.equal(passes(of, "portal-1", "claims-1"), "tcp/1");
    assert.equal(passes(of, "portal-2", "claims-1"), "tcp/1-2");
  });

  it("of sets that nobody asked about are not known, and it says so", () => {
    const reach = new Reach(network([]));
    assert.throws(() => reach.within({ nics: new Set(["manager"]) }), {
      name: "RangeError",
      message: "the set is neither the network's nor one of the questions",
    });
  });
});
