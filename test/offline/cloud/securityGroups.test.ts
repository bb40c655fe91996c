import assert from "node:assert/strict";
import { account, region } from "../../support/moto.ts";
import { refused, withAccount } from "./cloud.ts";

const arn = (resource: string) => `arn:aws:ec2:${region}:${account}:${resource}`;
const ingress = "vpc/securityGroupIngressRule";
const egress = "vpc/securityGroupEgressRule";

describe("security groups in the simulated AWS", function () {
  this.timeout(60_000);
  const aws = withAccount();
  let vpcId = "";
  beforeEach(async () => {
    vpcId = (await aws().create("ec2/vpc", { cidrBlock: "10.20.0.0/16" })).id;
  });
  const makeGroup = (name: string, description = `${name}s`) =>
    aws().create("ec2/securityGroup", { vpcId, name, description, tags: { Name: name } });

  it("are closed in both directions when they are new", async () => {
    const made = await makeGroup("worker");
    assert.match(made.id, /^sg-[0-9a-f]{17}$/);
    assert.deepEqual(made.outputs, {
      arn: arn(`security-group/${made.id}`),
      description: "workers",
      egress: [],
      ingress: [],
      name: "worker",
      ownerId: account,
      region,
      revokeRulesOnDelete: false,
      tags: { Name: "worker" },
      tagsAll: { Name: "worker" },
      vpcId,
    });
    const changed = await aws().update(
      "ec2/securityGroup",
      made,
      { vpcId, name: "worker", description: "workers", tags: { Name: "worker" } },
      { tags: { Name: "other", zone: "a" } },
    );
    assert.deepEqual(changed.outputs["tags"], { Name: "other", zone: "a" });
    await refused(
      makeGroup("worker"),
      "InvalidGroup.Duplicate",
      "The security group 'worker' already exists",
    );
    await refused(
      makeGroup("sg-worker"),
      "InvalidParameterValue",
      "invalid value for parameter groupName: group names may not be in the format sg-*",
    );
    await refused(
      makeGroup("another", "the group's"),
      "InvalidParameterValue",
      "Value (the group's) for parameter GroupDescription is invalid. Invalid security group description. Valid descriptions are strings less than 256 characters from the following set: a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*",
    );
    await aws().endsWell("ec2/securityGroup", changed);
  });

  for (const [kind, direction] of [
    [ingress, "IpPermissions"],
    [egress, "IpPermissionsEgress"],
  ] as const)
    it(`have rules for ${kind === ingress ? "what comes in" : "what goes out"}, each a resource`, async () => {
      const group = await makeGroup("manager");
      const other = await makeGroup("worker");
      const inputs = {
        securityGroupId: group.id,
        ipProtocol: "tcp",
        fromPort: 443,
        toPort: 443,
        referencedSecurityGroupId: other.id,
        description: "workers join",
        tags: { Name: "join" },
      };
      const made = await aws().create(kind, inputs);
      assert.match(made.id, /^sgr-[0-9a-f]{17}$/);
      assert.deepEqual(made.outputs, {
        ...inputs,
        arn: arn(`security-group-rule/${made.id}`),
        region,
        securityGroupRuleId: made.id,
        tagsAll: inputs.tags,
      });
      const seen = (await aws().moto.describe())["SecurityGroups"] as {
        GroupId: string;
        IpPermissions: { UserIdGroupPairs: { GroupId: string }[] }[];
        IpPermissionsEgress: { UserIdGroupPairs: { GroupId: string }[] }[];
      }[];
      const permissions = seen.find(({ GroupId }) => GroupId === group.id)?.[direction] ?? [];
      assert.deepEqual(
        permissions.map(({ UserIdGroupPairs }) => UserIdGroupPairs.map(({ GroupId }) => GroupId)),
        [[other.id]],
      );

      const changed = await aws().update(kind, made, inputs, {
        description: "all join",
        toPort: 444,
        tags: {},
      });
      assert.deepEqual(
        [changed.id, changed.outputs["description"], changed.outputs["toPort"], changed.outputs["tags"]],
        [made.id, "all join", 444, {}],
      );
      await aws().endsWell(kind, changed);
    });

  it("take rules for protocol 4, for all traffic, and for blocks of addresses, and keep ports as they were written", async () => {
    const { id: securityGroupId } = await makeGroup("manager");
    for (const [what, stored] of [
      [{ ipProtocol: "4", cidrIpv4: "10.20.0.0/16" }, { ipProtocol: "4" }],
      [{ ipProtocol: "-1", cidrIpv4: "10.30.0.0/16" }, { ipProtocol: "-1" }],
      [
        { ipProtocol: "-1", referencedSecurityGroupId: securityGroupId, description: "itself" },
        { description: "itself" },
      ],
      [
        { ipProtocol: "udp", fromPort: 4789, toPort: 4789, cidrIpv4: "10.40.0.0/16", description: "" },
        { fromPort: 4789 },
      ],
      [{ ipProtocol: "icmp", fromPort: -1, toPort: -1, cidrIpv4: "10.50.0.0/16" }, { fromPort: -1 }],
      [
        { ipProtocol: "tcp", fromPort: 22, toPort: 22, cidrIpv6: "fd00::/64", description: "six" },
        { cidrIpv6: "fd00::/64" },
      ],
    ] as const) {
      const made = await aws().create(egress, { securityGroupId, ...what });
      for (const [name, value] of Object.entries({ ...what, ...stored })) {
        assert.deepEqual(made.outputs[name] ?? "", value, `${name} of ${JSON.stringify(what)}`);
      }
      assert.equal("fromPort" in made.outputs, "fromPort" in what);
      await aws().endsWell(egress, made);
    }
  });

  it("change the block of a rule in place, and replace it for another group", async () => {
    const { id: securityGroupId } = await makeGroup("manager");
    const inputs = {
      securityGroupId,
      ipProtocol: "tcp",
      fromPort: 443,
      toPort: 443,
      cidrIpv4: "10.0.0.0/8",
      description: "all",
    };
    const made = await aws().create(ingress, inputs);
    const changed = await aws().update(ingress, made, inputs, { cidrIpv4: "10.20.0.0/16" });
    assert.deepEqual([changed.id, changed.outputs["cidrIpv4"]], [made.id, "10.20.0.0/16"]);
    // What is left of the old rule would still be a duplicate.
    await aws().create(ingress, inputs);
    assert(aws().kind(ingress).replaceOn.includes("securityGroupId"));
  });

  it("have no two rules alike, whatever these say why", async () => {
    const { id: securityGroupId } = await makeGroup("manager");
    const other = await makeGroup("worker");
    const rule = {
      securityGroupId,
      ipProtocol: "tcp",
      fromPort: 443,
      toPort: 443,
      referencedSecurityGroupId: other.id,
    };
    await aws().create(ingress, { ...rule, description: "one" });
    await refused(
      aws().create(ingress, { ...rule, ipProtocol: "6", description: "two" }),
      "InvalidPermission.Duplicate",
      `the specified rule "peer: ${other.id}, TCP, from port: 443, to port: 443, ALLOW" already exists`,
    );
    await aws().create(ingress, { ...rule, toPort: 444 });
    await aws().create(egress, rule);
    const everything = { securityGroupId, ipProtocol: "-1", cidrIpv4: "10.0.0.0/8" };
    await aws().create(egress, everything);
    await refused(
      aws().create(egress, { ...everything, description: "again" }),
      "InvalidPermission.Duplicate",
      'the specified rule "peer: 10.0.0.0/8, ALL, ALLOW" already exists',
    );
  });

  it("have 60 rules in each direction and no more, also when all are made at once", async () => {
    const { id: securityGroupId } = await makeGroup("manager");
    const rule = (port: number) => ({
      securityGroupId,
      ipProtocol: "tcp",
      fromPort: port,
      toPort: port,
      cidrIpv4: "10.0.0.0/8",
    });
    const made = await Promise.allSettled(
      Array.from({ length: 61 }, (_, at) => aws().create(ingress, rule(at + 1))),
    );
    const refusals = made.filter(({ status }) => status === "rejected");
    assert.equal(refusals.length, 1);
    await refused(
      aws().create(ingress, rule(1000)),
      "RulesPerSecurityGroupLimitExceeded",
      "The maximum number of rules per security group has been reached.",
    );
    // A prefix list counts, too, and moto does not count it.
    const { PrefixList } = await aws().moto.ec2.createManagedPrefixList({
      PrefixListName: "one",
      MaxEntries: 1,
      AddressFamily: "IPv4",
    });
    await refused(
      aws().create(ingress, {
        securityGroupId,
        ipProtocol: "-1",
        prefixListId: PrefixList?.PrefixListId,
      }),
      "RulesPerSecurityGroupLimitExceeded",
      "The maximum number of rules per security group has been reached.",
    );
    await aws().create(egress, rule(1000));
  });

  it("have rules that say why in AWS's characters", async () => {
    const { id: securityGroupId } = await makeGroup("manager");
    const rule = { securityGroupId, ipProtocol: "tcp", fromPort: 443, toPort: 443, cidrIpv4: "10.0.0.0/8" };
    const text =
      "Invalid rule description. Valid descriptions are strings less than 256 characters from the following set: a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*";
    for (const description of ["the manager's", "x".repeat(256), "a -> b", "über"])
      await refused(aws().create(ingress, { ...rule, description }), "InvalidParameterValue", text);
    const description = "all of a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*".padEnd(255, "x");
    const made = await aws().create(ingress, { ...rule, description });
    assert.equal(made.outputs["description"], description);
    await refused(
      aws().update(ingress, made, { ...rule, description }, { description: "'" }),
      "InvalidParameterValue",
      text,
    );
  });

  it("are deleted only when no rule of another group names them", async () => {
    const manager = await makeGroup("manager");
    const worker = await makeGroup("worker");
    const own = { securityGroupId: worker.id, ipProtocol: "-1", referencedSecurityGroupId: worker.id };
    await aws().create(ingress, own);
    const rule = await aws().create(egress, { ...own, securityGroupId: manager.id });
    await refused(
      aws().delete("ec2/securityGroup", worker),
      "DependencyViolation",
      `resource ${worker.id} has a dependent object`,
    );
    await aws().delete(egress, rule);
    await aws().delete("ec2/securityGroup", worker);
    assert.equal(await aws().read("ec2/securityGroup", worker), undefined);
  });

  it("name only groups of their own network", async () => {
    const here = await makeGroup("manager");
    const elsewhere = await aws().create("ec2/vpc", { cidrBlock: "10.30.0.0/16" });
    const there = await aws().create("ec2/securityGroup", {
      vpcId: elsewhere.id,
      name: "manager",
      description: "there",
    });
    await refused(
      aws().create(ingress, {
        securityGroupId: here.id,
        ipProtocol: "-1",
        referencedSecurityGroupId: there.id,
      }),
      "InvalidGroup.NotFound",
      "You have specified two resources that belong to different networks.",
    );
  });

  it("show a rule that was added or revoked behind Pulumi's back", async () => {
    const group = await makeGroup("manager");
    const rule = await aws().create(ingress, {
      securityGroupId: group.id,
      ipProtocol: "tcp",
      fromPort: 443,
      toPort: 443,
      cidrIpv4: "10.0.0.0/8",
    });
    const { moto } = aws();
    const { addRule, revokeRule } = await import("../../support/behindItsBack.ts");
    await addRule(moto, group.id, { ipProtocol: "tcp", port: 22, cidr: "0.0.0.0/0" });
    const seen = (await aws().read("ec2/securityGroup", group))?.outputs["ingress"] as {
      cidrBlocks: string[];
    }[];
    assert.deepEqual(
      seen.map(({ cidrBlocks }) => cidrBlocks),
      [["10.0.0.0/8"], ["0.0.0.0/0"]],
    );
    await revokeRule(moto, rule.id);
    assert.equal(await aws().read(ingress, rule), undefined);
  });

  it("are adopted and emptied where they come with a VPC", async () => {
    const made = await aws().create("ec2/defaultSecurityGroup", { vpcId, tags: { Name: "none" } });
    assert.deepEqual(
      [made.outputs["name"], made.outputs["ingress"], made.outputs["egress"], made.outputs["tags"]],
      ["default", [], [], { Name: "none" }],
    );
    const { addRule } = await import("../../support/behindItsBack.ts");
    await addRule(aws().moto, made.id, { ipProtocol: "tcp", port: 22, cidr: "0.0.0.0/0" });
    const again = await aws().update(
      "ec2/defaultSecurityGroup",
      made,
      { vpcId, tags: { Name: "none" } },
      { tags: {} },
    );
    assert.deepEqual([again.outputs["ingress"], again.outputs["tags"]], [[], {}]);
    await aws().delete("ec2/defaultSecurityGroup", again);
    assert.deepEqual(await aws().read("ec2/defaultSecurityGroup", again), again);
  });
});
