import assert from "node:assert/strict";
import { account, region } from "../../support/moto.ts";
import { refused, withAccount } from "./cloud.ts";

const tags = { Name: "test" };

describe("front doors in the simulated AWS", function () {
  this.timeout(60_000);
  const aws = withAccount();
  let vpcId = "";
  let subnets: string[] = [];
  let group = "";
  beforeEach(async () => {
    vpcId = (await aws().create("ec2/vpc", { cidrBlock: "10.20.0.0/16" })).id;
    subnets = [];
    for (const zone of ["a", "b"]) {
      const cidrBlock = `10.20.${String(subnets.length)}.0/24`;
      subnets.push(
        (await aws().create("ec2/subnet", { vpcId, cidrBlock, availabilityZone: `${region}${zone}` })).id,
      );
    }
    group = (await aws().create("ec2/securityGroup", { vpcId, name: "load-balancer", description: "doors" }))
      .id;
  });
  const balancer = () => ({
    name: "test-managers",
    internal: true,
    loadBalancerType: "network",
    subnets,
    securityGroups: [group],
    enableCrossZoneLoadBalancing: true,
    tags,
  });
  const targets = () => ({
    name: "test-managers-443",
    port: 443,
    protocol: "TCP",
    targetType: "ip",
    vpcId,
    healthCheck: { protocol: "TCP", port: "443", interval: 10, healthyThreshold: 2, unhealthyThreshold: 2 },
    tags,
  });
  interface Nic {
    readonly Description: string;
    readonly PrivateIpAddress: string;
    readonly InterfaceType: string;
    readonly Groups: readonly { readonly GroupId: string }[];
  }
  const nics = async () => (await aws().moto.describe())["NetworkInterfaces"] as Nic[];

  it("are network load balancers with an interface in each subnet", async () => {
    const made = await aws().create("lb/loadBalancer", balancer());
    const suffix = String(made.outputs["arnSuffix"]);
    // AWS says net; moto knows no other word than app.
    assert.match(suffix, /^app\/test-managers\/[0-9a-f]{16}$/);
    const description = `ELB ${suffix.replace(/^app/, "net")}`;
    assert.equal(made.id, `arn:aws:elasticloadbalancing:${region}:${account}:loadbalancer/${suffix}`);
    const { dnsName, zoneId, subnetMappings, ...outputs } = made.outputs;
    assert.match(String(dnsName), /^test-managers-.*\.amazonaws\.com$/);
    assert.match(String(zoneId), /^Z/);
    assert.deepEqual(outputs, {
      ...balancer(),
      arn: made.id,
      arnSuffix: suffix,
      dnsRecordClientRoutingPolicy: "any_availability_zone",
      enableDeletionProtection: false,
      ipAddressType: "ipv4",
      region,
      tagsAll: tags,
      vpcId,
    });
    assert.deepEqual(
      (await nics()).map(({ Description, PrivateIpAddress, InterfaceType, Groups }) => [
        Description,
        PrivateIpAddress,
        InterfaceType,
        Groups.map(({ GroupId }) => GroupId),
      ]),
      [
        [description, "10.20.0.254", "network_load_balancer", [group]],
        [description, "10.20.1.254", "network_load_balancer", [group]],
      ],
    );
    await refused(
      aws().delete("ec2/securityGroup", { id: group, outputs: {} }),
      "DependencyViolation",
      `resource ${group} has a dependent object`,
    );
    assert.deepEqual(subnetMappings, [
      { subnetId: subnets[0], privateIpv4Address: "10.20.0.254" },
      { subnetId: subnets[1], privateIpv4Address: "10.20.1.254" },
    ]);
    const changed = await aws().update("lb/loadBalancer", made, balancer(), {
      enableCrossZoneLoadBalancing: false,
      enableDeletionProtection: true,
      tags: { Name: "other" },
    });
    assert.deepEqual(
      ["enableCrossZoneLoadBalancing", "enableDeletionProtection", "tags"].map(
        (name) => changed.outputs[name],
      ),
      [false, true, { Name: "other" }],
    );
    await refused(
      aws().delete("lb/loadBalancer", changed),
      "OperationNotPermitted",
      `Load balancer '${made.id}' cannot be deleted because deletion protection is enabled`,
    );
    const open = { ...balancer(), enableDeletionProtection: true };
    const unprotected = await aws().update("lb/loadBalancer", changed, open, {
      enableDeletionProtection: false,
    });
    await aws().endsWell("lb/loadBalancer", unprotected);
    assert.deepEqual(await nics(), []);
  });

  it("have names that load balancers can have, and no two the same", async () => {
    const named = (name: string) => aws().create("lb/loadBalancer", { ...balancer(), name });
    const long = "a".repeat(33);
    await refused(
      named(long),
      "ValidationError",
      `The load balancer name '${long}' cannot be longer than '32' characters`,
    );
    await refused(
      named("a_b"),
      "ValidationError",
      "The load balancer name 'a_b' can only contain characters that are alphanumeric characters and hyphens(-)",
    );
    await refused(
      named("internal-a"),
      "ValidationError",
      "The load balancer name 'internal-a' cannot begin with 'internal-'",
    );
    await named("a".repeat(32));
    await refused(
      named("a".repeat(32)),
      "DuplicateLoadBalancerName",
      `ELBv2 Load Balancer (${"a".repeat(32)}) already exists`,
    );
    await refused(
      aws().create("lb/targetGroup", { ...targets(), name: "-a" }),
      "ValidationError",
      "Target group name '-a' cannot begin or end with '-'",
    );
  });

  it("have the addresses that were chosen for them, and get more in place", async () => {
    const [first, second] = subnets.map((subnetId, at) => ({
      subnetId,
      privateIpv4Address: `10.20.${String(at)}.9`,
    }));
    const inputs = { ...balancer(), subnets: undefined, subnetMappings: [first] };
    const made = await aws().create("lb/loadBalancer", inputs);
    assert.deepEqual([made.outputs["subnetMappings"], made.outputs["subnets"]], [[first], [subnets[0]]]);
    const changed = await aws().update("lb/loadBalancer", made, inputs, { subnetMappings: [first, second] });
    assert.deepEqual(changed.outputs["subnetMappings"], [first, second]);
    assert.deepEqual((await nics()).map(({ PrivateIpAddress }) => PrivateIpAddress).sort(), [
      "10.20.0.9",
      "10.20.1.9",
    ]);
    await refused(
      aws().create("lb/loadBalancer", { ...inputs, name: "other" }),
      "InvalidIPAddress.InUse",
      "Address 10.20.0.9 is in use.",
    );
    await aws().endsWell("lb/loadBalancer", changed);
  });

  it("lie in one subnet of a zone, and in the open only where there is an internet gateway", async () => {
    const third = await aws().create("ec2/subnet", {
      vpcId,
      cidrBlock: "10.20.9.0/24",
      availabilityZone: `${region}a`,
    });
    await refused(
      aws().create("lb/loadBalancer", { ...balancer(), subnets: [...subnets, third.id] }),
      "InvalidConfigurationRequest",
      "A load balancer cannot be attached to multiple subnets in the same Availability Zone",
    );
    await refused(
      aws().create("lb/loadBalancer", { ...balancer(), internal: false }),
      "InvalidSubnet",
      `VPC ${vpcId} has no internet gateway`,
    );
    await aws().create("ec2/internetGateway", { vpcId });
    const made = await aws().create("lb/loadBalancer", { ...balancer(), internal: false });
    assert.equal(made.outputs["internal"], false);
  });

  it("lead by listeners to target groups, which cannot go before them", async () => {
    const door = await aws().create("lb/loadBalancer", balancer());
    const made = await aws().create("lb/targetGroup", targets());
    assert.deepEqual(made.outputs, {
      ...targets(),
      arn: made.id,
      arnSuffix: made.id.split(":").at(-1),
      connectionTermination: false,
      deregistrationDelay: 300,
      healthCheck: { ...targets().healthCheck, enabled: true, matcher: "", path: "", timeout: 10 },
      ipAddressType: "ipv4",
      loadBalancerArns: [],
      preserveClientIp: "false",
      proxyProtocolV2: false,
      region,
      tagsAll: tags,
    });
    await refused(
      aws().create("lb/targetGroup", targets()),
      "DuplicateTargetGroupName",
      "ELBv2 Target Group (test-managers-443) already exists",
    );
    const leads = {
      loadBalancerArn: door.id,
      port: 443,
      protocol: "TCP",
      defaultActions: [{ type: "forward", targetGroupArn: made.id }],
      tags,
    };
    const listener = await aws().create("lb/listener", leads);
    assert.deepEqual(listener.outputs, { ...leads, arn: listener.id, region, tagsAll: tags });
    await refused(
      aws().create("lb/listener", leads),
      "DuplicateListener",
      `A listener already exists on this port for this load balancer '${door.id}'`,
    );
    const seen = await aws().read("lb/targetGroup", made);
    assert.deepEqual(seen?.outputs["loadBalancerArns"], [door.id]);
    await refused(
      aws().delete("lb/targetGroup", made),
      "ResourceInUse",
      `The target group '${made.id}' is currently in use by a listener or a rule`,
    );
    await aws().endsWell("lb/listener", listener);
    const changed = await aws().update("lb/targetGroup", made, targets(), {
      deregistrationDelay: 30,
      preserveClientIp: true,
    });
    assert.deepEqual(
      [changed.outputs["deregistrationDelay"], changed.outputs["preserveClientIp"]],
      [30, true],
    );
    await aws().endsWell("lb/targetGroup", changed);
    await aws().endsWell("lb/loadBalancer", door);
  });

  it("have targets by address", async () => {
    const { id: targetGroupArn } = await aws().create("lb/targetGroup", targets());
    const inputs = { targetGroupArn, targetId: "10.20.0.10", port: 443 };
    const made = await aws().create("lb/targetGroupAttachment", inputs);
    const other = await aws().create("lb/targetGroupAttachment", { ...inputs, targetId: "10.20.0.11" });
    assert(made.id.startsWith(`${targetGroupArn}-`) && made.id !== other.id);
    assert.deepEqual(made.outputs, { ...inputs, region });
    await aws().endsWell("lb/targetGroupAttachment", made);
    assert.deepEqual(await aws().read("lb/targetGroupAttachment", other), other);
  });
});
