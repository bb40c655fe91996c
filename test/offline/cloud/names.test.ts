import assert from "node:assert/strict";
import { account, region } from "../../support/moto.ts";
import { refused, withAccount } from "./cloud.ts";

const tags = { Name: "test" };
const assumeRolePolicy = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
});
const policy = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "ssm:*", Resource: "*" }],
});

describe("roles in the simulated AWS", function () {
  this.timeout(60_000);
  const aws = withAccount();
  const inputs = { name: "test-manager", assumeRolePolicy, description: "managers", tags };

  it("have the official provider's outputs", async () => {
    const made = await aws().create("iam/role", inputs);
    const { createDate, uniqueId, ...outputs } = made.outputs;
    assert.equal(made.id, "test-manager");
    assert.match(String(uniqueId), /^AROA/);
    assert.match(String(createDate), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.deepEqual(outputs, {
      ...inputs,
      arn: `arn:aws:iam::${account}:role/test-manager`,
      forceDetachPolicies: false,
      maxSessionDuration: 3600,
      path: "/",
      permissionsBoundary: "",
      tagsAll: tags,
    });
    const changed = await aws().update("iam/role", made, inputs, {
      description: "all managers",
      assumeRolePolicy: assumeRolePolicy.replace("ec2.", "ssm."),
      tags: { owner: "platform" },
    });
    assert.deepEqual(
      [changed.outputs["description"], changed.outputs["assumeRolePolicy"], changed.outputs["tags"]],
      ["all managers", assumeRolePolicy.replace("ec2.", "ssm."), { owner: "platform" }],
    );
    await refused(
      aws().create("iam/role", inputs),
      "EntityAlreadyExists",
      "Role with name test-manager already exists.",
    );
    const long = "a".repeat(65);
    await refused(
      aws().create("iam/role", { ...inputs, name: long }),
      "ValidationError",
      `1 validation error detected: Value '${long}' at 'roleName' failed to satisfy constraint: Member must have length less than or equal to 64`,
    );
    await refused(
      aws().create("iam/role", { ...inputs, name: "a b" }),
      "ValidationError",
      "1 validation error detected: Value 'a b' at 'roleName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]+",
    );
    await aws().endsWell("iam/role", changed);
  });

  it("are deleted only without policies and outside of profiles", async () => {
    const role = await aws().create("iam/role", inputs);
    const rule = { role: role.id, name: "secrets", policy };
    const inline = await aws().create("iam/rolePolicy", rule);
    assert.deepEqual([inline.id, inline.outputs], ["test-manager:secrets", rule]);
    const changed = await aws().update("iam/rolePolicy", inline, rule, {
      policy: policy.replace("ssm", "kms"),
    });
    assert.equal(changed.outputs["policy"], policy.replace("ssm", "kms"));
    const profile = await aws().create("iam/instanceProfile", { name: "test-manager", role: role.id, tags });
    const { createDate, uniqueId, ...outputs } = profile.outputs;
    assert.equal(typeof createDate, "string");
    assert.equal(typeof uniqueId, "string");
    assert.deepEqual(outputs, {
      arn: `arn:aws:iam::${account}:instance-profile/test-manager`,
      name: "test-manager",
      path: "/",
      role: role.id,
      tags,
      tagsAll: tags,
    });
    await refused(
      aws().delete("iam/role", role),
      "DeleteConflict",
      "Cannot delete entity, must remove roles from instance profile first.",
    );
    await aws().endsWell("iam/instanceProfile", profile);
    await refused(
      aws().delete("iam/role", role),
      "DeleteConflict",
      "Cannot delete entity, must delete policies first.",
    );
    await aws().endsWell("iam/rolePolicy", changed);
    await aws().endsWell("iam/role", role);
  });
});

describe("logs and names in the simulated AWS", function () {
  this.timeout(60_000);
  const aws = withAccount();

  it("have log groups that keep for days", async () => {
    const inputs = { name: "/bulkhead/test/flows", retentionInDays: 30, tags };
    const made = await aws().create("cloudwatch/logGroup", inputs);
    assert.deepEqual(made, {
      id: inputs.name,
      outputs: {
        ...inputs,
        arn: `arn:aws:logs:${region}:${account}:log-group:${inputs.name}`,
        deletionProtectionEnabled: false,
        kmsKeyId: "",
        logGroupClass: "STANDARD",
        region,
        skipDestroy: false,
        tagsAll: tags,
      },
    });
    const changed = await aws().update("cloudwatch/logGroup", made, inputs, {
      retentionInDays: 90,
      tags: { a: "b" },
    });
    assert.deepEqual([changed.outputs["retentionInDays"], changed.outputs["tags"]], [90, { a: "b" }]);
    await refused(
      aws().create("cloudwatch/logGroup", inputs),
      "ResourceAlreadyExistsException",
      "The specified log group already exists",
    );
    await aws().endsWell("cloudwatch/logGroup", changed);
  });

  it("have private zones, one of a name in a network, which are deleted empty", async () => {
    const vpc = await aws().create("ec2/vpc", { cidrBlock: "10.20.0.0/16" });
    const inputs = { name: "test.bulkhead.internal", vpcs: [{ vpcId: vpc.id }], comment: "names", tags };
    const made = await aws().create("route53/zone", inputs);
    assert.match(made.id, /^[0-9A-Z]+$/);
    const { nameServers, primaryNameServer, ...outputs } = made.outputs;
    assert.equal(primaryNameServer, (nameServers as string[])[0]);
    assert.deepEqual(outputs, {
      ...inputs,
      arn: `arn:aws:route53:::hostedzone/${made.id}`,
      forceDestroy: false,
      tagsAll: tags,
      zoneId: made.id,
    });
    await refused(
      aws().create("route53/zone", inputs),
      "ConflictingDomainExists",
      `The VPC ${vpc.id} in region ${region} has already been associated with the hosted zone ${made.id} with the same domain name.`,
    );
    const other = await aws().create("ec2/vpc", { cidrBlock: "10.30.0.0/16" });
    const vpcs = [{ vpcId: vpc.id }, { vpcId: other.id }];
    const changed = await aws().update("route53/zone", made, inputs, { vpcs, comment: "others", tags: {} });
    assert.deepEqual(
      [changed.outputs["vpcs"], changed.outputs["comment"], changed.outputs["tags"]],
      [vpcs, "others", {}],
    );

    const address = {
      zoneId: made.id,
      name: "managers",
      type: "A",
      ttl: 60,
      records: ["10.20.0.11", "10.20.0.10"],
    };
    const record = await aws().create("route53/record", address);
    assert.deepEqual(record, {
      id: `${made.id}_managers_A`,
      outputs: { ...address, fqdn: "managers.test.bulkhead.internal" },
    });
    await refused(
      aws().create("route53/record", address),
      "InvalidChangeBatch",
      "[Tried to create resource record set [name='managers.test.bulkhead.internal.', type='A'] but it already exists]",
    );
    const moved = await aws().update("route53/record", record, address, { records: ["10.20.0.12"], ttl: 30 });
    assert.deepEqual([moved.outputs["records"], moved.outputs["ttl"]], [["10.20.0.12"], 30]);
    const alias = await aws().create("route53/record", {
      zoneId: made.id,
      name: "registry.test.bulkhead.internal",
      type: "A",
      aliases: [{ name: "registry.elb.example.com", zoneId: "Z123", evaluateTargetHealth: false }],
    });
    assert.equal(alias.outputs["fqdn"], "registry.test.bulkhead.internal");
    await refused(
      aws().delete("route53/zone", changed),
      "HostedZoneNotEmpty",
      "The hosted zone contains resource records that are not SOA or NS records.",
    );
    await aws().endsWell("route53/record", moved);
    await aws().endsWell("route53/record", alias);
    await aws().endsWell("route53/zone", changed);
    const full = await aws().create("route53/zone", { ...inputs, forceDestroy: true });
    await aws().create("route53/record", { ...address, zoneId: full.id });
    await aws().endsWell("route53/zone", full);
  });
});
