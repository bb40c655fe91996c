import assert from "node:assert/strict";
import { exactly } from "../../../../components/proof/network/index.ts";
import { parseRuleset, readCheckpoints } from "../../../../components/proof/nftables/index.ts";
import { Reach } from "../../../../components/proof/reach/index.ts";
import { oneAddress, parseAddress, showPackets } from "../../../../components/proof/space/index.ts";

const hosts = ["10.0.0.1", "10.0.0.2", "fd00::1", "fd00::2"];

/** A ruleset of one forward chain with these rules, and of what else is said. */
function read(
  rules: readonly (readonly unknown[])[],
  {
    policy = "drop",
    family = "inet",
    more = [],
  }: { policy?: string; family?: string; more?: readonly unknown[] } = {},
) {
  const table = { family, table: "t" };
  const ruleset = parseRuleset(
    JSON.stringify({
      nftables: [
        { chain: { ...table, name: "f", type: "filter", hook: "forward", prio: 0, policy } },
        ...more,
        ...rules.map((expr) => ({ rule: { ...table, chain: "f", expr } })),
      ],
    }),
  );
  const found = readCheckpoints(ruleset, {
    senders: new Map(
      hosts.map((host, index) => [`p${index}`, exactly({ addresses: oneAddress(parseAddress(host)) })]),
    ),
    routes: new Map(hosts.map((host, index) => [`p${index}`, oneAddress(parseAddress(host))])),
  });
  const reach = new Reach({
    endpoints: hosts.map((id) => ({ id, kind: "host" })),
    nics: hosts.map((id) => ({ id, endpoint: id, addresses: [parseAddress(id)] })),
    outside: { v4: [], v6: [] },
    ...found,
  });
  const classOf = (id: string) => {
    const one = reach.classes.find(({ spots }) => spots.some(({ nic }) => nic.id === id));
    assert.ok(one !== undefined);
    return one;
  };
  return {
    ...found,
    passes: (how: "sure" | "maybe", from = "10.0.0.1", to = "10.0.0.2") =>
      showPackets(reach.between(classOf(from), classOf(to), how)),
  };
}

const is = (left: unknown, right: unknown, op = "==") => ({ match: { op, left, right } });
const payload = (protocol: string, field: string) => ({ payload: { protocol, field } });
const meta = (key: string) => ({ meta: { key } });
const [accept, drop] = [{ accept: null }, { drop: null }];
const ssh = is(payload("tcp", "dport"), 22);
const both = (rules: readonly (readonly unknown[])[], more?: Parameters<typeof read>[1]) => {
  const found = read(rules, more);
  return [found.passes("sure"), found.passes("maybe")];
};

describe("an nftables ruleset", () => {
  it("takes protocol numbers for what they are: 4 is IP-in-IP, and 94 is what nft calls ipip", () => {
    assert.deepEqual(both([[is(meta("l4proto"), 4), accept]]), ["ip/4", "ip/4"]);
    assert.deepEqual(both([[is(meta("l4proto"), 94), accept]]), ["ip/94", "ip/94"]);
  });

  it("tells families apart, in a table of both and by the table", () => {
    const four = read([[is(payload("ip", "protocol"), 6), accept]]);
    assert.deepEqual([four.passes("maybe"), four.passes("maybe", "fd00::1", "fd00::2")], ["tcp", "nothing"]);
    const six = read([[drop]], { family: "ip6", policy: "accept" });
    assert.deepEqual(
      [six.passes("sure"), six.passes("maybe", "fd00::1", "fd00::2")],
      ["everything", "nothing"],
    );
    const address = read([[is(payload("ip6", "saddr"), { prefix: { addr: "fd00::", len: 64 } }), accept]]);
    assert.deepEqual(
      [address.passes("maybe"), address.passes("maybe", "fd00::1", "fd00::2")],
      ["nothing", "everything"],
    );
  });

  it("rejects only what the rejection's own ICMP can answer, which nft lists without a match", () => {
    const rejects = (type: string) => read([[{ reject: { type, expr: 1 } }]], { policy: "accept" });
    const families = (type: string) => [
      rejects(type).passes("maybe"),
      rejects(type).passes("maybe", "fd00::1", "fd00::2"),
    ];
    assert.deepEqual(families("icmp"), ["nothing", "everything"]);
    assert.deepEqual(families("icmpv6"), ["everything", "nothing"]);
    assert.deepEqual(families("icmpx"), ["nothing", "nothing"]);
  });

  it("takes IPv6's next header for a protocol only where no extension can stand between", () => {
    const found = read([[is(payload("ip6", "nexthdr"), 6), accept]]);
    assert.deepEqual(
      [found.passes("sure", "fd00::1", "fd00::2"), found.passes("maybe", "fd00::1", "fd00::2")],
      ["nothing", "tcp"],
    );
  });

  it("takes what it does not understand for anything, and lists it", () => {
    const marked = read([[is(meta("mark"), 3), ssh, accept]]);
    assert.deepEqual([marked.passes("sure"), marked.passes("maybe")], ["nothing", "tcp/22"]);
    assert.equal(marked.assumptions.length, 1);
    const stops = read([[is(meta("mark"), 3), ssh, drop], [accept]]);
    assert.deepEqual(stops.passes("maybe"), "everything");
    assert.doesNotMatch(stops.passes("sure"), /tcp\/0-65535|everything/);
    assert.deepEqual(both([[{ limit: { rate: 1, per: "second" } }, accept]]), ["nothing", "everything"]);
    assert.deepEqual(both([[{ queue: { num: 3 } }]]), ["nothing", "everything"]);
    assert.deepEqual(both([[{ xt: null }]], { policy: "accept" }), ["nothing", "everything"]);
  });

  it("takes anything for possible where packets are changed", () => {
    const chain = { family: "inet", table: "t", name: "p", type: "nat", hook: "prerouting", prio: -100 };
    const rule = { family: "inet", table: "t", chain: "p", expr: [{ dnat: { addr: "10.0.0.9" } }] };
    const found = read([[ssh, accept]], { more: [{ chain }, { rule }] });
    assert.deepEqual([found.passes("sure"), found.passes("maybe")], ["nothing", "everything"]);
    assert.match(found.assumptions[0]?.text ?? "", /^dnat: it changes packets, so anything may pass$/);
  });

  it("takes nothing for certain where chains beside it are not read", () => {
    const chain = { family: "netdev", table: "n", name: "i", type: "filter", hook: "ingress", prio: 0 };
    const found = read([[ssh, accept]], { more: [{ chain }] });
    assert.deepEqual([found.passes("sure"), found.passes("maybe")], ["nothing", "everything"]);
  });

  it("counts elements that go by themselves only where they could be, and sets that packets fill as anything", () => {
    const set = (name: string, elem: readonly unknown[]) => ({
      set: { family: "inet", table: "t", name, type: "ipv4_addr", elem },
    });
    const expiring = set("e", [{ elem: { val: "10.0.0.1", timeout: 9 } }]);
    const from = (op: string, right: string) => is(payload("ip", "saddr"), right, op);
    assert.deepEqual(both([[from("==", "@e"), ssh, accept]], { more: [expiring] }), ["nothing", "tcp/22"]);
    assert.deepEqual(both([[from("!=", "@e"), ssh, accept]], { more: [expiring] }), ["nothing", "tcp/22"]);
    const fills = [{ set: { op: "add", elem: payload("ip", "saddr"), set: "@d" } }];
    assert.deepEqual(both([fills, [from("==", "@d"), ssh, accept]], { more: [set("d", [])] }), [
      "nothing",
      "tcp/22",
    ]);
    assert.deepEqual(both([[from("==", "@s"), ssh, accept]], { more: [set("s", [])] }), [
      "nothing",
      "nothing",
    ]);
    assert.deepEqual(both([[from("==", "@gone"), ssh, accept]]), ["nothing", "tcp/22"]);
  });

  it("needs all base chains to accept, each in its turn", () => {
    const second = {
      chain: {
        family: "ip",
        table: "u",
        name: "g",
        type: "filter",
        hook: "forward",
        prio: 5,
        policy: "drop",
      },
    };
    const rule = { rule: { family: "ip", table: "u", chain: "g", expr: [ssh, accept] } };
    assert.deepEqual(both([[accept]], { more: [second] }), ["nothing", "nothing"]);
    assert.equal(read([[accept]], { more: [second, rule] }).passes("maybe"), "tcp/22");
  });

  it("knows that answers need rules where nothing lets them pass, and that those of no ports always may", () => {
    const established = is({ ct: { key: "state" } }, [2, 4], "in");
    assert.deepEqual(
      both([
        [established, accept],
        [ssh, accept],
      ]).map((text) => text.split(",")[0]),
      ["tcp/22", "tcp/22"],
    );
    assert.deepEqual(both([[ssh, accept]]), ["nothing", "tcp/22"]);
    assert.deepEqual(
      both([
        [is(payload("ip", "saddr"), "10.0.0.9"), drop],
        [established, accept],
        [ssh, accept],
      ])[0],
      "tcp/22",
    );
    const overlay = read([
      [established, accept],
      [is(payload("ip", "saddr"), "10.0.0.1"), is(meta("l4proto"), 4), accept],
    ]);
    assert.deepEqual(
      [overlay.passes("sure", "10.0.0.2", "10.0.0.1"), overlay.passes("maybe", "10.0.0.2", "10.0.0.1")],
      ["nothing", "ip/4"],
    );
  });

  it("is refused where it is something else", () => {
    assert.throws(
      () => parseRuleset("{}"),
      /this is no list of nftables: write what `nft -j -n list ruleset` prints/,
    );
  });
});
