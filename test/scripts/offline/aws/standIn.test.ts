import assert from "node:assert/strict";
import type { Context, Kind, Properties } from "../../../../scripts/offline/aws/kind.ts";
import type { OpenCloud } from "../../../../scripts/offline/aws/simulation.ts";
import { StandIn } from "../../../../scripts/offline/aws/standIn.ts";
import { close, unknown } from "../../../../scripts/offline/aws/value.ts";

const urn = (type: string, name = "a") => `urn:pulumi:dev::shop::bulkhead:aws:Network$${type}::${name}`;
const vpc = urn("aws:ec2/vpc:Vpc");
const group = urn("aws:ec2/securityGroup:SecurityGroup", "worker");
const template = urn("aws:ec2/launchTemplate:LaunchTemplate");
const seed = Buffer.from("0123456789abcdef", "hex");

const quiet = () => Promise.resolve();
const planOnly = () => new StandIn({}, quiet);

/** What a kind was asked for. */
type Call = readonly [string, ...(Properties | string)[]];

/** A cloud of VPCs and of security groups, of which nothing can be changed. */
function cloud(found: Properties | "gone") {
  const calls: Call[] = [];
  const contexts: Context[] = [];
  const groupKind: Kind = {
    type: "aws:ec2/securityGroup:SecurityGroup",
    replaceOn: [],
    create: (inputs, context) => {
      calls.push(["create", inputs]);
      contexts.push(context);
      return Promise.resolve({ id: "sg-1", outputs: { arn: "arn:aws:sg-1" } });
    },
    read: (id, outputs) => {
      calls.push(["read", id, outputs]);
      return Promise.resolve(found === "gone" ? undefined : { id, outputs: found });
    },
    delete: (id, outputs) => {
      calls.push(["delete", id, outputs]);
      return Promise.resolve();
    },
  };
  const vpcKind: Kind = {
    ...groupKind,
    type: "aws:ec2/vpc:Vpc",
    replaceOn: ["instanceTenancy"],
    update: (id, inputs, old, outputs) => {
      calls.push(["update", id, inputs, old, outputs]);
      return Promise.resolve({ id, outputs: { arn: "arn:aws:vpc-1" } });
    },
  };
  const opened: string[] = [];
  const openCloud: OpenCloud = (url, { region }) => {
    opened.push(`${url} ${region}`);
    return Promise.resolve({
      kinds: new Map([groupKind, vpcKind].map((kind) => [kind.type, kind])),
      close: () => Promise.resolve(),
    });
  };
  const standIn = new StandIn({ BULKHEAD_SIMULATED_AWS: "http://127.0.0.1:5000/" }, quiet, openCloud);
  return { standIn, calls, contexts, opened };
}

async function configured(found: Properties | "gone" = {}) {
  const all = cloud(found);
  await all.standIn.configure({ region: "eu-central-1" });
  return all;
}

describe("the stand-in for the plugin aws", () => {
  it("says that it is in use, and with which cloud", async () => {
    const told: string[] = [];
    const tell = (severity: string, message: string) => {
      told.push(`${severity}: ${message}`);
      return Promise.resolve();
    };
    for (const env of [{}, { BULKHEAD_SIMULATED_AWS: "http://127.0.0.1:5000" }])
      await new StandIn(env, tell).configure({ region: "eu-central-1" });
    const { version } = planOnly();
    assert.deepEqual(told, [
      `info: the plan-only stand-in for the plugin aws ${version} is in use: it checks inputs and asks nothing of AWS. The official one: pulumi plugin install resource aws ${version}`,
      `info: the stand-in for the plugin aws ${version} is in use, with the simulated cloud at http://127.0.0.1:5000: nothing is made in AWS. Unset BULKHEAD_SIMULATED_AWS to plan only.`,
    ]);
  });

  describe("without a cloud", () => {
    it("plans what is to be made: its inputs, and that all else is not known yet", () => {
      const inputs = { cidrBlock: "10.0.0.0/16", tags: close({ Name: "a" }) };
      const { arn, region, ownerId, ...rest } = planOnly().planned(vpc, inputs) as Record<string, unknown>;
      assert.deepEqual([arn, ownerId, region], [unknown, unknown, undefined]);
      assert.deepEqual([rest["cidrBlock"], rest["tags"]], ["10.0.0.0/16", inputs.tags]);
      assert.deepEqual(rest["tagsAll"], inputs.tags);
      assert.deepEqual(planOnly().planned(vpc, {})["tagsAll"], {});
    });

    it("plans a change: what a resource is known by stays, and a version does not", () => {
      const state = { arn: "arn:aws:lt", latestVersion: 1, id: "lt-1" };
      const plan = planOnly().plannedUpdate(template, state, { imageId: "ami-2" });
      assert.deepEqual(
        [plan["arn"], plan["latestVersion"], plan["imageId"]],
        ["arn:aws:lt", unknown, "ami-2"],
      );
    });

    it("plans a change of what a state does not tell all of: what is missing there is not known yet", () =>
      assert.equal(planOnly().plannedUpdate(template, { id: "lt-1" }, { imageId: "ami-2" })["arn"], unknown));

    it("finds what differs, property by property, and what of it makes a new resource", async () => {
      assert.deepEqual(
        await planOnly().diff(
          vpc,
          {
            cidrBlock: "10.0.0.0/16",
            enableDnsSupport: true,
            tags: close({ Name: "a", "b c": "d" }),
            __defaults: [],
          },
          { cidrBlock: unknown, enableDnsSupport: true, enableDnsHostnames: true, tags: { Name: "b" } },
        ),
        {
          changes: [
            { path: "cidrBlock", kind: "update" },
            { path: "tags.Name", kind: "update" },
            { path: 'tags["b c"]', kind: "delete" },
            { path: "enableDnsHostnames", kind: "add" },
          ],
          replacing: ["cidrBlock"],
          deleteFirst: false,
        },
      );
      const same = { cidrBlock: "10.0.0.0/16", tags: null };
      assert.deepEqual((await planOnly().diff(vpc, same, { cidrBlock: "10.0.0.0/16" })).changes, []);
      const moved = await planOnly().diff(
        vpc,
        { ...same, region: "eu-west-1" },
        { ...same, region: "eu-west-2" },
      );
      assert.deepEqual(moved.replacing, ["region"]);
    });

    it("compares lists item by item", async () => {
      const list = (...sizes: readonly number[]) => ({
        blockDeviceMappings: sizes.map((volumeSize) => ({ ebs: { volumeSize } })),
      });
      const { changes } = await planOnly().diff(template, list(1, 2), list(1, 3, 4));
      assert.deepEqual(changes, [
        { path: "blockDeviceMappings[1].ebs.volumeSize", kind: "update" },
        { path: "blockDeviceMappings[2]", kind: "add" },
      ]);
    });

    it("makes names up as the official plugin does, and keeps them", async () => {
      const first = await planOnly().check(group, {}, { vpcId: unknown }, seed);
      assert.deepEqual(first, {
        inputs: { vpcId: unknown, name: "worker-0123456", __defaults: ["name"] },
        failures: [],
      });
      const second = await planOnly().check(
        group,
        first.inputs,
        { vpcId: "vpc-1" },
        Buffer.from("ffffffff", "hex"),
      );
      assert.equal(second.inputs["name"], "worker-0123456");
      const given = { name: "worker", vpcId: "vpc-1" };
      assert.deepEqual((await planOnly().check(group, first.inputs, given, seed)).inputs, given);
      const prefix = { namePrefix: "worker", vpcId: "vpc-1" };
      assert.deepEqual((await planOnly().check(group, {}, prefix, seed)).inputs, prefix);
      const balancer = urn("aws:lb/loadBalancer:LoadBalancer", "a-load-balancer-of-all-the-managers");
      const { name } = (await planOnly().check(balancer, {}, {}, seed)).inputs;
      assert.equal(name, "a-load-balancer-of-all-t-0123456");
      const record = urn("aws:route53/record:Record");
      const named = { name: "a", type: "A", zoneId: "z", records: ["10.0.0.1"], ttl: 60 };
      assert.deepEqual((await planOnly().check(record, {}, named, seed)).inputs, named);
    });

    it("deletes first what is replaced under the name that somebody has given it", async () => {
      const diff = (before: Properties, after: Properties) => planOnly().diff(group, before, after);
      const [before, after] = [{ vpcId: "vpc-1" }, { vpcId: "vpc-2" }];
      const deletesFirst = async (names: Properties, newNames = names) =>
        (await diff({ ...before, ...names }, { ...after, ...newNames })).deleteFirst;
      assert.equal(await deletesFirst({ name: "worker" }), true);
      assert.equal(await deletesFirst({ name: "worker" }, { name: "other" }), false);
      assert.equal(await deletesFirst({ name: "worker-0123456", __defaults: ["name"] }), false);
      assert.equal(
        (await diff({ ...before, name: "a" }, { ...before, name: "a", tags: { a: "b" } })).deleteFirst,
        false,
      );
    });

    it("refuses kinds that it does not know, with the way out", async () => {
      const standIn = planOnly();
      const { failures } = await standIn.check(urn("aws:s3/bucket:Bucket"), {}, {}, seed);
      assert.deepEqual(failures, [
        {
          path: "",
          reason:
            "this stand-in for the plugin aws does not know aws:s3/bucket:Bucket: it knows the modules autoscaling, " +
            "cloudwatch, ec2, ec2transitgateway, iam, kms, lb, route53, secretsmanager, ssm, vpc. " +
            "Add the module in scripts/offline/aws/declarations/read.ts and run scripts/offline/aws/extract, " +
            `or install the official plugin: pulumi plugin install resource aws ${standIn.version}`,
        },
      ]);
      assert.equal((await standIn.check(urn("aws:constructor"), {}, {}, seed)).failures.length, 1);
    });

    it("refuses to make, change, delete or read anything, and to ask, and says why once", async () => {
      const standIn = planOnly();
      await standIn.configure({ region: "eu-central-1" });
      await assert.rejects(
        standIn.create(vpc, {}),
        /^Error: the plan-only stand-in .* cannot make anything in AWS: .*\n {4}pulumi plugin install resource aws [\d.]+\n.* BULKHEAD_SIMULATED_AWS /,
      );
      for (const [doing, ask] of [
        ["change", (one: StandIn) => one.update(vpc, "vpc-1", {}, {}, {})],
        ["delete", (one: StandIn) => one.delete(vpc, "vpc-1", {})],
        ["read", (one: StandIn) => one.read(vpc, "vpc-1", {}, {})],
      ] as const) {
        await assert.rejects(ask(standIn), { message: "not done either, for the same reason" });
        await assert.rejects(ask(planOnly()), new RegExp(`cannot ${doing} anything in AWS`));
      }
      assert.throws(() => standIn.invoke("aws:ec2/getAmi:getAmi"), {
        message: `aws:ec2/getAmi:getAmi asks AWS, which the stand-in for the plugin aws does not do: write the value into the configuration, or install the official plugin: pulumi plugin install resource aws ${standIn.version}`,
      });
    });

    it("takes a provider's configuration as the SDK sends it", () => {
      const inputs = {
        version: "7.48.0",
        region: "eu-central-1",
        allowedAccountIds: '["123456789012"]',
        assumeRoles: '[{"roleArn":"arn:aws:iam::123456789012:role/a"}]',
        skipRegionValidation: "true",
        secretKey: close("a canary"),
      };
      assert.deepEqual(planOnly().checkConfiguration(inputs), { inputs, failures: [] });
      assert.deepEqual(planOnly().checkConfiguration({ region: unknown, maxRetries: unknown }).failures, []);
    });

    it("refuses a provider's configuration that is wrong or has no region, everything at once", () => {
      assert.deepEqual(
        planOnly().checkConfiguration({
          regon: "eu-central-1",
          maxRetries: '"many"',
          allowedAccountIds: "1234",
        }).failures,
        [
          { path: "regon", reason: 'there is no such property (did you mean "region"?)' },
          { path: "maxRetries", reason: '"many": write a number' },
          { path: "allowedAccountIds", reason: "1234: write a list" },
          {
            path: "region",
            reason:
              "it is missing: write region of the provider, or aws:region into the configuration, or set AWS_REGION (profiles are not read here)",
          },
        ],
      );
      const elsewhere = new StandIn({ AWS_REGION: "eu-central-1" }, quiet);
      assert.deepEqual(elsewhere.checkConfiguration({}).failures, []);
      assert.equal(planOnly().checkConfiguration({ region: "" }).failures.length, 1);
    });
  });

  describe("with a simulated cloud", () => {
    it("makes things there when they are asked for, and tells all inputs, all tags and what the cloud tells", async () => {
      const { standIn, calls, contexts, opened } = await configured();
      assert.deepEqual(opened, []);
      const made = await standIn.create(group, {
        name: "worker-0123456",
        __defaults: ["name"],
        description: close("a secret"),
        tags: { Name: "a" },
      });
      assert.deepEqual(opened, ["http://127.0.0.1:5000 eu-central-1"]);
      assert.deepEqual(calls, [
        ["create", { name: "worker-0123456", description: "a secret", tags: { Name: "a" } }],
      ]);
      assert.deepEqual([contexts[0]?.region, contexts[0]?.account], ["eu-central-1", "123456789012"]);
      assert.deepEqual(made, {
        id: "sg-1",
        outputs: {
          name: "worker-0123456",
          description: close("a secret"),
          tags: { Name: "a" },
          tagsAll: { Name: "a" },
          arn: "arn:aws:sg-1",
        },
      });
    });

    it("changes what can be changed, and makes anew what cannot", async () => {
      const { standIn, calls } = await configured();
      const [before, after] = [{ tags: { a: "b" } }, { tags: { a: "c" } }];
      assert.deepEqual((await standIn.diff(vpc, before, after)).replacing, []);
      assert.deepEqual(
        (await standIn.diff(vpc, before, { ...before, instanceTenancy: "default" })).replacing,
        ["instanceTenancy"],
      );
      assert.deepEqual((await standIn.diff(group, before, after)).replacing, ["tags"]);
      const outputs = await standIn.update(vpc, "vpc-1", before, after, { ...before, arn: "old" });
      assert.deepEqual(calls, [["update", "vpc-1", after, before, { ...before, arn: "old" }]]);
      assert.deepEqual(outputs, { tags: { a: "c" }, tagsAll: { a: "c" }, arn: "arn:aws:vpc-1" });
      await assert.rejects(
        standIn.update(group, "sg-1", before, after, {}),
        /nothing of a .* can be changed/,
      );
    });

    it("refuses kinds that it lacks before anything is made", async () => {
      const { standIn } = await configured();
      await assert.rejects(standIn.check(template, {}, {}, seed), {
        message:
          "the simulated cloud has no aws:ec2/launchTemplate:LaunchTemplate; it has aws:ec2/securityGroup:SecurityGroup, aws:ec2/vpc:Vpc. " +
          "Leave the resource out, or unset BULKHEAD_SIMULATED_AWS to plan only.",
      });
    });

    it("reads what has changed behind its back into the inputs that there were, and no more", async () => {
      const had = {
        name: "worker",
        __defaults: ["name"],
        description: close("workers"),
        tags: { Name: "a" },
        ingress: [{ protocol: "tcp", fromPort: 1, toPort: 2, cidrBlocks: ["10.0.0.0/8", "10.1.0.0/16"] }],
      };
      const { standIn, calls } = await configured({
        name: "worker",
        description: "somebody's",
        tags: { Name: "a", by: "hand" },
        ingress: [
          { protocol: "tcp", fromPort: 1, toPort: 3, cidrBlocks: ["10.1.0.0/16", "10.0.0.0/8"], self: false },
        ],
        vpcId: "vpc-1",
        arn: "arn:aws:sg-1",
      });
      const state = { ...had, ownerId: "1" };
      const read = await standIn.read(group, "sg-1", had, state);
      const { name, tags, ingress, ownerId } = state;
      const plain = { name, description: "workers", tags, ingress, ownerId };
      assert.deepEqual(calls, [["read", "sg-1", plain]]);
      assert.deepEqual(read?.inputs, {
        ...had,
        description: close("somebody's"),
        tags: { Name: "a", by: "hand" },
        ingress: [{ protocol: "tcp", fromPort: 1, toPort: 3, cidrBlocks: ["10.0.0.0/8", "10.1.0.0/16"] }],
      });
      assert.deepEqual([read.outputs["vpcId"], read.outputs["arn"]], ["vpc-1", "arn:aws:sg-1"]);
      assert.deepEqual(read.outputs["description"], close("somebody's"));
    });

    it("takes a policy that means the same for the same", async () => {
      const role = urn("aws:ec2/vpc:Vpc");
      const { standIn } = await configured({ cidrBlock: '{"b": [1], "a": 1}' });
      const read = async (cidrBlock: string) =>
        (await standIn.read(role, "a", { cidrBlock }, {}))?.inputs["cidrBlock"];
      assert.equal(await read('{ "a": 1, "b": [1] }'), '{ "a": 1, "b": [1] }');
      assert.equal(await read('{ "a": 2, "b": [1] }'), '{"b": [1], "a": 1}');
      assert.equal(await read("{ no JSON"), '{"b": [1], "a": 1}');
    });

    it("takes all that can be an input for one of what is imported", async () => {
      const { standIn } = await configured({
        cidrBlock: "10.0.0.0/16",
        arn: "a",
        tags: {},
        instanceTenancy: null,
      });
      assert.deepEqual((await standIn.read(vpc, "vpc-1", {}, {}))?.inputs, {
        cidrBlock: "10.0.0.0/16",
        tags: {},
      });
    });

    it("finds nothing of what is gone, and deletes", async () => {
      const { standIn, calls } = await configured("gone");
      assert.equal(await standIn.read(vpc, "vpc-1", {}, {}), undefined);
      await standIn.delete(vpc, "vpc-1", { arn: close("a") });
      assert.deepEqual(calls.slice(1), [["delete", "vpc-1", { arn: "a" }]]);
    });

    it("tells the kinds when the engine has cancelled", async () => {
      const { standIn, contexts } = await configured();
      await standIn.create(group, {});
      assert.equal(contexts[0]?.signal.aborted, false);
      standIn.cancel();
      assert.equal(contexts[0].signal.aborted, true);
    });

    for (const url of [
      "http://127.0.0.1:5000",
      "http://127.8.0.1",
      "http://localhost:5000/",
      "http://[::1]:5000",
    ])
      it(`may be at ${url}`, async () => {
        const standIn = new StandIn({ BULKHEAD_SIMULATED_AWS: url }, quiet);
        assert.deepEqual(standIn.checkConfiguration({ region: "eu-central-1" }).failures, []);
        await standIn.configure({ region: "eu-central-1" });
      });

    for (const url of [
      "http://ec2.eu-central-1.amazonaws.com",
      "http://10.0.0.1:5000",
      "http://localhost.example.com",
      "http://127.0.0.1.example.com",
      "http://127.0.0.1@example.com",
      "http://[::2]",
      "ftp://127.0.0.1",
      "127.0.0.1:5000",
      "yes",
    ])
      it(`may not be at ${url}`, async () => {
        const standIn = new StandIn({ BULKHEAD_SIMULATED_AWS: url }, quiet);
        const message =
          `BULKHEAD_SIMULATED_AWS is "${url}"; allowed: the http URL of a simulated cloud on this machine (127.0.0.0/8, localhost or [::1]), ` +
          "such as http://127.0.0.1:5000. Unset it to plan only.";
        assert.deepEqual(standIn.checkConfiguration({ region: "eu-central-1" }).failures, [
          { path: "", reason: message },
        ]);
        await assert.rejects(standIn.configure({ region: "eu-central-1" }), { message });
      });
  });
});
