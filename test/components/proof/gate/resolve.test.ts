import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { Recorder } from "../../../../components/proof/gate/recorder.ts";
import { Resolver } from "../../../../components/proof/gate/resolve.ts";
import { Reference, Unknown, type Value } from "../../../../components/proof/resource/index.ts";
import { record } from "../../../support/record.ts";

class Thing extends pulumi.CustomResource {
  declare readonly cidr: pulumi.Output<string>;
  declare readonly arn: pulumi.Output<string>;
  declare readonly metadata: pulumi.Output<{ readonly name: string }>;

  constructor(name: string, args: Readonly<Record<string, unknown>>, opts?: pulumi.CustomResourceOptions) {
    super("cloud:index:Thing", name, { arn: undefined, ...args }, opts);
  }
}

/** What the proof reads of the last thing that a program makes, as it is before any of them exists. */
async function read(
  program: (recorder: Recorder) => Readonly<Record<string, unknown>>,
  preview = true,
): Promise<Value> {
  let inputs: Value = null;
  await record(
    async () => {
      const recorder = new Recorder();
      const opts = {
        transformations: [(args: pulumi.ResourceTransformationArgs) => (recorder.take(args), undefined)],
      };
      watched = opts;
      new Thing("last", program(recorder), opts);
      const resolver = new Resolver(recorder.recorded);
      const last = [...recorder.recorded.values()].find(({ resource }) => resource.name === "last");
      assert.ok(last !== undefined);
      inputs = await resolver.inputs(last);
    },
    { preview },
  );
  return inputs;
}
let watched: pulumi.CustomResourceOptions = {};
const thing = (name: string, args: Readonly<Record<string, unknown>> = {}) => new Thing(name, args, watched);

const field = (inputs: Value, name = "value"): Value | undefined =>
  (inputs as Readonly<Record<string, Value>>)[name];

describe("what a program hands to its resources, before any of them exists,", () => {
  it("is read as it is where it is plain, also in lists, objects, secrets and promises", async () => {
    const inputs = await read(() => ({
      value: { list: [1, "two", true, null], inner: { secret: pulumi.secret("s") } },
      later: Promise.resolve(["x"]),
      output: pulumi.output({ deep: [pulumi.output(7)] }),
      absent: undefined,
    }));
    assert.deepEqual(inputs, {
      value: { list: [1, "two", true, null], inner: { secret: "s" } },
      later: ["x"],
      output: { deep: [7] },
    });
  });

  it("is a reference where it is another's id", async () => {
    const value = field(await read(() => ({ value: thing("zone").id })));
    assert.ok(value instanceof Reference);
    assert.equal(value.resource.name, "zone");
    assert.equal(value.property, "id");
  });

  it("is what was asked of the other where it is one of its inputs", async () => {
    assert.equal(
      field(await read(() => ({ value: thing("zone", { cidr: "10.0.0.0/22" }).cidr }))),
      "10.0.0.0/22",
    );
  });

  it("is what was asked of the first where inputs are handed on from one to the next", async () => {
    const value = field(
      await read(() => ({ value: thing("b", { cidr: thing("a", { cidr: "10.0.0.0/22" }).cidr }).cidr })),
    );
    assert.equal(value, "10.0.0.0/22");
  });

  it("is a reference to no property in particular where it is made of one other's", async () => {
    for (const make of [
      (zone: Thing) => zone.id.apply((id) => `${id}!`),
      (zone: Thing) => pulumi.interpolate`arn:${zone.arn}`,
      (zone: Thing) => zone.metadata.name,
      (zone: Thing) => pulumi.all([zone.id, zone.arn]).apply(([id]) => id),
    ]) {
      const value = field(await read(() => ({ value: make(thing("zone", { metadata: { name: "z" } })) })));
      assert.ok(value instanceof Reference);
      assert.equal(value.resource.name, "zone");
      assert.equal(value.property, "");
    }
  });

  it("is unknown, and says how to write it, where it is made of several others'", async () => {
    const value = field(
      await read(() => ({
        value: pulumi.all([thing("a").id, thing("b").id]).apply(([a, b]) => `${a},${b}`),
      })),
    );
    assert.ok(value instanceof Unknown);
    assert.equal(
      value.why,
      "it is made of what several resources will say (a, b): pass each one's property as it is",
    );
  });

  it("is a reference where it is the other itself", async () => {
    const value = field(await read(() => ({ value: [thing("zone")] })));
    assert.ok(Array.isArray(value) && value[0] instanceof Reference);
    assert.equal(value[0].property, "id");
  });

  it("is unknown, never absent, where it is known only once something has been made", async () => {
    const unknown = pulumi.output(1).apply(() => pulumi.unknown);
    assert.ok(field(await read(() => ({ value: unknown }))) instanceof Unknown);
  });

  it("is unknown where it is a file", async () => {
    assert.ok(field(await read(() => ({ value: new pulumi.asset.StringAsset("x") }))) instanceof Unknown);
  });
});

describe("a resource that a program registers", () => {
  it("has the URN that the engine will give it, also inside components", async () => {
    let urns: string[] = [];
    await record(() => {
      const recorder = new Recorder();
      const opts = {
        transformations: [(args: pulumi.ResourceTransformationArgs) => (recorder.take(args), undefined)],
      };
      class Group extends pulumi.ComponentResource {}
      const outer = new Group("shop:index:Outer", "outer", {}, opts);
      const inner = new Group("shop:index:Inner", "inner", {}, { parent: outer });
      new Thing("thing", {}, { parent: inner });
      urns = [...recorder.recorded.values()].map(({ resource }) => resource.urn);
    });
    assert.deepEqual(urns, [
      "urn:pulumi:sample::bulkhead::shop:index:Outer::outer",
      "urn:pulumi:sample::bulkhead::shop:index:Outer$shop:index:Inner::inner",
      "urn:pulumi:sample::bulkhead::shop:index:Outer$shop:index:Inner$cloud:index:Thing::thing",
    ]);
  });

  it("keeps the id of one that exists already and is only read", async () => {
    let ids: (string | undefined)[] = [];
    await record(() => {
      const recorder = new Recorder();
      const opts = {
        id: "vpc-1",
        transformations: [(args: pulumi.ResourceTransformationArgs) => (recorder.take(args), undefined)],
      };
      new Thing("there", {}, opts);
      ids = [...recorder.recorded.values()].map(({ resource }) => resource.id);
    });
    assert.deepEqual(ids, ["vpc-1"]);
  });
});
