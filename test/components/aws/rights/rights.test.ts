import assert from "node:assert/strict";
import { planRights, scopeOf, type Registered, type Scope } from "../../../../components/aws/rights/index.ts";
import { plan } from "../../../../components/plan/index.ts";
import { onAws, recordAws } from "../recorded.ts";
import { allows, type Question } from "./evaluate.ts";

const scope: Scope = { environment: "sample", region: "eu-central-1", account: "111122223333" };
const shape = {
  "network.frontDoor": ["10.1.0.0/16"],
  "aws.egress": "nat",
  "aws.transitGateway": { id: "tgw-0123456789abcdef0", blocks: ["10.0.0.0/12"] },
};
const resources = await recordAws(onAws(shape));

const ec2 = (resource: string) => `arn:aws:ec2:eu-central-1:111122223333:${resource}`;
const elb = (resource: string) => `arn:aws:elasticloadbalancing:eu-central-1:111122223333:${resource}`;
const iam = (resource: string) => `arn:aws:iam::111122223333:${resource}`;
const taggedAs = (environment: string) => ({ "aws:ResourceTag/bulkhead:environment": environment });
const taggingAs = (environment: string) => ({ "aws:RequestTag/bulkhead:environment": environment });

/** Asks the deployer's rights, and then those of a preview. */
function rights(of: Partial<Scope> = {}, registered: readonly Registered[] = resources) {
  const { read, deploy } = planRights({ ...scope, ...of }, registered);
  return {
    mayDeploy: (action: string, resource: string, keys: Question["keys"] = {}) =>
      allows([...read, ...deploy], { action, resource, keys }),
    mayPreview: (action: string, resource: string, keys: Question["keys"] = {}) =>
      allows(read, { action, resource, keys }),
  };
}
const { mayDeploy, mayPreview } = rights();

describe("a deployer's rights", () => {
  it("are limited to what the stack file names", () => {
    const boundary = "arn:aws:iam::111122223333:policy/limit";
    const kmsKey = "arn:aws:kms:eu-central-1:111122223333:key/0a1b";
    const planned = plan(onAws({ "aws.permissionsBoundary": boundary, "aws.kmsKey": kmsKey }));
    assert.ok(planned.aws !== undefined);
    assert.deepEqual(scopeOf(planned, planned.aws), { ...scope, permissionsBoundary: boundary, kmsKey });
  });

  it("change and delete what has the environment's tag, and neither another environment's nor anybody's", () => {
    for (const [action, resource] of [
      ["ec2:TerminateInstances", ec2("instance/i-1")],
      ["ec2:DeleteVpc", ec2("vpc/vpc-1")],
      ["ec2:DeleteRoute", ec2("route-table/rtb-1")],
      ["ec2:RevokeSecurityGroupIngress", ec2("security-group/sg-1")],
      ["ec2:ModifyNetworkInterfaceAttribute", ec2("network-interface/eni-1")],
      ["ec2:DeleteTags", ec2("subnet/subnet-1")],
      ["elasticloadbalancing:DeleteListener", elb("listener/net/sample-managers/1/2")],
    ] as const) {
      const keys = { "aws:TagKeys": ["Name"] };
      assert.equal(mayDeploy(action, resource, { ...keys, ...taggedAs("sample") }), true, action);
      assert.equal(mayDeploy(action, resource, { ...keys, ...taggedAs("sample-2") }), false, action);
      assert.equal(mayDeploy(action, resource, keys), false, action);
    }
  });

  it("create only what carries the environment's tag from its beginning", () => {
    for (const [action, resource] of [
      ["ec2:CreateVpc", ec2("vpc/*")],
      ["ec2:CreateSubnet", ec2("subnet/*")],
      ["ec2:RunInstances", ec2("instance/*")],
      ["ec2:RunInstances", ec2("volume/*")],
      ["ec2:AllocateAddress", ec2("elastic-ip/*")],
      ["elasticloadbalancing:CreateLoadBalancer", elb("loadbalancer/net/sample-managers/*")],
    ] as const) {
      assert.equal(mayDeploy(action, resource, taggingAs("sample")), true, action);
      assert.equal(mayDeploy(action, resource, taggingAs("other")), false, action);
      assert.equal(mayDeploy(action, resource), false, action);
    }
  });

  it("do not reach into another's network by tagging what they put there", () => {
    for (const [action, resource] of [
      ["ec2:CreateSubnet", ec2("vpc/vpc-1")],
      ["ec2:CreateSecurityGroup", ec2("vpc/vpc-1")],
      ["ec2:RunInstances", ec2("subnet/subnet-1")],
      ["ec2:RunInstances", ec2("security-group/sg-1")],
      ["ec2:CreateNatGateway", ec2("subnet/subnet-1")],
      ["ec2:CreateVpcEndpoint", ec2("vpc/vpc-1")],
      ["ec2:AuthorizeSecurityGroupIngress", ec2("security-group/sg-1")],
    ] as const) {
      assert.equal(mayDeploy(action, resource, taggedAs("sample")), true, action);
      assert.equal(
        mayDeploy(action, resource, { ...taggedAs("other"), ...taggingAs("sample") }),
        false,
        `${action} on ${resource}`,
      );
    }
  });

  it("tag while creating and retag what is the environment's own, and give away or take over nothing", () => {
    const create = { "ec2:CreateAction": "CreateSubnet" };
    const subnet = ec2("subnet/subnet-1");
    assert.equal(mayDeploy("ec2:CreateTags", subnet, { ...create, ...taggingAs("sample") }), true);
    assert.equal(mayDeploy("ec2:CreateTags", subnet, { ...create, ...taggingAs("other") }), false);
    assert.equal(
      mayDeploy("ec2:CreateTags", subnet, { "ec2:CreateAction": "CreateImage", ...taggingAs("sample") }),
      false,
    );
    assert.equal(mayDeploy("ec2:CreateTags", subnet, taggedAs("sample")), true);
    assert.equal(
      mayDeploy("ec2:CreateTags", subnet, { ...taggedAs("sample"), ...taggingAs("other") }),
      false,
    );
    assert.equal(
      mayDeploy("ec2:CreateTags", subnet, { ...taggedAs("other"), ...taggingAs("sample") }),
      false,
    );
    assert.equal(mayDeploy("ec2:CreateTags", subnet, taggingAs("sample")), false);
    const untag = (...keys: string[]) =>
      mayDeploy("ec2:DeleteTags", subnet, { ...taggedAs("sample"), "aws:TagKeys": keys });
    assert.equal(untag("Name", "owner"), true);
    assert.equal(untag("Name", "bulkhead:environment"), false);
    assert.equal(untag(), false, "all tags at once");
  });

  it("take over the default security group that AWS makes, and once the VPC is known only that VPC's", () => {
    const group = ec2("security-group/sg-1");
    const adopt = { ...taggingAs("sample"), "ec2:Vpc": ec2("vpc/vpc-0123456789abcdef0") };
    assert.equal(mayDeploy("ec2:CreateTags", group, adopt), true);
    assert.equal(mayDeploy("ec2:CreateTags", group, { ...adopt, ...taggedAs("other") }), false);
    const known = rights({ vpc: "vpc-0123456789abcdef0" });
    assert.equal(known.mayDeploy("ec2:CreateTags", group, adopt), true);
    assert.equal(known.mayDeploy("ec2:CreateTags", group, { ...adopt, "ec2:Vpc": ec2("vpc/vpc-9") }), false);
  });

  it("are the exact names of roles and profiles, so that no longer name of another environment is among them", () => {
    for (const action of [
      "iam:CreateRole",
      "iam:PutRolePolicy",
      "iam:DeleteRole",
      "iam:UpdateAssumeRolePolicy",
    ]) {
      assert.equal(mayDeploy(action, iam("role/bulkhead-sample-worker")), true, action);
      assert.equal(mayDeploy(action, iam("role/bulkhead-sample-2-worker")), false, action);
      assert.equal(mayDeploy(action, iam("role/Administrator")), false, action);
    }
    assert.equal(mayDeploy("iam:AttachRolePolicy", iam("role/bulkhead-sample-worker")), false);
    assert.equal(mayDeploy("iam:CreateUser", iam("user/me")), false);
  });

  it("hand each role only to the service that it is for", () => {
    const pass = (role: string, service: string) =>
      mayDeploy("iam:PassRole", iam(`role/${role}`), { "iam:PassedToService": service });
    assert.equal(pass("bulkhead-sample-manager", "ec2.amazonaws.com"), true);
    assert.equal(pass("bulkhead-sample-manager", "lambda.amazonaws.com"), false);
    assert.equal(pass("bulkhead-sample-flow-logs", "vpc-flow-logs.amazonaws.com"), true);
    assert.equal(pass("bulkhead-sample-flow-logs", "ec2.amazonaws.com"), false);
    assert.equal(pass("Administrator", "ec2.amazonaws.com"), false);
  });

  it("make and fill roles only within the permissions boundary where the environment has one", () => {
    const permissionsBoundary = iam("policy/limit");
    const { mayDeploy: may } = rights({ permissionsBoundary });
    const role = iam("role/bulkhead-sample-worker");
    for (const action of ["iam:CreateRole", "iam:PutRolePolicy", "iam:PutRolePermissionsBoundary"]) {
      assert.equal(may(action, role, { "iam:PermissionsBoundary": permissionsBoundary }), true, action);
      assert.equal(may(action, role, { "iam:PermissionsBoundary": iam("policy/mine") }), false, action);
      assert.equal(may(action, role), false, action);
    }
    assert.equal(may("iam:DeleteRolePermissionsBoundary", role), false);
  });

  it("change records of the environment's own domain alone, and with its id its own zone alone", () => {
    const change = (...names: string[]) =>
      mayDeploy("route53:ChangeResourceRecordSets", "arn:aws:route53:::hostedzone/Z1", {
        "route53:ChangeResourceRecordSetsNormalizedRecordNames": names,
      });
    assert.equal(change("managers.sample.bulkhead.internal"), true);
    assert.equal(change("managers.sample.bulkhead.internal", "www.example.com"), false);
    const { mayDeploy: may } = rights({ hostedZone: "Z1" });
    assert.equal(may("route53:DeleteHostedZone", "arn:aws:route53:::hostedzone/Z1"), true);
    assert.equal(may("route53:DeleteHostedZone", "arn:aws:route53:::hostedzone/Z2"), false);
  });

  it("use the transit gateway that the stack file names, whoever's it is, and no other", () => {
    const attach = (id: string) =>
      mayDeploy(
        "ec2:CreateTransitGatewayVpcAttachment",
        `arn:aws:ec2:eu-central-1:999999999999:transit-gateway/${id}`,
      );
    assert.equal(attach("tgw-0123456789abcdef0"), true);
    assert.equal(attach("tgw-1"), false);
  });

  it("use an existing network's own VPC and subnets, which carry no tag, and change nothing of them", async () => {
    const there = onAws({
      "network.existing": {
        id: "vpc-0123456789abcdef0",
        subnets: {
          management: [{ id: "subnet-0a", cidr: "10.16.0.0/24", availabilityZone: "a" }],
          red: [{ id: "subnet-0b", cidr: "10.16.1.0/24", availabilityZone: "a" }],
          blue: [{ id: "subnet-0c", cidr: "10.16.2.0/24", availabilityZone: "a" }],
        },
      },
    });
    const planned = plan(there);
    assert.ok(planned.aws !== undefined);
    const { mayDeploy: may } = rights(scopeOf(planned, planned.aws), await recordAws(there));
    assert.equal(may("ec2:CreateSecurityGroup", ec2("vpc/vpc-0123456789abcdef0")), true);
    assert.equal(may("ec2:CreateSecurityGroup", ec2("vpc/vpc-1"), taggedAs("sample")), false);
    assert.equal(may("ec2:RunInstances", ec2("subnet/subnet-0b")), true);
    assert.equal(may("ec2:RunInstances", ec2("subnet/subnet-1")), false);
    assert.equal(may("ec2:DeleteSubnet", ec2("subnet/subnet-0b")), false);
    assert.equal(may("ec2:DeleteVpc", ec2("vpc/vpc-0123456789abcdef0")), false);
  });

  it("reach the environment's own disk key through EC2 alone", () => {
    const kmsKey = "arn:aws:kms:eu-central-1:111122223333:key/0a1b";
    const { mayDeploy: may } = rights({ kmsKey });
    const through = { "kms:ViaService": "ec2.eu-central-1.amazonaws.com" };
    assert.equal(may("kms:GenerateDataKeyWithoutPlaintext", kmsKey, through), true);
    assert.equal(may("kms:Decrypt", kmsKey), false);
    assert.equal(may("kms:CreateGrant", kmsKey, through), false);
    assert.equal(may("kms:CreateGrant", kmsKey, { ...through, "kms:GrantIsForAWSResource": "true" }), true);
    assert.equal(mayDeploy("kms:Decrypt", kmsKey, through), false, "without a key of its own");
  });

  it("end at the region", () => {
    assert.equal(mayDeploy("ec2:DescribeVpcs", "*", { "aws:RequestedRegion": "eu-central-1" }), true);
    assert.equal(mayDeploy("ec2:DescribeVpcs", "*", { "aws:RequestedRegion": "us-east-1" }), false);
  });
});

describe("the rights for a preview", () => {
  it("read what there is, and other machines' user data not", () => {
    const here = { "aws:RequestedRegion": "eu-central-1" };
    assert.equal(mayPreview("ec2:DescribeInstances", "*", here), true);
    assert.equal(mayPreview("ec2:DescribeInstanceAttribute", ec2("instance/i-1"), taggedAs("sample")), true);
    assert.equal(mayPreview("ec2:DescribeInstanceAttribute", ec2("instance/i-1"), taggedAs("other")), false);
    assert.equal(mayPreview("iam:GetRole", iam("role/bulkhead-sample-worker")), true);
    assert.equal(mayPreview("iam:GetRole", iam("role/Administrator")), false);
  });

  it("change nothing", () => {
    const { read } = planRights(scope, resources);
    assert.deepEqual(
      read.flatMap(({ Action }) => Action).filter((action) => !/:(?:Describe|Get|List)/.test(action)),
      [],
    );
  });
});

describe("rights that cannot be planned", () => {
  it("are refused for kinds without an entry, all of them at once", () => {
    const odd = ["aws:sns/topic:Topic", "aws:s3/bucket:Bucket", "tls:index/privateKey:PrivateKey"];
    assert.throws(
      () => planRights(scope, [...resources, ...odd.map((type) => ({ type, name: "odd", inputs: {} }))]),
      {
        message:
          "no rights are known for aws:s3/bucket:Bucket, aws:sns/topic:Topic; write them down in components/aws/rights/kinds",
      },
    );
  });

  it("are refused where a name is left to chance", () => {
    const type = "aws:lb/loadBalancer:LoadBalancer";
    assert.throws(() => planRights(scope, [{ type, name: "managers", inputs: {} }]), {
      message: `the rights cannot be limited to what has no fixed name: ${type} "managers" has no name; give it one in components/aws`,
    });
  });

  it("are refused for a role that more than one service takes", () => {
    const trust = { Statement: [{ Principal: { Service: ["ec2.amazonaws.com", "lambda.amazonaws.com"] } }] };
    const inputs = { name: "bulkhead-sample-x", assumeRolePolicy: JSON.stringify(trust) };
    assert.throws(() => planRights(scope, [{ type: "aws:iam/role:Role", name: "x", inputs }]), {
      message:
        "the role bulkhead-sample-x trusts ec2.amazonaws.com and lambda.amazonaws.com, and exactly one is to take it",
    });
  });
});
