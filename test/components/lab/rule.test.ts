import assert from "node:assert/strict";
import fc from "fast-check";
import { asComment, parseRule, showRule } from "../../../components/lab/index.ts";

describe("a rule of the lab's firewall", () => {
  for (const text of [
    "role/worker -> role/manager: tcp/6443",
    "zone/test-portal -> collection/test/claims: udp/8000-8010",
    "role/manager -> 192.0.2.53/32,198.51.100.0/24: udp/53",
    "0.0.0.0/0 -> role/registry: tcp/443",
    "role/manager -> role/worker: ip/4",
    "role/manager -> role/worker: icmp",
  ])
    it(`is its name: ${text}`, () => assert.equal(showRule(parseRule(text)), text));

  for (const [text, why] of [
    ["role/worker role/manager tcp/6443", /written as `<from> -> <to>: <traffic>`/],
    ["worker -> role/manager: tcp/6443", /"worker" is neither/],
    ['role/worker" accept -> role/manager: tcp/1', /neither CIDR blocks nor a group/],
    ["role/worker -> 10.0.0.1: tcp/6443", /did you mean 10\.0\.0\.1\/32/],
    ["role/worker -> role/manager: ipip", /traffic is written as/],
    ["role/worker -> role/manager: tcp/0", /1 <= from/],
  ] as const)
    it(`is refused with the reason: ${text}`, () => assert.throws(() => parseRule(text), why));
});

it("a rule's addresses read the same however they were cut into blocks", () => {
  const text = "role/manager -> 10.2.0.0/25,198.51.100.0/24,10.2.0.128/25,10.2.0.0/26: udp/53";
  assert.equal(showRule(parseRule(text)), "role/manager -> 10.2.0.0/24,198.51.100.0/24: udp/53");
});

describe("why a rule is there, as the kernel keeps it", () => {
  it("is one line without double quotes", () =>
    assert.equal(asComment(' the "portal"\nshows  invoices '), "the 'portal' shows invoices"));

  it("is cut to what fits, never within a letter, and then stays as it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 40, maxLength: 200 }), (why) => {
        const comment = asComment(why);
        assert.ok(Buffer.byteLength(comment) <= 127, comment);
        assert.equal(comment.isWellFormed(), true);
        assert.doesNotMatch(comment, /["\n]/);
        const line = why.replace(/\s+/g, " ").replaceAll('"', "'").trim();
        assert.ok(line === comment || line.startsWith(comment.slice(0, -"…".length)), comment);
        assert.equal(asComment(comment), comment);
      }),
    );
    assert.match(asComment("ü".repeat(100)), /^ü{62}…$/);
  });
});
