import assert from "node:assert/strict";
import { checkInputs } from "../../../../scripts/offline/aws/check.ts";
import { readSchema } from "../../../../scripts/offline/aws/schema.ts";
import { close, unknown, type Properties } from "../../../../scripts/offline/aws/value.ts";

const schema = readSchema();

function check(type: string, inputs: Properties) {
  const kind = schema.kinds[type];
  assert.ok(kind !== undefined);
  const { failures, doubts } = checkInputs(schema, kind, inputs);
  const show = ({ path, reason }: { path: string; reason: string }) => `${path}: ${reason}`;
  return { failures: failures.map(show), doubts: doubts.map(show) };
}

const template = "aws:ec2/launchTemplate:LaunchTemplate";
const rule = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const ok = { securityGroupId: "sg-1", ipProtocol: "tcp" };
const fine = { failures: [], doubts: [] };

describe("the check of inputs for AWS", () => {
  it("passes what the declarations allow, at every depth", () => {
    assert.deepEqual(
      check(template, {
        imageId: "ami-1",
        instanceType: "t3.large",
        blockDeviceMappings: [{ deviceName: "/dev/sda1", ebs: { volumeSize: 20, encrypted: "true" } }],
        metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 1 },
        tags: { "a b": "c" },
        __defaults: ["name"],
      }),
      fine,
    );
  });

  it("passes what is not known yet, what is secret and what is null anywhere", () => {
    assert.deepEqual(
      check(rule, { ...ok, fromPort: unknown, tags: close({ a: close("b") }), toPort: null }),
      fine,
    );
    assert.deepEqual(check(rule, { securityGroupId: unknown, ipProtocol: close(unknown) }), fine);
    assert.deepEqual(
      check(template, { blockDeviceMappings: [unknown, { ebs: unknown }], tags: unknown }),
      fine,
    );
    const output = { "4dabf18193072939515e22adb298388d": "d0e6a833031e9bbcd3f4e8bde6ca49a4" };
    assert.deepEqual(check(rule, { ...ok, fromPort: output, toPort: { ...output, value: 1 } }), fine);
  });

  it("finds everything that is wrong at once, with its path", () => {
    assert.deepEqual(
      check(template, {
        imageID: "ami-1",
        wolf: 1,
        ebsOptimized: true,
        blockDeviceMappings: [{}, { ebs: { volumeSize: "20", volumeTyp: "gp3" } }],
        metadataOptions: [],
        vpcSecurityGroupIds: "sg-1",
        tagSpecifications: [{ tags: { "a b": 3 } }],
      }).failures.map((failure) => (failure.startsWith("wolf") ? `${failure.slice(0, 47)}...` : failure)),
      [
        'imageID: there is no such property (did you mean "imageId"?)',
        "wolf: there is no such property; there are bloc...",
        "ebsOptimized: true: write text",
        'blockDeviceMappings[1].ebs.volumeSize: "20": write a number',
        'blockDeviceMappings[1].ebs.volumeTyp: there is no such property (did you mean "volumeType"?)',
        "metadataOptions: []: write an object of httpEndpoint, httpProtocolIpv6, httpPutResponseHopLimit, httpTokens, instanceMetadataTags",
        'vpcSecurityGroupIds: "sg-1": write a list',
        'tagSpecifications[0].tags["a b"]: 3: write text',
      ],
    );
  });

  it("names what is missing, in nested objects too", () => {
    assert.deepEqual(check(rule, { ipProtocol: null }).failures, [
      "ipProtocol: it is missing: write text",
      "securityGroupId: it is missing: write text",
    ]);
    assert.deepEqual(
      check("aws:lb/listener:Listener", { loadBalancerArn: "arn:aws:a", defaultActions: [{}] }).failures,
      ["defaultActions[0].type: it is missing: write text"],
    );
  });

  it("never shows a secret's value, nor what is within one", () => {
    const { failures } = check(template, {
      userData: close(5),
      tags: close({ a: ["a canary"] }),
      metadataOptions: close({ httpPutResponseHopLimit: "a canary", httpTokens: 1 }),
      instanceType: close("t3.lareg"),
    });
    assert.deepEqual(failures, [
      "userData: a secret: write text",
      "tags.a: a secret: write text",
      "metadataOptions.httpPutResponseHopLimit: a secret: write a number",
      "metadataOptions.httpTokens: a secret: write text",
    ]);
  });

  it("refuses a value that is not in a complete list", () => {
    const policy = (Effect: unknown) => ({
      assumeRolePolicy: { Version: "2012-10-17", Statement: [{ Effect, Action: ["sts:AssumeRole"] }] },
    });
    assert.deepEqual(check("aws:iam/role:Role", policy("Allow")), fine);
    assert.deepEqual(check("aws:iam/role:Role", { assumeRolePolicy: "{}" }), fine);
    assert.deepEqual(check("aws:iam/role:Role", policy("Alow")).failures, [
      'assumeRolePolicy.Statement[0].Effect: "Alow": write "Allow" or "Deny" (did you mean "Allow"?)',
    ]);
    assert.deepEqual(check("aws:iam/role:Role", { assumeRolePolicy: 3 }).failures, [
      "assumeRolePolicy: 3: write text or an object of Id, Statement, Version",
    ]);
  });

  it("refuses another spelling of a value in a list that is open, and only doubts a near one", () => {
    const type = (instanceType: string) => check(template, { instanceType });
    assert.deepEqual(type("T3.large"), {
      failures: ['instanceType: "T3.large": write "t3.large"'],
      doubts: [],
    });
    assert.deepEqual(type("t3.lareg"), {
      failures: [],
      doubts: [
        `instanceType: "t3.lareg" is none of the values that @pulumi/aws ${schema.sdk} lists (did you mean "t3.large"?); it is passed on as it is`,
      ],
    });
    // AWS knows it, and the SDK's list does not.
    assert.deepEqual(check("aws:ec2/instance:Instance", { tenancy: "host" }), fine);
  });
});
