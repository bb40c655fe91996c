import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { openCloud } from "../../../scripts/offline/aws/cloud/index.ts";
import { replaceOn } from "../../../scripts/offline/aws/kinds/replace.ts";
import { addRule } from "../../support/behindItsBack.ts";
import { region } from "../../support/moto.ts";
import { between, described } from "../../components/proof/aws/world.ts";
import { withAccount } from "./cloud.ts";

const sdk = path.resolve(import.meta.dirname, "../../../node_modules/@pulumi/aws");

describe("the kinds of the simulated AWS", function () {
  this.timeout(60_000);
  const aws = withAccount();

  it("are kinds of the SDK, and what replaces one is an input of it", async () => {
    const cloud = await openCloud("http://127.0.0.1:1", { region });
    assert.deepEqual([...cloud.kinds.keys()].sort(), Object.keys(replaceOn).sort());
    for (const [type, names] of Object.entries(replaceOn)) {
      const [, file = ""] = type.split(":");
      const text = readFileSync(path.join(sdk, `${file}.d.ts`), "utf8");
      const args = text.slice(text.search(/^export interface \w+Args \{/m));
      for (const name of names) assert.match(args, new RegExp(`^    ${name}\\??: `, "m"), `${type} ${name}`);
      assert.deepEqual(cloud.kinds.get(type)?.replaceOn, names);
    }
    await cloud.close();
  });

  it("give describe output that the proof reads, with what is in it", async () => {
    const vpc = await aws().create("ec2/vpc", { cidrBlock: "10.20.0.0/16", enableDnsHostnames: true });
    const zone = (cidrBlock: string) => aws().create("ec2/subnet", { vpcId: vpc.id, cidrBlock });
    const [subnet, edge] = [await zone("10.20.1.0/24"), await zone("10.20.2.0/24")];
    const group = await aws().create("ec2/securityGroup", { vpcId: vpc.id, name: "one", description: "one" });
    await aws().create("ec2/internetGateway", { vpcId: vpc.id });
    const { id: allocationId } = await aws().create("ec2/eip", { domain: "vpc" });
    await aws().create("ec2/natGateway", { subnetId: edge.id, allocationId });
    const reached = await aws().create("ec2/securityGroup", {
      vpcId: vpc.id,
      name: "two",
      description: "two",
    });
    const rule = { ipProtocol: "tcp", fromPort: 443, toPort: 443 };
    await aws().create("vpc/securityGroupEgressRule", {
      ...rule,
      securityGroupId: group.id,
      referencedSecurityGroupId: reached.id,
    });
    await aws().create("vpc/securityGroupIngressRule", {
      ...rule,
      securityGroupId: reached.id,
      referencedSecurityGroupId: group.id,
    });
    const machine = (privateIp: string, wears: string) =>
      aws().create("ec2/instance", {
        subnetId: subnet.id,
        privateIp,
        ami: "ami-0123456789abcdef0",
        instanceType: "m6i.large",
        vpcSecurityGroupIds: [wears],
      });
    const [one, two] = [await machine("10.20.1.10", group.id), await machine("10.20.1.11", reached.id)];
    const answers = await aws().moto.describe();
    for (const key of [
      "Vpcs",
      "Subnets",
      "SecurityGroups",
      "SecurityGroupRules",
      "NetworkAcls",
      "RouteTables",
    ])
      assert((answers[key]?.length ?? 0) > 0, key);
    const network = described(answers);
    assert.equal(between(network, one.id, two.id), "tcp/443");
    assert.equal(between(network, two.id, one.id), "nothing");
    // A rule that somebody adds by hand is seen, too.
    await addRule(aws().moto, group.id, { ipProtocol: "tcp", port: 22, cidr: "10.20.0.0/16" });
    await addRule(aws().moto, reached.id, {
      ipProtocol: "tcp",
      port: 22,
      cidr: "10.20.0.0/16",
      egress: true,
    });
    assert.equal(between(described(await aws().moto.describe()), two.id, one.id), "tcp/22");
  });
});
