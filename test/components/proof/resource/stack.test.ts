import assert from "node:assert/strict";
import {
  readPlan,
  readState,
  Reference,
  Resources,
  Unknown,
  type StackRead,
  type Value,
} from "../../../../components/proof/resource/index.ts";
import { UnreadableError } from "../../../../components/proof/unreadable.ts";
import { created, entry, planOf, root, stateOf, unknown, urnOf } from "./files.ts";

const zone = "lab:index:Zone";
const host = "lab:index:Host";

function refused(read: (file: string, text: string) => StackRead, text: string): UnreadableError {
  try {
    read("given.json", text);
  } catch (error) {
    assert.ok(error instanceof UnreadableError, String(error));
    return error;
  }
  throw new Error("it was read");
}

const only = ({ resources }: StackRead, name: string) => {
  const [found, ...more] = resources.filter((one) => one.name === name);
  assert.ok(found !== undefined && more.length === 0, name);
  return found;
};

/** A value as it reads: references by what they lead to. */
const shown = (value: Value | undefined): unknown => {
  if (value instanceof Reference) return `-> ${value.resource.name} ${value.property}`.trim();
  if (value instanceof Unknown) return `unknown: ${value.why}`;
  return Array.isArray(value) ? value.map(shown) : value;
};

describe("a state that pulumi stack export has written", () => {
  const existing = stateOf(
    { ...root, outputs: { proof: "holds", secret: "x" } },
    entry("pulumi:providers:lab", "default", { id: "1" }),
    entry(zone, "red", { id: "dev/red", inputs: { name: "red" }, outputs: { name: "red", instance: "7" } }),
    entry(host, "red::1", { id: "dev/red-1", inputs: { zone: "dev/red" }, outputs: { zone: "dev/red" } }),
  );

  it("gives the stack, its resources with their ids, and what its program gave out", () => {
    const read = readState("state.json", existing);
    assert.equal(read.stack, "dev");
    assert.deepEqual(read.outputs, { proof: "holds", secret: "x" });
    assert.deepEqual(read.leaving, []);
    assert.deepEqual(
      read.resources.map(({ name }) => name),
      ["default", "red", "red::1"],
    );
    assert.deepEqual(only(read, "red"), {
      urn: urnOf(zone, "red"),
      type: zone,
      name: "red",
      id: "dev/red",
      inputs: { name: "red" },
      outputs: { name: "red", instance: "7" },
    });
  });

  it("names resources by their ids", () => {
    const resources = new Resources(readState("state.json", existing).resources);
    assert.equal(resources.named("dev/red", zone)?.name, "red");
    assert.equal(resources.named("dev/red", host), undefined);
  });

  it("tells those that wait for their deletion, which no longer count", () => {
    const read = readState(
      "state.json",
      stateOf(
        root,
        entry(zone, "red", { id: "new", inputs: { cidr: "10.0.1.0/24" } }),
        entry(zone, "red", { id: "old", delete: true, inputs: { cidr: "10.0.0.0/24" } }),
        entry(zone, "blue", { id: "blue", delete: true }),
      ),
    );
    assert.deepEqual(
      read.resources.map(({ name, id, inputs }) => [name, id, inputs]),
      [["red", "new", { cidr: "10.0.1.0/24" }]],
    );
    assert.deepEqual(read.leaving, [urnOf(zone, "red"), urnOf(zone, "blue")]);
  });

  it("keeps secrets unknown, and reads those that were written out", () => {
    const signed = (fields: object) => ({
      "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
      ...fields,
    });
    const { inputs } = only(
      readState(
        "state.json",
        stateOf(
          root,
          entry(host, "a", {
            inputs: {
              hidden: signed({ ciphertext: "v1:abc" }),
              list: ["x", signed({ ciphertext: "v1:abc" })],
              plain: signed({ plaintext: JSON.stringify(["10.0.0.1"]) }),
            },
            // As the engine writes it beside every property.
            propertyDependencies: { hidden: [urnOf(zone, "red")] },
          }),
          entry(zone, "red"),
        ),
      ),
      "a",
    );
    const secret = "unknown: it is a secret, which the file does not show";
    assert.deepEqual(
      Object.entries(inputs).map(([key, value]) => [key, shown(value)]),
      [
        ["hidden", secret],
        ["list", ["x", secret]],
        ["plain", ["10.0.0.1"]],
      ],
    );
  });

  it("leads from a resource that is handed over whole to that resource", () => {
    const whole = (urn: string) => ({
      "4dabf18193072939515e22adb298388d": "5cf8f73096256a8f31e491e813e4eb8e",
      urn,
      id: "dev/red",
    });
    const { inputs } = only(
      readState(
        "state.json",
        stateOf(
          root,
          entry(host, "a", {
            inputs: {
              zone: whole(urnOf(zone, "red")),
              other: whole(urnOf(zone, "blue")),
              file: { "4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17", text: "x" },
            },
          }),
          entry(zone, "red", { id: "dev/red" }),
        ),
      ),
      "a",
    );
    assert.deepEqual(Object.values(inputs).map(shown), [
      "-> red id",
      "unknown: it is a resource of another program",
      "unknown: it is a file or an object that the proof cannot look into",
    ]);
  });
});

describe("a plan that pulumi preview has written", () => {
  const inputsOf = (
    inputs: Readonly<Record<string, unknown>>,
    propertyDependencies: Readonly<Record<string, readonly string[]>>,
  ) => {
    const read = readPlan(
      "plan.json",
      planOf(
        created(root),
        created(entry(zone, "red")),
        created(entry(zone, "blue")),
        created(entry(host, "a", { id: unknown, inputs, propertyDependencies })),
      ),
    );
    const made = only(read, "a");
    assert.equal(made.id, undefined);
    return Object.values(made.inputs).map(shown);
  };
  const [red, blue] = [urnOf(zone, "red"), urnOf(zone, "blue")];
  const several = (names: string) =>
    `unknown: it comes from several resources (${names}): pass each one's property as it is`;

  it("has references where a property comes from one resource, however often", () => {
    assert.deepEqual(inputsOf({ zone: unknown }, { zone: [red] }), ["-> red"]);
    assert.deepEqual(inputsOf({ zones: [unknown, "x", unknown] }, { zones: [red] }), [
      ["-> red", "x", "-> red"],
    ]);
  });

  it("has one for each where a list has as many unknowns as it comes from", () => {
    assert.deepEqual(inputsOf({ zones: [unknown, "x", unknown] }, { zones: [red, blue] }), [
      ["-> red", "x", "-> blue"],
    ]);
  });

  it("has unknowns where it cannot be told what comes from what", () => {
    assert.deepEqual(inputsOf({ zones: [unknown] }, { zones: [red, blue] }), [[several("red, blue")]]);
    assert.deepEqual(inputsOf({ zones: [unknown, unknown, unknown] }, { zones: [red, blue] }), [
      Array.from({ length: 3 }, () => several("red, blue")),
    ]);
    assert.deepEqual(inputsOf({ zone: unknown }, { zone: [red, blue] }), [several("red, blue")]);
    // In an object it does matter which is which.
    const read = readPlan(
      "plan.json",
      planOf(
        created(entry(zone, "red")),
        created(entry(zone, "blue")),
        created(
          entry(host, "a", {
            inputs: { ends: { from: unknown, to: unknown }, deep: [{ from: unknown }, unknown, unknown] },
            propertyDependencies: { ends: [red, blue], deep: [red, blue] },
          }),
        ),
      ),
    );
    const { ends, deep } = only(read, "a").inputs;
    assert.deepEqual(Object.values(ends as Record<string, Value>).map(shown), [
      several("red, blue"),
      several("red, blue"),
    ]);
    assert.deepEqual((deep as readonly Value[]).slice(1).map(shown), [
      several("red, blue"),
      several("red, blue"),
    ]);
  });

  it("has unknowns where nothing is said of what it comes from, or that is not there", () => {
    const none = "unknown: it is known only once something has been made";
    assert.deepEqual(inputsOf({ zone: unknown }, {}), [none]);
    assert.deepEqual(inputsOf({ zone: unknown }, { zone: [] }), [none]);
    assert.deepEqual(inputsOf({ zone: unknown }, { zone: [urnOf(zone, "green")] }), [
      several("one that is not here"),
    ]);
    assert.deepEqual(inputsOf({ zone: unknown }, { zone: [red, urnOf(zone, "green")] }), [
      several("red, one that is not here"),
    ]);
  });

  it("has unknowns of every kind, and secrets", () => {
    assert.deepEqual(
      inputsOf(
        {
          number: "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
          list: "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
          secret: "[secret]",
        },
        { number: [red], list: [red], secret: [red] },
      ),
      ["-> red", "-> red", "unknown: it is a secret, which the file does not show"],
    );
  });

  it("has what is replaced once, as it will be, and nothing of what goes", () => {
    const state = (name: string, cidr: string, id?: string) =>
      entry(zone, name, { inputs: { cidr }, ...(id === undefined ? {} : { id }) });
    const read = readPlan(
      "plan.json",
      planOf(
        ...[
          {
            op: "create-replacement",
            oldState: state("red", "10.0.0.0/24", "old"),
            newState: state("red", "10.0.1.0/24"),
          },
          {
            op: "replace",
            oldState: state("red", "10.0.0.0/24", "old"),
            newState: state("red", "10.0.1.0/24"),
          },
          {
            op: "delete-replaced",
            oldState: state("red", "10.0.0.0/24", "old"),
            newState: state("red", "10.0.0.0/24", "old"),
          },
          { op: "delete", oldState: state("blue", "10.0.2.0/24", "blue") },
          { op: "delete", oldState: state("green", "10.0.3.0/24", "green"), newState: null },
          { op: "discard", newState: state("black", "10.0.4.0/24", "black") },
        ],
      ),
    );
    assert.deepEqual(
      read.resources.map(({ name, id, inputs }) => [name, id, inputs]),
      [["red", undefined, { cidr: "10.0.1.0/24" }]],
    );
  });

  it("has the ids of what stays, which a preview does not repeat, and by which others name it", () => {
    const [old, without] = [{ id: "dev/red", outputs: { instance: "7" } }, {}];
    const read = readPlan(
      "plan.json",
      planOf(
        { op: "same", newState: root },
        { op: "same", oldState: entry(zone, "red", old), newState: entry(zone, "red", without) },
        {
          op: "update",
          oldState: entry(zone, "blue", { ...old, id: "dev/blue" }),
          newState: entry(zone, "blue"),
        },
        created(entry(host, "a", { inputs: { zone: "dev/red" } })),
      ),
    );
    const resources = new Resources(read.resources);
    assert.equal(resources.named(only(read, "a").inputs["zone"], zone)?.name, "red");
    assert.deepEqual(only(read, "red").outputs, { instance: "7" });
    // An update may change what its provider says.
    assert.deepEqual([only(read, "blue").id, only(read, "blue").outputs], ["dev/blue", {}]);
  });

  it("is refused where what stays as it is was left out, as it is without a flag", () => {
    const text = JSON.stringify({
      steps: [{ op: "same", newState: root }, created(entry(zone, "red"))],
      changeSummary: { same: 172, create: 1 },
    });
    assert.equal(
      refused(readPlan, text).message,
      "given.json: 171 of the stack's resources are not in it, since they stay as they are; expected what `pulumi preview --json --show-sames` writes, an object with steps",
    );
  });
});

describe("what is not a file of Pulumi's", () => {
  const state = "expected what `pulumi stack export` writes, an object with deployment.resources";
  const plan = "expected what `pulumi preview --json --show-sames` writes, an object with steps";

  for (const [name, text, line] of [
    ["a list that is not closed", '{\n  "deployment": {\n    "resources": [1, 2\n', 4],
    ["a word without quotes", '{\n  "deployment": {\n    "resources": [nothing]\n  }\n}\n', 3],
    ["a comma too many", '{\n  "deployment": {},\n}\n', 3],
    ["something before it", 'Previewing update (dev):\n{ "steps": [] }\n', 1],
    ["nothing", "", 1],
  ] as const)
    it(`is refused with its line where it is not JSON: ${name}`, () => {
      const error = refused(readState, text);
      assert.equal(error.line, line, error.message);
      assert.match(
        error.message,
        new RegExp(`^given\\.json:${line}: it is not JSON: [^"\\n]+; expected what`),
      );
    });

  for (const [name, read, text, message] of [
    ["a list", readState, "[]", `it is no object; ${state}`],
    ["null", readPlan, "null", `it is no object; ${plan}`],
    ["an object without deployment", readState, "{}", `there is no deployment in it; ${state}`],
    [
      "one whose deployment is null",
      readState,
      '{"deployment":null}',
      `there is no deployment in it; ${state}`,
    ],
    [
      "one whose resources are none",
      readState,
      '{"deployment":{}}',
      `there are no resources in it; ${state}`,
    ],
    [
      "one whose resources are no list",
      readState,
      '{"deployment":{"resources":{}}}',
      `its deployment.resources are no list; ${state}`,
    ],
    ["one without resources", readState, stateOf(), `there are no resources in it; ${state}`],
    [
      "one with a resource without urn",
      readState,
      stateOf(root, { type: zone }),
      `resource 1 has no urn or no type; ${state}`,
    ],
    [
      "one with a resource without type",
      readState,
      stateOf({ urn: root.urn }),
      `resource 0 has no urn or no type; ${state}`,
    ],
    ["one with null for a resource", readState, stateOf(null), `resource 0 has no urn or no type; ${state}`],
    ["a state in a plan's place", readPlan, stateOf(root), `there are no steps in it; ${plan}`],
    ["a plan in a state's place", readState, planOf(created(root)), `there is no deployment in it; ${state}`],
    ["a plan without steps", readPlan, planOf(), `there are no resources in it; ${plan}`],
    ["a plan with null for a step", readPlan, '{"steps":[null]}', `there are no resources in it; ${plan}`],
  ] as const)
    it(`is refused with what it lacks: ${name}`, () => {
      assert.equal(refused(read, text).message, `given.json: ${message}`);
    });
});
