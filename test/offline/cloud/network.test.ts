import assert from "node:assert/strict";
import { account, region } from "../../support/moto.ts";
import { refused, withAccount } from "./cloud.ts";

const tags = { Name: "test", bulkhead: "test" };
const arn = (resource: string) => `arn:aws:ec2:${region}:${account}:${resource}`;

describe("a network in the simulated AWS", function () {
  this.timeout(60_000);
  const aws = withAccount();
  const makeVpc = (cidrBlock = "10.20.0.0/16") => aws().create("ec2/vpc", { cidrBlock, tags });
  const makeSubnet = (vpcId: string, cidrBlock = "10.20.1.0/24", availabilityZone = `${region}a`) =>
    aws().create("ec2/subnet", { vpcId, cidrBlock, availabilityZone, tags });

  it("has a VPC with the outputs of the official provider", async () => {
    const inputs = { cidrBlock: "10.20.0.0/16", enableDnsHostnames: true, tags };
    const made = await aws().create("ec2/vpc", inputs);
    const { outputs, id } = made;
    assert.match(id, /^vpc-[0-9a-f]{17}$/);
    assert.match(String(outputs["mainRouteTableId"]), /^rtb-/);
    assert.match(String(outputs["defaultSecurityGroupId"]), /^sg-/);
    assert.match(String(outputs["defaultNetworkAclId"]), /^acl-/);
    assert.deepEqual(outputs, {
      ...inputs,
      arn: arn(`vpc/${id}`),
      defaultNetworkAclId: outputs["defaultNetworkAclId"],
      defaultRouteTableId: outputs["mainRouteTableId"],
      defaultSecurityGroupId: outputs["defaultSecurityGroupId"],
      dhcpOptionsId: outputs["dhcpOptionsId"],
      enableDnsSupport: true,
      enableNetworkAddressUsageMetrics: false,
      instanceTenancy: "default",
      mainRouteTableId: outputs["mainRouteTableId"],
      ownerId: account,
      region,
      tagsAll: tags,
    });
    const changed = await aws().update("ec2/vpc", made, inputs, {
      enableDnsHostnames: false,
      tags: { Name: "other" },
    });
    assert.deepEqual(
      [changed.id, changed.outputs["enableDnsHostnames"], changed.outputs["tags"]],
      [id, false, { Name: "other" }],
    );
    await aws().endsWell("ec2/vpc", changed);
  });

  it("has subnets that give no public addresses, and no two that overlap", async () => {
    const vpc = await makeVpc();
    const made = await makeSubnet(vpc.id);
    assert.match(made.id, /^subnet-[0-9a-f]{17}$/);
    assert.deepEqual(
      [
        made.outputs["arn"],
        made.outputs["mapPublicIpOnLaunch"],
        made.outputs["ownerId"],
        made.outputs["vpcId"],
      ],
      [arn(`subnet/${made.id}`), false, account, vpc.id],
    );
    await refused(
      makeSubnet(vpc.id, "10.20.1.128/25"),
      "InvalidSubnet.Conflict",
      "The CIDR '10.20.1.128/25' conflicts with another subnet",
    );
    await refused(
      makeSubnet(vpc.id, "10.21.1.0/24"),
      "InvalidSubnet.Range",
      "The CIDR '10.21.1.0/24' is invalid.",
    );
    await refused(
      makeSubnet(vpc.id, "10.20.2.0/29"),
      "InvalidSubnet.Range",
      "The CIDR '10.20.2.0/29' is invalid.",
    );
    await refused(
      aws().delete("ec2/vpc", vpc),
      "DependencyViolation",
      `The vpc '${vpc.id}' has dependencies and cannot be deleted.`,
    );
    await aws().endsWell("ec2/subnet", made);
    await aws().endsWell("ec2/vpc", vpc);
  });

  it("deletes a VPC only when nothing is in it", async () => {
    const vpc = await makeVpc();
    const inIt = [
      ["ec2/securityGroup", { vpcId: vpc.id, name: "one", description: "one" }],
      ["ec2/routeTable", { vpcId: vpc.id }],
      ["ec2/internetGateway", { vpcId: vpc.id }],
    ] as const;
    for (const [kind, inputs] of inIt) {
      const made = await aws().create(kind, inputs);
      await refused(
        aws().delete("ec2/vpc", vpc),
        "DependencyViolation",
        `The vpc '${vpc.id}' has dependencies and cannot be deleted.`,
      );
      await aws().endsWell(kind, made);
    }
    await aws().delete("ec2/vpc", vpc);
    // Its access list goes with it.
    assert.deepEqual((await aws().moto.describe())["NetworkAcls"], []);
  });

  it("leads subnets out through a NAT gateway and an internet gateway, and takes both down in AWS's order only", async () => {
    const vpc = await makeVpc();
    const subnet = await makeSubnet(vpc.id);
    const address = await aws().create("ec2/eip", { domain: "vpc", tags });
    const nat = { subnetId: subnet.id, allocationId: address.id, tags };
    await refused(
      aws().create("ec2/natGateway", nat),
      "Gateway.NotAttached",
      `Network ${vpc.id} has no Internet gateway attached`,
    );
    const gateway = await aws().create("ec2/internetGateway", { vpcId: vpc.id, tags });
    await refused(
      aws().create("ec2/internetGateway", { vpcId: vpc.id }),
      "InvalidParameterValue",
      `Network ${vpc.id} already has an internet gateway attached`,
    );
    const made = await aws().create("ec2/natGateway", nat);
    assert.match(made.id, /^nat-[0-9a-f]{17}$/);
    assert.deepEqual(
      [made.outputs["privateIp"], made.outputs["publicIp"], made.outputs["vpcId"]],
      ["10.20.1.254", address.outputs["publicIp"], vpc.id],
    );
    // As AWS does for the same client token: a run that was killed finds it again.
    assert.equal((await aws().create("ec2/natGateway", nat)).id, made.id);
    await refused(
      aws().create("ec2/natGateway", { ...nat, tags: { Name: "other" } }),
      "Resource.AlreadyAssociated",
      `Elastic IP address [${address.id}] is already associated`,
    );

    const table = await aws().create("ec2/routeTable", { vpcId: vpc.id, tags });
    const out = { routeTableId: table.id, destinationCidrBlock: "0.0.0.0/0", natGatewayId: made.id };
    const route = await aws().create("ec2/route", out);
    // Go's crc32.ChecksumIEEE of 0.0.0.0/0, as in https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/route
    assert.equal(route.id, `r-${table.id}1080289494`);
    assert.deepEqual(
      [route.outputs["state"], route.outputs["origin"], route.outputs["natGatewayId"]],
      ["active", "CreateRoute", made.id],
    );
    await refused(
      aws().create("ec2/route", out),
      "RouteAlreadyExists",
      "The route identified by 0.0.0.0/0 already exists",
    );
    const replaced = await aws().update("ec2/route", route, out, {
      natGatewayId: undefined,
      gatewayId: gateway.id,
    });
    assert.deepEqual([replaced.outputs["natGatewayId"], replaced.outputs["gatewayId"]], ["", gateway.id]);

    const association = await aws().create("ec2/routeTableAssociation", {
      routeTableId: table.id,
      subnetId: subnet.id,
    });
    assert.match(association.id, /^rtbassoc-/);
    const other = await aws().create("ec2/routeTable", { vpcId: vpc.id });
    await refused(
      aws().create("ec2/routeTableAssociation", { routeTableId: other.id, subnetId: subnet.id }),
      "Resource.AlreadyAssociated",
      `the specified association for route table ${other.id} conflicts with an existing association`,
    );

    await refused(
      aws().delete("ec2/subnet", subnet),
      "DependencyViolation",
      `The subnet '${subnet.id}' has dependencies and cannot be deleted.`,
    );
    await refused(
      aws().delete("ec2/internetGateway", gateway),
      "DependencyViolation",
      `Network ${vpc.id} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.`,
    );
    await refused(
      aws().delete("ec2/eip", address),
      "AuthFailure",
      "You do not have permission to access the specified resource.",
    );
    await aws().endsWell("ec2/natGateway", made);
    await aws().endsWell("ec2/eip", (await aws().read("ec2/eip", address)) ?? address);
    await aws().endsWell("ec2/route", replaced);
    await aws().endsWell("ec2/routeTableAssociation", association);
    for (const one of [table, other])
      await aws().endsWell("ec2/routeTable", (await aws().read("ec2/routeTable", one)) ?? one);
    await aws().endsWell("ec2/internetGateway", gateway);
    await aws().endsWell("ec2/subnet", subnet);
    await aws().endsWell("ec2/vpc", vpc);
  });

  it("has no routes to what does not exist or belongs to another network", async () => {
    const vpc = await makeVpc();
    const table = await aws().create("ec2/routeTable", { vpcId: vpc.id });
    const to = (target: object) =>
      aws().create("ec2/route", { routeTableId: table.id, destinationCidrBlock: "10.0.0.0/8", ...target });
    await refused(
      to({ natGatewayId: "nat-0123456789abcdef0" }),
      "InvalidNatGatewayID.NotFound",
      "The natGateway ID 'nat-0123456789abcdef0' does not exist",
    );
    await refused(
      to({ transitGatewayId: "tgw-0123456789abcdef0" }),
      "InvalidTransitGatewayID.NotFound",
      "The transitGateway ID 'tgw-0123456789abcdef0' does not exist.",
    );
    const elsewhere = await makeVpc("10.30.0.0/16");
    const gateway = await aws().create("ec2/internetGateway", { vpcId: elsewhere.id });
    await refused(
      to({ gatewayId: gateway.id }),
      "InvalidParameterValue",
      `route table ${table.id} and network gateway ${gateway.id} belong to different networks`,
    );
  });
});
