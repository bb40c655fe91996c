import assert from "node:assert/strict";
import fc from "fast-check";
import {
  readPlan,
  readState,
  Reference,
  type Resource,
} from "../../../../components/proof/resource/index.ts";
import type { Statement } from "../../../../components/proof/statement/index.ts";
import { judged, shared, zoned } from "../judge/judged.ts";
import { registered } from "../lab/resources.ts";
import { asPlan, asState } from "./files.ts";

const plans = [zoned(), shared()];
const groups = ["zone/red", "zone/blue", "role/manager", "role/worker", "collection/closed/one"];
const rule = fc
  .tuple(
    fc.constantFrom(...groups, "0.0.0.0/0", "203.0.113.0/24"),
    fc.constantFrom(...groups),
    fc.constantFrom("tcp/22", "tcp/8000-9000", "udp/4789", "ip/4", "icmp", "not to be understood"),
  )
  .map(([from, to, traffic]) => `${from} -> ${to}: ${traffic}`);

/** Something that somebody has changed of a lab's resources. */
const change = fc.record({
  at: fc.nat(),
  what: fc.oneof(
    fc.constant({ gone: true }),
    fc.record({ inside: fc.constantFrom("open", "flows", "else") }),
    fc.record({ direction: fc.constantFrom("ingress" as const, "egress" as const), rules: fc.array(rule) }),
    fc.record({ groups: fc.subarray(groups) }),
    fc.record({ zone: fc.nat() }),
  ),
});
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

function apply(resources: readonly Resource[], { at, what }: Change): Resource[] {
  const kind = "groups" in what || "zone" in what ? "Host" : "gone" in what ? "" : "Firewall";
  const chosen = resources.filter(({ type }) => type.endsWith(kind) && !type.endsWith("Network"));
  const one = chosen[at % chosen.length];
  if (one === undefined) return [...resources];
  if ("gone" in what) return resources.filter((other) => other !== one);
  const zones = resources.filter(({ type }) => type.endsWith("Zone"));
  const inputs = { ...one.inputs };
  if ("inside" in what) inputs["inside"] = what.inside;
  if ("groups" in what) inputs["groups"] = what.groups;
  if ("direction" in what)
    inputs[what.direction] = Object.fromEntries(what.rules.map((text) => [text, "why"]));
  const zone = "zone" in what ? zones[what.zone % zones.length] : undefined;
  if (zone !== undefined) inputs["zone"] = new Reference(zone, "id");
  return resources.map((other) => (other === one ? { ...one, inputs } : other));
}

/** All that a statement says. */
const said = (statement: Statement) => ({
  ...statement,
  layers: statement.layers.map(({ allowed, outside, cells, ...layer }) => ({
    ...layer,
    cells: cells.map((cell) => ({ ...cell, passages: cell.passages })),
    allowed: [...allowed()],
    outside: [...outside()],
  })),
});

describe("what is proved of a stack", () => {
  it("is the same of what its program registers, of its plan and of its state", () => {
    let findings = 0;
    fc.assert(
      fc.property(fc.constantFrom(...plans), fc.array(change, { maxLength: 4 }), (planned, changes) => {
        const resources = changes.reduce(apply, registered(planned));
        // What is gone and still referred to is nowhere but in the program.
        fc.pre(
          resources.every(({ inputs }) =>
            Object.values(inputs).every(
              (value) =>
                !(value instanceof Reference) || resources.some(({ urn }) => urn === value.resource.urn),
            ),
          ),
        );
        const expected = said(judged(planned, resources));
        findings += expected.leaks.length + expected.missing.length;
        const [plan, state] = [
          readPlan("plan.json", asPlan(resources)),
          readState("state.json", asState(resources)),
        ];
        assert.deepEqual(said(judged(planned, plan.resources)), expected);
        assert.deepEqual(said(judged(planned, state.resources)), expected);
      }),
      { numRuns: 40 },
    );
    assert.ok(findings > 100, `${findings} findings`);
  });
});
