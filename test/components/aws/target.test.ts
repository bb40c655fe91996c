import assert from "node:assert/strict";
import { environment as sample, group } from "../../support/config.ts";
import { assertGolden } from "../../support/golden.ts";
import type { Recorded } from "../../support/record.ts";
import { changes, committed, ofKind, onAws, recordAws } from "./recorded.ts";

const golden = (name: string) => new URL(`../../golden/aws/${name}`, import.meta.url);

/** Each resource on a line, with what is a contract of it: its name and its addresses. */
function summary(all: readonly Recorded[]): string {
  const lines = all
    .filter(({ type }) => !type.startsWith("test:"))
    .map(({ type, name, inputs }) => {
      const facts = ["cidrBlock", "availabilityZone", "privateIp", "destinationCidrBlock", "name"].flatMap(
        (key) => (typeof inputs[key] === "string" && inputs[key] !== name ? [inputs[key]] : []),
      );
      return [type.replace(/^aws:(\w+)\/\w+:/, "$1:"), name, ...facts].join("  ");
    });
  return `${lines.sort().join("\n")}\n`;
}

describe("an environment on AWS", () => {
  it("is made of these resources, whose names and addresses never move", async () => {
    await assertGolden(golden("test-resources.txt"), summary(await recordAws(await committed("test"))));
  });

  it("is the same resources in a preview, in which no id is known", async () => {
    const names = (all: readonly Recorded[]) => all.map(({ type, name }) => `${type} ${name}`);
    const environment = await committed("test");
    assert.deepEqual(
      names(await recordAws(environment, { preview: true })),
      names(await recordAws(environment)),
    );
  });

  it("leaves no resource outside its component", async () => {
    const inherited: string[] = [];
    const all = await recordAws(await committed("test"), { inherited: (name) => inherited.push(name) });
    assert.deepEqual(inherited.sort(), all.map(({ type, name }) => `${type} ${name}`).sort());
  });

  it("is planned from the stack file of the lab by changing one line", async () => {
    const all = await recordAws(await committed("dev", "aws"));
    assert.equal(ofKind(all, "ec2/instance:Instance").size, 14);
    assert.equal(ofKind(all, "ec2/natGateway:NatGateway").size, 1);
  });

  it("works in the account that the stack file names and in no other", async () => {
    const [provider] = (await recordAws(onAws())).filter(({ type }) => type === "pulumi:providers:aws");
    assert.deepEqual(
      [provider?.inputs["region"], provider?.inputs["allowedAccountIds"]],
      ["eu-central-1", '["111122223333"]'],
    );
  });

  it("tags all that AWS lets be tagged with its name, and with what the stack file says", async () => {
    const all = await recordAws(onAws({ "aws.tags": { "cost-center": "4711" }, expiresAfter: "72h" }));
    const without = all.filter(({ type, inputs }) => type.startsWith("aws:") && inputs["tags"] === undefined);
    assert.deepEqual(
      new Set(without.map(({ type }) => type)),
      new Set([
        "aws:ec2/routeTableAssociation:RouteTableAssociation",
        "aws:iam/rolePolicy:RolePolicy",
        "aws:route53/record:Record",
      ]),
      "AWS has no tags for these",
    );
    for (const { type, name, inputs } of all) {
      const tags = inputs["tags"] as Record<string, string> | undefined;
      if (tags === undefined) continue;
      assert.equal(tags["bulkhead:environment"], "sample", `${type} ${name}`);
      assert.equal(tags["cost-center"], "4711", `${type} ${name}`);
      assert.equal(tags["bulkhead:expires-after"], "72h", `${type} ${name}`);
    }
  });
});

describe("an edit", () => {
  const edit = async (edits: Record<string, unknown>, base: Record<string, unknown> = {}) =>
    changes(await recordAws(onAws(base)), await recordAws(onAws({ ...base, ...edits })));

  it("that adds a group with a zone adds two resources for each availability zone, a group with two rules, and machines", async () => {
    const green = { "zones.green": { slot: 9 }, "groups.green": group("green") };
    assert.deepEqual(await edit(green), [
      "+ Instance green-1",
      "+ Instance green-2",
      "+ LaunchTemplate green-linux",
      "+ RouteTableAssociation green-a",
      "+ SecurityGroup zone-green",
      "+ SecurityGroupEgressRule zone-green to zone-green all",
      "+ SecurityGroupIngressRule zone-green from zone-green all",
      "+ Subnet green-a",
      "+ bulkhead:aws:Machines green-linux",
    ]);
    const three = { "network.availabilityZones": ["a", "b", "c"] };
    const added = await edit(green, three);
    assert.equal(added.filter((one) => /Subnet|RouteTableAssociation/.test(one)).length, 6);
    assert.equal(added.filter((one) => one.startsWith("~") || one.startsWith("-")).length, 0);
  });

  it("that adds a worker adds that alone", async () => {
    assert.deepEqual(await edit({ "groups.red.collections.red.workers.linux.count": 3 }), [
      "+ Instance red-3",
    ]);
  });

  it("that adds an availability zone adds its subnets and ways out, and moves no machine that says where it stands", async () => {
    const spread = {
      "management.managers.spread": ["a"],
      "management.registry.spread": ["a"],
      "groups.red.collections.red.workers.linux.spread": ["a"],
      "groups.blue.collections.blue.workers.linux.spread": ["a"],
    };
    assert.deepEqual(await edit({ "network.availabilityZones": ["a", "b"] }, spread), [
      "+ RouteTable routes-b",
      "+ RouteTableAssociation blue-b",
      "+ RouteTableAssociation management-b",
      "+ RouteTableAssociation red-b",
      "+ Subnet blue-b",
      "+ Subnet management-b",
      "+ Subnet red-b",
      "~ VpcEndpoint ssm",
      "~ VpcEndpoint ssmmessages",
    ]);
  });

  it("that adds a flow adds a rule at each end, and the group that it names to the machines it is about", async () => {
    const flows = [{ from: "red", to: "blue", traffic: ["tcp/5432"], why: "invoices", owner: "red" }];
    assert.deepEqual(await edit({ flows }), [
      "+ SecurityGroupEgressRule zone-red to zone-blue tcp/5432",
      "+ SecurityGroupIngressRule zone-blue from zone-red tcp/5432",
    ]);
  });

  it("that puts zones and groups in another order changes nothing", async () => {
    assert.deepEqual(
      await edit({
        zones: { blue: { slot: 2 }, red: { slot: 1 } },
        groups: { blue: group("blue"), red: group("red") },
      }),
      [],
    );
  });

  it("of an owner changes tags alone", async () => {
    assert.deepEqual(await edit({ "groups.red.owner": "somebody@example.com" }), [
      "~ Instance red-1",
      "~ Instance red-2",
    ]);
  });

  it("of an image changes the pool's launch template and the definition of each of its machines", async () => {
    const changed = await edit({ "aws.images.linux": { id: "ami-00000000000000001" } });
    assert.deepEqual(
      changed.filter((one) => !/LaunchTemplate|Instance/.test(one)),
      [],
    );
    assert.equal(changed.length, 4 + 8, "four pools with eight machines");
  });
});

describe("what is asked of a target that the stack file does not name", () => {
  it("is refused", async () => {
    await assert.rejects(async () => recordAws(sample({ target: "azure" })), /sample has no target AWS/);
  });
});
