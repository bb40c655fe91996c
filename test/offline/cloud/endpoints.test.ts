import assert from "node:assert/strict";
import { account, region } from "../../support/moto.ts";
import { refused, withAccount } from "./cloud.ts";

const arn = (resource: string) => `arn:aws:ec2:${region}:${account}:${resource}`;
const tags = { Name: "test" };

interface Nic {
  readonly Description: string;
  readonly SubnetId: string;
  readonly PrivateIpAddress: string;
  readonly InterfaceType: string;
  readonly Groups: readonly { readonly GroupId: string }[];
}

describe("ways out of a network in the simulated AWS", function () {
  this.timeout(60_000);
  const aws = withAccount();
  let vpcId = "";
  let subnets: string[] = [];
  let group = "";
  beforeEach(async () => {
    vpcId = (await aws().create("ec2/vpc", { cidrBlock: "10.20.0.0/16", enableDnsHostnames: true })).id;
    subnets = [];
    for (const zone of ["a", "b"]) {
      const cidrBlock = `10.20.${String(subnets.length)}.0/24`;
      subnets.push(
        (await aws().create("ec2/subnet", { vpcId, cidrBlock, availabilityZone: `${region}${zone}` })).id,
      );
    }
    group = (await aws().create("ec2/securityGroup", { vpcId, name: "endpoint", description: "endpoints" }))
      .id;
  });
  const nics = async () => (await aws().moto.describe())["NetworkInterfaces"] as Nic[];
  const endpoint = () => ({
    vpcId,
    serviceName: `com.amazonaws.${region}.ssm`,
    vpcEndpointType: "Interface",
    privateDnsEnabled: true,
    subnetIds: subnets.slice(0, 1),
    securityGroupIds: [group],
    tags,
  });

  it("are endpoints, whose interfaces have addresses of their subnets and wear their groups", async () => {
    const made = await aws().create("ec2/vpcEndpoint", endpoint());
    assert.match(made.id, /^vpce-[0-9a-f]{17}$/);
    const { networkInterfaceIds, dnsEntries, policy, ...outputs } = made.outputs;
    assert.deepEqual(outputs, {
      ...endpoint(),
      arn: arn(`vpc-endpoint/${made.id}`),
      cidrBlocks: [],
      ipAddressType: "ipv4",
      ownerId: account,
      region,
      requesterManaged: false,
      routeTableIds: [],
      state: "available",
      subnetConfigurations: [{ subnetId: subnets[0], ipv4: "10.20.0.254" }],
      tagsAll: tags,
    });
    assert.equal((networkInterfaceIds as string[]).length, 1);
    assert.equal((dnsEntries as unknown[]).length, 1);
    assert.match(String(policy), /"Allow"/);
    assert.deepEqual(
      (await nics()).map(({ Description, SubnetId, PrivateIpAddress, InterfaceType, Groups }) => [
        Description,
        SubnetId,
        PrivateIpAddress,
        InterfaceType,
        Groups.map(({ GroupId }) => GroupId),
      ]),
      [[`VPC Endpoint Interface ${made.id}`, subnets[0], "10.20.0.254", "vpc_endpoint", [group]]],
    );
    await refused(
      aws().delete("ec2/subnet", { id: subnets[0] ?? "", outputs: {} }),
      "DependencyViolation",
      `The subnet '${String(subnets[0])}' has dependencies and cannot be deleted.`,
    );
    const changed = await aws().update("ec2/vpcEndpoint", made, endpoint(), { subnetIds: subnets });
    assert.equal((changed.outputs["networkInterfaceIds"] as string[]).length, 2);
    assert.deepEqual((await nics()).map(({ PrivateIpAddress }) => PrivateIpAddress).sort(), [
      "10.20.0.254",
      "10.20.1.254",
    ]);
    await aws().endsWell("ec2/vpcEndpoint", changed);
    assert.deepEqual(await nics(), []);
    await aws().delete("ec2/securityGroup", { id: group, outputs: {} });
  });

  it("are endpoints at the addresses that were chosen for them", async () => {
    const at = (ipv4: string) => [{ subnetId: subnets[0], ipv4 }];
    const inputs = { ...endpoint(), subnetConfigurations: at("10.20.0.9") };
    const made = await aws().create("ec2/vpcEndpoint", inputs);
    assert.deepEqual(made.outputs["subnetConfigurations"], at("10.20.0.9"));
    await refused(
      aws().create("ec2/vpcEndpoint", { ...inputs, serviceName: `com.amazonaws.${region}.ssmmessages` }),
      "InvalidIPAddress.InUse",
      "Address 10.20.0.9 is in use.",
    );
    const moved = await aws().update("ec2/vpcEndpoint", made, inputs, {
      subnetConfigurations: at("10.20.0.10"),
    });
    assert.deepEqual(moved.outputs["subnetConfigurations"], at("10.20.0.10"));
    assert.deepEqual(
      (await nics()).map(({ PrivateIpAddress }) => PrivateIpAddress),
      ["10.20.0.10"],
    );
    await aws().endsWell("ec2/vpcEndpoint", moved);
  });

  it("are no two endpoints for one name, and none where names do not resolve", async () => {
    const made = await aws().create("ec2/vpcEndpoint", endpoint());
    // As AWS does for the same client token: a run that was killed finds it again.
    assert.equal((await aws().create("ec2/vpcEndpoint", endpoint())).id, made.id);
    await refused(
      aws().create("ec2/vpcEndpoint", { ...endpoint(), tags: {} }),
      "InvalidParameter",
      `private-dns-enabled cannot be set because there is already a conflicting DNS domain for ssm.${region}.amazonaws.com in the VPC ${vpcId}`,
    );
    await refused(
      aws().create("ec2/vpcEndpoint", { ...endpoint(), serviceName: "com.amazonaws.us-east-1.ssm" }),
      "InvalidServiceName",
      "The Vpc Endpoint Service 'com.amazonaws.us-east-1.ssm' does not exist",
    );
    await aws().moto.ec2.modifyVpcAttribute({ VpcId: vpcId, EnableDnsHostnames: { Value: false } });
    await refused(
      aws().create("ec2/vpcEndpoint", { ...endpoint(), serviceName: `com.amazonaws.${region}.ec2messages` }),
      "InvalidParameter",
      `Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for ${vpcId}`,
    );
  });

  it("are an attachment to a transit gateway that exists, with one subnet of each zone", async () => {
    const { TransitGateway } = await aws().moto.ec2.createTransitGateway({});
    const transitGatewayId = TransitGateway?.TransitGatewayId ?? "";
    const inputs = { transitGatewayId, vpcId, subnetIds: subnets.slice(0, 1), tags };
    const made = await aws().create("ec2transitgateway/vpcAttachment", inputs);
    assert.match(made.id, /^tgw-attach-/);
    assert.deepEqual(made.outputs, {
      ...inputs,
      applianceModeSupport: "disable",
      arn: arn(`transit-gateway-attachment/${made.id}`),
      dnsSupport: "enable",
      ipv6Support: "disable",
      region,
      tagsAll: tags,
      transitGatewayDefaultRouteTableAssociation: true,
      transitGatewayDefaultRouteTablePropagation: true,
      vpcOwnerId: account,
    });
    const table = await aws().create("ec2/routeTable", { vpcId });
    await aws().create("ec2/route", {
      routeTableId: table.id,
      destinationCidrBlock: "10.0.0.0/8",
      transitGatewayId,
    });
    const changed = await aws().update("ec2transitgateway/vpcAttachment", made, inputs, {
      subnetIds: subnets,
    });
    assert.deepEqual(changed.outputs["subnetIds"], subnets);
    assert.deepEqual(
      (await nics()).map(({ InterfaceType, Groups }) => [InterfaceType, Groups]),
      [
        ["transit_gateway", []],
        ["transit_gateway", []],
      ],
    );
    const third = await aws().create("ec2/subnet", {
      vpcId,
      cidrBlock: "10.20.9.0/24",
      availabilityZone: `${region}a`,
    });
    await refused(
      aws().update(
        "ec2transitgateway/vpcAttachment",
        changed,
        { ...inputs, subnetIds: subnets },
        { subnetIds: [...subnets, third.id] },
      ),
      "DuplicateSubnetsInSameZone",
      `Duplicate Subnets for same AZ: only one subnet of ${region}a can be attached`,
    );
    await refused(
      aws().create("ec2transitgateway/vpcAttachment", {
        ...inputs,
        transitGatewayId: "tgw-0123456789abcdef0",
      }),
      "InvalidTransitGatewayID.NotFound",
      "Transit Gateway tgw-0123456789abcdef0 was deleted or does not exist.",
    );
    await aws().endsWell("ec2transitgateway/vpcAttachment", changed);
    assert.deepEqual(await nics(), []);
  });

  it("are watched by a flow log", async () => {
    const logs = await aws().create("cloudwatch/logGroup", {
      name: "/bulkhead/test/flows",
      retentionInDays: 30,
    });
    const role = await aws().create("iam/role", { name: "test-flows", assumeRolePolicy: "{}" });
    const inputs = {
      vpcId,
      trafficType: "REJECT",
      logDestination: logs.outputs["arn"],
      logDestinationType: "cloud-watch-logs",
      iamRoleArn: role.outputs["arn"],
      maxAggregationInterval: 60,
      tags,
    };
    const made = await aws().create("ec2/flowLog", inputs);
    assert.match(made.id, /^fl-/);
    const { logFormat, ...outputs } = made.outputs;
    assert.match(String(logFormat), /^\$\{version\} \$\{account-id\}/);
    assert.deepEqual(outputs, { ...inputs, arn: arn(`vpc-flow-log/${made.id}`), region, tagsAll: tags });
    await refused(
      aws().create("ec2/flowLog", inputs),
      "FlowLogAlreadyExists",
      "Error. There is an existing Flow Log with the same configuration and log destination.",
    );
    await aws().endsWell("ec2/flowLog", made);
  });
});
