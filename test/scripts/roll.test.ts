import assert from "node:assert/strict";
import { plannedDefinitions } from "../../components/aws/rolling.ts";
import { plan } from "../../components/plan/index.ts";
import { roll, type Actions } from "../../scripts/commands/roll/run.ts";
import { readThere, type There } from "../../scripts/commands/roll/there.ts";
import { untilWell } from "../../scripts/commands/roll/wait.ts";
import { describeWork, planWork, type Work } from "../../scripts/commands/roll/work.ts";
import { environment } from "../support/config.ts";

const planned = (edits: Record<string, unknown> = {}) => {
  const made = plan(environment(edits));
  assert.ok(made.aws);
  return { plan: made, aws: made.aws };
};
const newImage = { "aws.images.linux": { id: "ami-00000000000000001" } };

/** All machines of an environment as they were planned, some of them gone. */
function there(edits: Record<string, unknown> = {}, gone: readonly string[] = []): There {
  const { plan: made, aws } = planned(edits);
  const definitions = plannedDefinitions(made, aws);
  const machines = [...definitions.keys()].map((name) => ({
    name,
    urn: `urn:${name}`,
    id: `i-${name}`,
    gone: gone.includes(name),
    targets: [],
  }));
  return { machines: new Map(machines.map((machine) => [machine.name, machine])), definitions };
}
const work = (edits: Record<string, unknown>, from: There, only?: string): Work => {
  const { plan: made, aws } = planned(edits);
  return planWork(made, aws, from, only);
};
const names = (steps: Work["replaced"]) => steps.map(({ machine }) => machine);

describe("the work of a roll", () => {
  it("is nothing where every machine is what the stack file says", () => {
    assert.equal(describeWork(work({}, there())), undefined);
  });
  it("goes from the managers by the registry to the workers, one collection after the other", () => {
    assert.deepEqual(names(work(newImage, there()).replaced), [
      "manager-1",
      "manager-2",
      "manager-3",
      "registry-1",
      "red-1",
      "red-2",
      "blue-1",
      "blue-2",
    ]);
  });
  it("is that of one collection alone where it is named, and says what there is where it is not known", () => {
    assert.deepEqual(names(work(newImage, there(), "blue").replaced), ["blue-1", "blue-2"]);
    assert.deepEqual(names(work(newImage, there(), "registry").replaced), ["registry-1"]);
    assert.throws(() => work(newImage, there(), "bleu"), {
      message:
        'there is nothing called "bleu" to roll in sample (did you mean "blue"?); there is manager, registry, red, blue',
    });
  });
  it("touches a machine only once the others of its unit are well", () => {
    const steps = work(newImage, there()).replaced;
    const others = (name: string) => steps.find(({ machine }) => machine === name)?.others;
    assert.deepEqual(others("manager-2"), ["manager-1", "manager-3"]);
    assert.deepEqual(others("blue-1"), ["blue-2"]);
    assert.deepEqual(others("registry-1"), []);
  });
  it("first finishes what an earlier run left in the middle, of every unit, and waits for no machine that is gone", () => {
    const { finished, replaced } = work(newImage, there({}, ["red-1", "manager-2"]), "blue");
    assert.deepEqual(names(finished), ["manager-2", "red-1"]);
    assert.deepEqual(names(replaced), ["blue-1", "blue-2"]);
    const all = work(newImage, there({}, ["red-1"]));
    assert.equal(names(all.replaced).includes("red-1"), false);
    assert.deepEqual(all.replaced.find(({ machine }) => machine === "red-2")?.others, []);
  });
  it("takes managers away that the stack file has no more, one at a time, and leaves workers to the update", () => {
    const five = there({
      "management.managers.count": 5,
      "groups.red.collections.red.workers.linux.count": 4,
    });
    const { removed, replaced } = work({}, five);
    assert.deepEqual(names(removed), ["manager-4", "manager-5"]);
    assert.deepEqual(removed[0]?.others, ["manager-1", "manager-2", "manager-3"]);
    assert.deepEqual(replaced, []);
  });
  it("says of each machine why", () => {
    assert.equal(
      describeWork(work({ "aws.instanceTypes.small": "t3.large" }, there({}, ["red-1"]), "red")),
      [
        "made, as they are not there:",
        "  red-1  collection red: an earlier run ended before it was made anew",
        "replaced, one at a time, each once the one before it is well:",
        "  red-2  collection red: instance type t3.medium -> t3.large",
      ].join("\n"),
    );
  });
});

describe("a stack's state", () => {
  const instance = (name: string, more = {}) => ({
    urn: `urn:pulumi:sample::bulkhead::aws:ec2/instance:Instance::${name}`,
    type: "aws:ec2/instance:Instance",
    id: `i-${name}`,
    outputs: { privateIp: `10.0.0.${name.at(-1) ?? ""}`, tags: { "bulkhead:definition": `of ${name}` } },
    ...more,
  });
  it("tells the machines, their targets and those that are gone, and leaves out what has been replaced", () => {
    const { machines, definitions } = readThere(
      JSON.stringify({
        deployment: {
          resources: [
            instance("red-1"),
            instance("red-1", { delete: true, id: "i-old" }),
            instance("red-2", { pendingReplacement: true }),
            {
              urn: "urn:pulumi:sample::bulkhead::aws:lb/targetGroupAttachment:TargetGroupAttachment::red-1-443",
              type: "aws:lb/targetGroupAttachment:TargetGroupAttachment",
              outputs: { targetGroupArn: "arn:443", targetId: "10.0.0.1", port: 443 },
            },
          ],
        },
      }),
    );
    assert.deepEqual(
      [...machines.values()].map(({ id, gone, targets }) => [id, gone, targets.map(({ arn }) => arn)]),
      [
        ["i-red-1", false, ["arn:443"]],
        ["i-red-2", true, []],
      ],
    );
    assert.deepEqual(
      [...definitions],
      [
        ["red-1", "of red-1"],
        ["red-2", "of red-2"],
      ],
    );
  });
  it("of a stack that is empty has nothing", () => {
    assert.equal(readThere('{"version":3,"deployment":{}}').machines.size, 0);
  });
});

describe("a roll", () => {
  function recorded(fails: (what: string) => boolean = () => false, stops = "") {
    const done: string[] = [];
    let stopped = false;
    const take = (what: string) => {
      done.push(what);
      if (what === stops) stopped = true;
      return fails(what) ? Promise.reject(new Error(`${what} failed`)) : Promise.resolve();
    };
    const actions: Actions = {
      update: (chosen) => take(`update ${chosen.join(",")}`.trim()),
      remove: (machine) => take(`remove ${machine}`),
      well: (machines) => take(`well ${machines.join(",")}`.trim()),
      stopped: () => stopped,
      say: () => undefined,
    };
    return { done, actions };
  }

  it("brings everything else up first, and then replaces one machine after the other", async () => {
    const { done, actions } = recorded();
    assert.deepEqual(await roll(work(newImage, there(), "red"), actions), { done: 2, all: 2 });
    assert.deepEqual(done, [
      "update",
      "well red-2",
      "update red-1",
      "well red-1",
      "well red-1",
      "update red-2",
      "well red-2",
    ]);
  });
  it("makes what an earlier run took away in the first update, and waits for it", async () => {
    const { done, actions } = recorded();
    await roll(work(newImage, there({}, ["red-1"]), "red"), actions);
    assert.deepEqual(done.slice(0, 2), ["update red-1", "well red-1"]);
    assert.deepEqual(done.slice(2), ["well", "update red-2", "well red-2"]);
  });
  it("takes managers away before anything else, each once the others are well", async () => {
    const { done, actions } = recorded();
    await roll(work({}, there({ "management.managers.count": 5 })), actions);
    const stay = "well manager-1,manager-2,manager-3";
    assert.deepEqual(done, [stay, "remove manager-4", stay, "remove manager-5", "update"]);
  });
  it("stops at the first failure, and touches no other machine", async () => {
    for (const where of ["update", "well red-2", "update red-1", "well red-1"]) {
      const { done, actions } = recorded((what) => what === where);
      const { stoppedBy, done: count } = await roll(work(newImage, there(), "red"), actions);
      assert.equal((stoppedBy as Error).message, `${where} failed`);
      assert.equal(count, 0);
      assert.equal(done.at(-1), where);
    }
  });
  it("that is interrupted lets the update under way end, and begins nothing else", async () => {
    const { done, actions } = recorded(undefined, "update red-1");
    const { stoppedBy } = await roll(work(newImage, there(), "red"), actions);
    assert.ok(stoppedBy instanceof Error);
    assert.equal(done.at(-1), "update red-1");
  });
});

describe("waiting for a machine", () => {
  it("ends when nothing is wrong any more, and says once what is waited for", async () => {
    const told: string[] = [];
    const answers = [["a is pending"], ["a is pending"], ["b is pending"], []];
    await untilWell(() => Promise.resolve(answers.shift() ?? []), {
      limit: 10_000,
      pause: 1,
      onWait: (problems) => told.push(...problems),
    });
    assert.deepEqual(told, ["a is pending", "b is pending"]);
    assert.equal(answers.length, 0);
  });
  it("ends with what is still wrong when the time is over", async () => {
    await assert.rejects(
      untilWell(() => Promise.resolve(["red-1's instance check is impaired"]), { limit: 0, pause: 1 }),
      { message: "after 0 minutes this is still so:\n  red-1's instance check is impaired" },
    );
  });
  it("ends at once where it is interrupted", async () => {
    const interrupted = new AbortController();
    const waiting = untilWell(() => Promise.resolve(["x"]), {
      limit: 60_000,
      pause: 60_000,
      signal: interrupted.signal,
      onWait: () => {
        interrupted.abort();
      },
    });
    await assert.rejects(waiting, { name: "AbortError" });
  });
});
