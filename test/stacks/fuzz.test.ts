import assert from "node:assert/strict";
import fc from "fast-check";
import { describePlan, plan } from "../../components/plan/index.ts";
import { checkEnvironment, showProblem } from "../../stacks/config.ts";
import { edited, group, sound } from "../support/config.ts";

const seed = 20261123;

/** Holds for any input: it is planned, or refused with problems that each take one line. */
function isAnswered(raw: Readonly<Record<string, unknown>>): void {
  const result = checkEnvironment("sample", raw);
  if ("environment" in result) {
    assert.match(describePlan(plan(result.environment)), /^sample: /);
    return;
  }
  assert.ok(result.problems.length > 0);
  for (const problem of result.problems) {
    const line = showProblem(problem);
    assert.doesNotMatch(line, /\n|TypeError|undefined|\[object|at .*\.ts:/, line);
    assert.match(problem.message, /\S/);
  }
}

const rich = edited({
  "network.services": { dns: { addresses: ["10.99.0.53/32"] } },
  "network.frontDoor": ["10.0.0.0/9"],
  "network.existing": {
    id: "vpc-1",
    subnets: { management: [{ id: "s", cidr: "10.16.0.0/24", availabilityZone: "a" }] },
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

describe("a configuration that nobody meant to write", () => {
  const mutation: fc.Arbitrary<Mutation> = fc.tuple(
    fc.nat(),
    values,
    texts,
    fc.constantFrom("set", "drop", "rename", "add"),
  );

  it("is answered with problems and never with a stack trace, 1,000 edits of a sound one", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(sound(), rich),
        fc.array(mutation, { minLength: 1, maxLength: 5 }),
        (raw, edits) => {
          isAnswered(edits.reduce((at, edit) => mutated(edit, at), raw));
        },
      ),
      { numRuns: 1000, seed },
    );
  });

  it("is answered with problems and never with a stack trace, 1,000 objects of any kind", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...Object.keys(rich), "zone"), fc.jsonValue()), isAnswered),
      { numRuns: 1000, seed },
    );
  });
});
