import assert from "node:assert/strict";
import fc from "fast-check";
import { describePlan, drawPlan, plan } from "../../components/plan/index.ts";
import { checkEnvironment, showProblem } from "../../stacks/config.ts";
import { edited, group, sound } from "../support/config.ts";

const seed = 20261123;

/** Holds for any input: it is planned, or refused with problems that each take one line. */
function isAnswered(raw: Readonly<Record<string, unknown>>): "planned" | "refused" {
  const result = checkEnvironment("sample", raw);
  if ("environment" in result) {
    const planned = plan(result.environment);
    assert.match(describePlan(planned), /^sample: /);
    assert.match(drawPlan(planned), /^flowchart LR\n/);
    assert.deepEqual(
      Object.keys(raw["zones"] as object).sort(),
      planned.zones
        .slice(1)
        .map(({ name }) => name)
        .sort(),
      "no zone is lost on the way",
    );
    return "planned";
  }
  assert.ok(result.problems.length > 0);
  for (const problem of result.problems) {
    const line = showProblem(problem);
    assert.doesNotMatch(line, /\n|TypeError|undefined|\[object|at .*\.ts:/, line);
    assert.match(problem.message, /\S/);
  }
  return "refused";
}

const rich = edited({
  "network.services": { dns: { addresses: ["10.99.0.53/32"] } },
  "network.frontDoor": ["10.128.0.0/9"],
  "network.overlay": "vxlan",
  "network.existing": {
    id: "vpc-1",
    subnets: Object.fromEntries(
      ["management", "red", "blue"].map((zone, index) => [
        zone,
        [{ id: `subnet-${index}`, cidr: `10.16.${index}.0/24`, availabilityZone: "a" }],
      ]),
    ),
  },
  "groups.win": group("win", { zone: "red", slot: 2, workers: { windows: { count: 1 } } }),
  flows: [{ from: "red", to: "blue", traffic: ["tcp/443"], why: "orders", owner: "red" }],
});

/** Every path in a value, as lists of keys. */
const pathsOf = (value: unknown, path: string[] = []): string[][] => [
  path,
  ...(typeof value === "object" && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...path, key]))
    : []),
];

const names = [
  "red",
  "blue",
  "win",
  "constructor",
  "__proto__",
  "toString",
  "management",
  "",
  "ré",
  "a/b",
  "10.0.0.0/8",
];
const texts = fc.oneof(
  fc.constantFrom(...names),
  fc.constantFrom(
    "10.16.0.0/16",
    "0.0.0.0/0",
    "10.0.0.0/33",
    "tcp/0",
    "udp/1-65535",
    "ip/4",
    "vxlan",
    "azure",
    "lab",
  ),
  fc.string(),
);
const values = fc.oneof(
  texts,
  fc.integer(),
  fc.constantFrom(0, 1, 2, -1, 1.5, Number.MAX_SAFE_INTEGER, null, true, [], {}),
  fc.array(texts, { maxLength: 3 }),
  fc.dictionary(texts, fc.oneof(texts, fc.integer(), fc.constant({})), { maxKeys: 3 }),
);

type Mutation = readonly [
  paths: number,
  value: unknown,
  rename: string,
  kind: "set" | "drop" | "rename" | "add",
];

function mutated(
  [choice, value, rename, kind]: Mutation,
  raw: Record<string, unknown>,
): Record<string, unknown> {
  const copy = structuredClone(raw);
  const paths = pathsOf(copy).slice(1);
  const path = paths[choice % Math.max(1, paths.length)];
  const last = path?.pop();
  if (path === undefined || last === undefined) return copy;
  const holder = path.reduce<Record<string, unknown>>((at, key) => at[key] as Record<string, unknown>, copy);
  if (kind === "set") holder[last] = value;
  else if (kind === "add")
    Object.defineProperty(holder, rename, { value, enumerable: true, configurable: true, writable: true });
  else {
    const was = holder[last];
    Reflect.deleteProperty(holder, last);
    if (kind === "rename" && !Array.isArray(holder)) holder[rename] = was;
  }
  return copy;
}

/** The configuration with a name changed wherever it stands, as key and as value. */
function renamed(value: unknown, from: string, to: string): unknown {
  if (typeof value === "string")
    return value
      .split("/")
      .map((part) => (part === from ? to : part))
      .join("/");
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => renamed(item, from, to));
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key === from ? to : key, renamed(inner, from, to)]),
  );
}

describe("a configuration that nobody meant to write", () => {
  const mutation: fc.Arbitrary<Mutation> = fc.tuple(
    fc.nat(),
    values,
    texts,
    fc.constantFrom("set", "drop", "rename", "add"),
  );

  it("starts from ones without problems", () => {
    assert.equal(isAnswered(sound()), "planned");
    assert.equal(isAnswered(rich), "planned");
  });

  it("is answered with problems and never with a stack trace, 1,000 edits of a sound one", () => {
    let planned = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(sound(), rich),
        fc.option(
          fc.tuple(
            fc.constantFrom("red", "blue"),
            fc.oneof(fc.constantFrom(...names), fc.stringMatching(/^[a-z][a-z0-9-]{0,8}[a-z0-9]$/)),
          ),
        ),
        fc.array(mutation, { maxLength: 3 }),
        (raw, rename, edits) => {
          const start = rename === null ? raw : (renamed(raw, ...rename) as Record<string, unknown>);
          if (isAnswered(edits.reduce((at, edit) => mutated(edit, at), start)) === "planned") planned++;
        },
      ),
      { numRuns: 1000, seed },
    );
    assert.ok(planned >= 200, `only ${planned} of 1,000 got as far as a plan`);
  });

  it("is answered with problems and never with a stack trace, 1,000 objects of any kind", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...Object.keys(rich), "zone"), fc.jsonValue()), (raw) => {
        isAnswered(raw);
      }),
      { numRuns: 1000, seed },
    );
  });
});
