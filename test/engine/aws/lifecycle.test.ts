import assert from "node:assert/strict";
import { addRule, instanceNamed, revokeRule, terminateInstance } from "../../support/behindItsBack.ts";
import { CloudStack, group, makeTransitGateway, small, type Change } from "../../support/cloudStack.ts";
import { inventory } from "../../support/inventory.ts";
import { Moto } from "../../support/moto.ts";

describe("an environment on AWS", function () {
  this.timeout(120_000);
  let moto: Moto;
  let stack: CloudStack;
  let previewed: readonly Change[];
  before(async function () {
    moto = await Moto.start(this);
    const text = small(await makeTransitGateway(moto), { engine: "kubernetes" });
    stack = new CloudStack("yard", text, moto.url);
  });
  after(async () => {
    stack.delete();
    await moto.stop();
  });

  it("is previewed without credentials, in an environment that is empty", async () => {
    const kept = /^(?:PATH|HOME|PULUMI_(?:BACKEND_URL|CONFIG_PASSPHRASE_FILE|DEBUG_COMMANDS)|BULKHEAD_.*)$/;
    const removed = Object.keys(await stack.env()).filter(
      (name) => !kept.test(name) || name === "BULKHEAD_SIMULATED_AWS",
    );
    const { output, changes } = await stack.succeed(
      ["preview"],
      Object.fromEntries(removed.map((name) => [name, undefined])),
    );
    assert.match(output, /frontDoors +: \{\n +managers: \[unknown\]/);
    assert.match(output, /proof +: "holds: 10 machines, 0 exceptions"/);
    assert.deepEqual(await inventory(moto), []);
    previewed = changes;
  });

  it("comes up as it was previewed, and changes nothing when it is brought up again, or refreshed", async () => {
    const made = await stack.up();
    assert.ok(made.includes("+ ec2/instance:Instance billing-2"));
    assert.deepEqual(made, previewed);
    assert.deepEqual(await stack.up(), []);
    assert.deepEqual(await stack.refresh(), []);
  });

  it("changes by a new flow and a new worker those, and nothing else", async () => {
    stack.edit((text) =>
      text
        .replace(
          "  bulkhead:zones:",
          "  bulkhead:flows:\n    - { from: claims, to: billing, traffic: [tcp/8443], why: invoices, owner: us }\n$&",
        )
        .replace(
          "zone: billing, workers: { linux: { count: 2",
          "zone: billing, workers: { linux: { count: 3",
        ),
    );
    assert.deepEqual(await stack.up(), [
      "+ ec2/instance:Instance billing-3",
      "+ vpc/securityGroupEgressRule:SecurityGroupEgressRule zone-claims to zone-billing tcp/8443",
      "+ vpc/securityGroupIngressRule:SecurityGroupIngressRule zone-billing from zone-claims tcp/8443",
    ]);
  });

  it("changes by a new zone with its group, and by a new availability zone, those and nothing else", async () => {
    stack.edit((text) =>
      text
        .replace("[a]\n    frontDoor", "[a, b]\n    frontDoor")
        .replace("claims: { slot: 2 }", "$&\n    portal: { slot: 3 }")
        .replace("encryptionsalt:", `${group("portal", 1)}$&`),
    );
    assert.deepEqual(await stack.up(), [
      "+ ec2/instance:Instance portal-1",
      "+ ec2/launchTemplate:LaunchTemplate portal-linux",
      "+ ec2/route:Route b to 10.0.0.0/12",
      "+ ec2/routeTable:RouteTable routes-b",
      "+ ec2/routeTableAssociation:RouteTableAssociation billing-b",
      "+ ec2/routeTableAssociation:RouteTableAssociation claims-b",
      "+ ec2/routeTableAssociation:RouteTableAssociation management-b",
      "+ ec2/routeTableAssociation:RouteTableAssociation portal-a",
      "+ ec2/routeTableAssociation:RouteTableAssociation portal-b",
      "+ ec2/routeTableAssociation:RouteTableAssociation transit-b",
      "+ ec2/securityGroup:SecurityGroup zone-portal",
      "+ ec2/subnet:Subnet billing-b",
      "+ ec2/subnet:Subnet claims-b",
      "+ ec2/subnet:Subnet management-b",
      "+ ec2/subnet:Subnet portal-a",
      "+ ec2/subnet:Subnet portal-b",
      "+ ec2/subnet:Subnet transit-b",
      "+ vpc/securityGroupEgressRule:SecurityGroupEgressRule zone-portal to zone-portal all",
      "+ vpc/securityGroupIngressRule:SecurityGroupIngressRule zone-portal from zone-portal all",
      "~ ec2/vpcEndpoint:VpcEndpoint ssm",
      "~ ec2/vpcEndpoint:VpcEndpoint ssmmessages",
      "~ ec2transitgateway/vpcAttachment:VpcAttachment transit",
      "~ lb/loadBalancer:LoadBalancer managers",
      "~ lb/loadBalancer:LoadBalancer registry",
    ]);
  });

  it("shows in a refresh what was changed behind its back, and the next update puts it right", async () => {
    const rule = "zone-billing from zone-claims tcp/8443";
    const ingress = "vpc/securityGroupIngressRule:SecurityGroupIngressRule";
    const { DefaultGroup, VpcId } = await defaultGroup();
    await revokeRule(moto, await stack.idOf(ingress, rule));
    await terminateInstance(moto, await instanceNamed(moto, "yard-claims-2"));
    await moto.ec2.createTags({ Resources: [VpcId], Tags: [{ Key: "Name", Value: "mine" }] });
    await addRule(moto, DefaultGroup, { ipProtocol: "tcp", port: 22, cidr: "0.0.0.0/0" });

    assert.deepEqual(await stack.refresh(), [
      "- ec2/instance:Instance claims-2",
      `- ${ingress} ${rule}`,
      "~ ec2/defaultSecurityGroup:DefaultSecurityGroup network",
      "~ ec2/vpc:Vpc network",
    ]);
    assert.deepEqual(await stack.up(), [
      "+ ec2/instance:Instance claims-2",
      `+ ${ingress} ${rule}`,
      "~ ec2/defaultSecurityGroup:DefaultSecurityGroup network",
      "~ ec2/vpc:Vpc network",
    ]);
    const found = await moto.ec2.describeSecurityGroups({ GroupIds: [DefaultGroup] });
    assert.deepEqual(found.SecurityGroups?.[0]?.IpPermissions, []);
    assert.deepEqual(await stack.refresh(), []);
  });

  it("leaves nothing when it is destroyed, not even where somebody has added a rule", async () => {
    const group = await stack.idOf("ec2/securityGroup:SecurityGroup", "zone-billing");
    await addRule(moto, group, { ipProtocol: "tcp", port: 22, cidr: "0.0.0.0/0" });
    assert.ok((await inventory(moto)).includes("instance yard-billing-3"));
    await stack.destroy();
    assert.deepEqual(await inventory(moto), []);
  });

  async function defaultGroup(): Promise<{ readonly DefaultGroup: string; readonly VpcId: string }> {
    const VpcId = await stack.idOf("ec2/vpc:Vpc", "network");
    const { SecurityGroups = [] } = await moto.ec2.describeSecurityGroups({
      Filters: [
        { Name: "vpc-id", Values: [VpcId] },
        { Name: "group-name", Values: ["default"] },
      ],
    });
    return { DefaultGroup: SecurityGroups[0]?.GroupId ?? "", VpcId };
  }
});
