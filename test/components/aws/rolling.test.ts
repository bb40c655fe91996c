import assert from "node:assert/strict";
import { definitionsIn } from "../../../components/aws/current.ts";
import { differences } from "../../../components/aws/definition.ts";
import {
  planRolling,
  plannedDefinitions,
  takeTurn,
  type Definitions,
} from "../../../components/aws/rolling.ts";
import { plan, type Plan } from "../../../components/plan/index.ts";
import { onAws } from "./recorded.ts";

const planned = (edits: Record<string, unknown> = {}): Plan => plan(onAws(edits));
const definitions = (of: Plan): Definitions => {
  assert.ok(of.aws);
  return plannedDefinitions(of, of.aws);
};
const units = (of: Plan, current: Definitions) => {
  assert.ok(of.aws);
  return planRolling(of, of.aws, current);
};
/** What changes in which unit. */
const changing = (of: Plan, current: Definitions) =>
  units(of, current)
    .filter(({ outdated, leaving }) => outdated.length + leaving.length > 0)
    .map(({ name, outdated, leaving }) => [name, outdated, leaving]);
const turn = (of: Plan, current: Definitions, chosen?: readonly string[]) =>
  takeTurn("sample", units(of, current), current, chosen);
const newImage = { "aws.images.linux": { id: "ami-00000000000000001" } };

describe("the definition of a machine", () => {
  it("changes with all that makes it what it is, and with nothing else", () => {
    const definition = (edits: Record<string, unknown>) => definitions(planned(edits)).get("red-1");
    const first = definition({});
    for (const edits of [
      { "aws.images.linux": { id: "ami-00000000000000001" } },
      { "aws.instanceTypes.small": "t3.large" },
      { "groups.red.collections.red.workers.linux.size": "large" },
      { "aws.diskSize": 200 },
      { "machines.registryMirrors": ["https://mirror.example.com"] },
      { "zones.red": { slot: 7 } },
      { "network.availabilityZones": ["b"] },
    ])
      assert.notEqual(definition(edits), first, JSON.stringify(edits));
    for (const edits of [
      { "aws.tags": { team: "x" } },
      { "groups.red.owner": "somebody" },
      { "groups.red.collections.red.workers.linux.count": 5 },
      { "management.managers.count": 5 },
      { flows: [{ from: "red/red", to: "blue", traffic: ["tcp/1"], why: "w", owner: "o" }] },
    ])
      assert.equal(definition(edits), first, JSON.stringify(edits));
  });
});

describe("an update", () => {
  it("of an environment that is not there yet replaces nothing", () => {
    assert.deepEqual(changing(planned(), new Map()), []);
    assert.deepEqual(turn(planned(), new Map()), { held: new Set() });
  });
  it("that changes no machine replaces nothing, and neither does one that adds machines", () => {
    const current = definitions(planned());
    assert.deepEqual(changing(planned(), current), []);
    assert.deepEqual(changing(planned({ "groups.red.collections.red.workers.linux.count": 4 }), current), []);
  });
  it("leaves a machine as it is whose definition is the plan's, whatever else would replace it", () => {
    const current = new Map(definitions(planned())).set("red-1", "old");
    const { held, problem } = turn(planned(), current);
    assert.equal(problem, undefined);
    assert.deepEqual(
      [...current.keys()].filter((name) => !held.has(name)),
      ["red-1"],
    );
  });
  it("may replace one machine of each collection", () => {
    const next = planned(newImage);
    const current = new Map(definitions(next));
    for (const name of ["red-1", "blue-2", "manager-3"]) current.set(name, "old");
    assert.deepEqual(changing(next, current), [
      ["manager", ["manager-3"], []],
      ["red", ["red-1"], []],
      ["blue", ["blue-2"], []],
    ]);
    assert.equal(turn(next, current).problem, undefined);
  });
  it("may not replace two workers of one collection, or two managers, and names what does", () => {
    assert.equal(
      turn(planned(newImage), definitions(planned())).problem,
      [
        "this update would take several machines at once from what has to go on without a break:",
        "  the managers: manager-1, manager-2, manager-3 would be replaced: scripts/roll sample manager",
        "  collection red: red-1, red-2 would be replaced: scripts/roll sample red",
        "  collection blue: blue-1, blue-2 would be replaced: scripts/roll sample blue",
        "scripts/roll sample takes all of them, one at a time; it can be stopped and run again.",
      ].join("\n"),
    );
  });
  it("may not take two managers away at once, since those that stay could be no majority", () => {
    const five = definitions(planned({ "management.managers.count": 5 }));
    const next = planned({ "management.managers.count": 3 });
    assert.match(
      turn(next, five).problem ?? "",
      /the managers: manager-4, manager-5 would go: scripts\/roll sample manager/,
    );
    const four = new Map(five);
    four.delete("manager-5");
    assert.equal(turn(next, four).problem, undefined);
  });
  it("may not replace a manager while another one goes", () => {
    const two = new Map(definitions(planned())).set("manager-1", "old").set("manager-4", "any");
    assert.match(turn(planned(), two).problem ?? "", /manager-1 would be replaced, manager-4 would go/);
    assert.equal(turn(planned(), two, []).problem, undefined);
  });
  it("may take workers away, and a whole collection, but not while one that stays is replaced", () => {
    const current = definitions(planned());
    const without = planned({ "zones.blue": undefined, "groups.blue": undefined });
    assert.equal(turn(without, current).problem, undefined);
    const one = "groups.red.collections.red.workers.linux.count";
    assert.equal(turn(planned({ [one]: 1 }), definitions(planned({ [one]: 3 }))).problem, undefined);
    assert.match(
      turn(planned({ [one]: 1, ...newImage }), current).problem ?? "",
      /collection red: red-1 would be replaced, red-2 would go/,
    );
  });
  it("that is told which machine to replace leaves every other one as it is", () => {
    const current = definitions(planned());
    const { held, problem } = turn(planned(newImage), current, ["red-2"]);
    assert.equal(problem, undefined);
    assert.deepEqual(
      [...current.keys()].filter((name) => !held.has(name)),
      ["red-2"],
    );
    assert.deepEqual(turn(planned(newImage), current, []).held, new Set(current.keys()));
  });
  it("that is told of two machines of one collection is stopped as any other", () => {
    const current = definitions(planned());
    assert.match(
      turn(planned(newImage), current, ["red-1", "red-2"]).problem ?? "",
      /red-1, red-2 would be replaced/,
    );
    assert.equal(turn(planned(newImage), current, ["red-1", "blue-2"]).problem, undefined);
  });
});

describe("a machine's definition", () => {
  const told = (edits: Record<string, unknown>) => {
    const [current, next] = [definitions(planned()), definitions(planned(edits))];
    return differences(current.get("red-1") ?? "", next.get("red-1") ?? "");
  };
  it("tells people what differs", () => {
    assert.deepEqual(told({}), []);
    assert.deepEqual(told(newImage), ["image ami-0123456789abcdef0 -> ami-00000000000000001"]);
    assert.deepEqual(told({ "aws.instanceTypes.small": "t3.large", "aws.diskSize": 200 }), [
      "instance type t3.medium -> t3.large",
      "disk 100GiB -> 200GiB",
    ]);
    assert.deepEqual(told({ "machines.registryMirrors": ["https://mirror.example.com"] }), ["user data"]);
    assert.deepEqual(told({ "aws.kmsKey": key }), ["launch template"]);
    assert.deepEqual(told({ "zones.red": { slot: 7 } }), ["address 10.16.4.32 -> 10.16.28.32"]);
    assert.deepEqual(differences("", "image=ami-1"), ["its definition is not known"]);
  });
  it("is a text that AWS takes for a tag", () => {
    for (const definition of definitions(planned({ "aws.instanceTypes.small": "u-3tb1.56xlarge" })).values())
      assert.match(definition, /^[\w +\-=.:/@]{1,256}$/);
  });
  it("is read from a state by the machines' names, and is empty where the tag was taken away", () => {
    const resource = (name: string, type: string, tags?: Record<string, string>) => ({
      urn: `urn:pulumi:sample::bulkhead::bulkhead:Environment$${type}::${name}`,
      type,
      ...(tags === undefined ? {} : { outputs: { tags } }),
    });
    const instance = "aws:ec2/instance:Instance";
    assert.deepEqual(
      definitionsIn([
        resource("red-1", instance, { "bulkhead:definition": "image=ami-1" }),
        resource("red-2", instance, { Name: "red-2" }),
        resource("red-3", instance),
        resource("red", "aws:ec2/vpc:Vpc", { "bulkhead:definition": "image=ami-1" }),
      ]),
      new Map([
        ["red-1", "image=ami-1"],
        ["red-2", ""],
        ["red-3", ""],
      ]),
    );
  });
});

const key = "arn:aws:kms:eu-central-1:111122223333:key/11112222-3333-4444-5555-666677778888";
