import assert from "node:assert/strict";
import { openCloud } from "../../../scripts/offline/aws/cloud/index.ts";
import { openSession } from "../../../scripts/offline/aws/cloud/session.ts";
import type { Context } from "../../../scripts/offline/aws/kind.ts";
import { afterwards } from "../../support/afterwards.ts";
import { FaultyAws, type Fault, type Faults } from "../../support/faultyAws.ts";
import { account, region, withMoto } from "../../support/moto.ts";
import { Account, refused } from "./cloud.ts";

describe("a way to the simulated AWS on which requests fail", function () {
  this.timeout(120_000);
  const moto = withMoto();
  const over = async (faults: Faults) => {
    const way = await FaultyAws.open(moto().url, faults);
    const cloud = await openCloud(way.url, { region });
    afterwards(async () => {
      await cloud.close();
      await way.close();
    });
    return { way, aws: new Account(moto(), cloud) };
  };

  for (const fault of ["throttled", "failing", "gateway", "cut"] as const satisfies readonly Fault[])
    it(`is got through where they are ${fault}`, async () => {
      const { way, aws } = await over({ first: [fault, fault, undefined, fault] });
      const vpc = await aws.create("ec2/vpc", { cidrBlock: "10.20.0.0/16" });
      assert.equal(way.failed.get(fault), 3);
      // Nothing was made twice.
      assert.deepEqual(
        (await moto().describe())["Vpcs"]?.map((one) => (one as { VpcId: string }).VpcId),
        [vpc.id],
      );
    });

  it("is got through by every service", async () => {
    const { way, aws } = await over({ fraction: 0.3, seed: 7, of: ["throttled", "failing"] });
    const vpc = await aws.create("ec2/vpc", { cidrBlock: "10.20.0.0/16" });
    await aws.create("cloudwatch/logGroup", { name: "one" });
    await aws.create("iam/role", { name: "one", assumeRolePolicy: "{}" });
    await aws.create("route53/zone", { name: "one.internal", vpcs: [{ vpcId: vpc.id }] });
    await aws.create("lb/targetGroup", {
      name: "one",
      port: 443,
      protocol: "TCP",
      targetType: "ip",
      vpcId: vpc.id,
    });
    assert((way.failed.get("throttled") ?? 0) > 0 && (way.failed.get("failing") ?? 0) > 0);
  });

  it("fails in the same places for the same seed", async () => {
    const failures = async (seed: number) => {
      const { way, aws } = await over({ fraction: 0.4, seed, of: ["throttled", "gateway"] });
      for (const name of ["one", "two", "three"]) await aws.create("cloudwatch/logGroup", { name });
      await moto().reset();
      return [way.answered, ...[...way.failed].sort()];
    };
    const [first, again, other] = [await failures(3), await failures(3), await failures(4)];
    assert.deepEqual(first, again);
    assert.notDeepEqual(first, other);
  });

  it("leads to an error in AWS's words where it fails for too long", async () => {
    const way = await FaultyAws.open(moto().url, { fraction: 1, seed: 1, of: ["throttled"] });
    const session = openSession(way.url, region, 2);
    afterwards(async () => {
      session.close();
      await way.close();
    });
    await assert.rejects(session.ec2.describeVpcs(), {
      name: "RequestLimitExceeded",
      message: "Request limit exceeded.",
    });
    assert.equal(way.failed.get("throttled"), 2);
  });

  it("finds an instance again whose answer was lost", async () => {
    const { aws } = await over({ first: [] });
    const vpc = await aws.create("ec2/vpc", { cidrBlock: "10.20.0.0/16" });
    const subnet = await aws.create("ec2/subnet", { vpcId: vpc.id, cidrBlock: "10.20.1.0/24" });
    const inputs = {
      subnetId: subnet.id,
      privateIp: "10.20.1.10",
      ami: "ami-0123456789abcdef0",
      instanceType: "m6i.large",
    };
    // Describing the subnet, its instances, its interfaces; then the launch.
    const lossy = await over({ first: [undefined, undefined, undefined, "answerLost"] });
    const made = await lossy.aws.create("ec2/instance", inputs);
    assert.equal(lossy.way.failed.get("answerLost"), 1);
    const { Reservations = [] } = await moto().ec2.describeInstances();
    assert.deepEqual(
      Reservations.flatMap(({ Instances = [] }) => Instances).map(({ InstanceId }) => InstanceId),
      [made.id],
    );
  });
});

describe("the simulated AWS", function () {
  this.timeout(120_000);
  const moto = withMoto();

  it("is only ever on this machine", async () => {
    for (const url of [
      "https://ec2.eu-central-1.amazonaws.com",
      "http://10.0.0.1:5000",
      "http://127.0.0.1.example.com",
      "nowhere",
    ])
      await assert.rejects(openCloud(url, { region }), {
        message: `the simulated AWS is at "${url}"; allowed: an address of this machine, such as http://127.0.0.1:5000.`,
      });
  });

  it("stops when it is told to", async () => {
    const stop = new AbortController();
    const cloud = await openCloud(moto().url, { region });
    afterwards(() => cloud.close());
    const context: Context = { region, account, signal: stop.signal };
    const vpc = cloud.kinds.get("aws:ec2/vpc:Vpc");
    stop.abort();
    await assert.rejects(Promise.resolve(vpc?.create({ cidrBlock: "10.20.0.0/16" }, context)), {
      name: "AbortError",
    });
    assert.deepEqual((await moto().describe())["Vpcs"], []);
  });

  it("says what it was doing with what, and AWS's code and text", async () => {
    const cloud = await openCloud(moto().url, { region });
    afterwards(() => cloud.close());
    const aws = new Account(moto(), cloud);
    const doing = aws.create("ec2/subnet", { vpcId: "vpc-0123456789abcdef0", cidrBlock: "10.20.1.0/24" });
    await refused(
      doing.catch((error: unknown) => Promise.reject(error as Error)),
      "InvalidVpcID.NotFound",
      "VpcID vpc-0123456789abcdef0 does not exist.",
    );
    await assert.rejects(doing, {
      message:
        "creating aws:ec2/subnet:Subnet: api error InvalidVpcID.NotFound: VpcID vpc-0123456789abcdef0 does not exist.",
    });
  });
});
