import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { afterwards } from "../../support/afterwards.ts";
import { CloudStack, small } from "../../support/cloudStack.ts";
import { FaultyAws } from "../../support/faultyAws.ts";
import { inventory } from "../../support/inventory.ts";
import { account, Moto } from "../../support/moto.ts";

describe("an environment's network on AWS", function () {
  this.timeout(120_000);
  let moto: Moto;
  before(async function () {
    moto = await Moto.start(this);
  });
  after(() => moto.stop());
  const stackOf = (name: string, text: string, url: string): CloudStack => {
    const stack = new CloudStack(name, text, url);
    afterwards(() => {
      stack.delete();
    });
    return stack;
  };
  const instances = async () => {
    const { Reservations = [] } = await moto.ec2.describeInstances({
      Filters: [{ Name: "instance-state-name", Values: ["running"] }],
    });
    return Reservations.flatMap(({ Instances = [] }) => Instances);
  };

  it("leads to the internet by NAT and has load balancers there, as dev with another target, however often AWS fails", async () => {
    const way = await FaultyAws.open(moto.url, {
      fraction: 0.05,
      seed: 7,
      of: ["throttled", "failing", "gateway", "cut"],
    });
    afterwards(() => way.close());
    const text = readFileSync(new URL("../../../stacks/Pulumi.dev.yaml", import.meta.url), "utf8")
      .replace(/^encryptionsalt:.*\n/m, "")
      .replace("bulkhead:target: lab", "bulkhead:target: aws")
      .replace("111122223333", account);
    const stack = stackOf("dev", text, way.url);
    await stack.up();
    for (const fault of ["throttled", "failing", "gateway", "cut"] as const)
      assert.ok((way.failed.get(fault) ?? 0) > 0, fault);
    assert.deepEqual(await stack.refresh(), []);

    const { RouteTables = [] } = await moto.ec2.describeRouteTables();
    const nat = await stack.idOf("ec2/natGateway:NatGateway", "nat-a");
    const table = await stack.idOf("ec2/routeTable:RouteTable", "routes-a");
    const routes = RouteTables.find(({ RouteTableId }) => RouteTableId === table)?.Routes ?? [];
    assert.deepEqual(
      routes.map(({ DestinationCidrBlock, NatGatewayId }) => [DestinationCidrBlock, NatGatewayId]),
      [
        ["10.16.0.0/16", undefined],
        ["0.0.0.0/0", nat],
      ],
    );
    const { LoadBalancers = [] } = await moto.session.balancing.describeLoadBalancers({});
    assert.deepEqual(
      LoadBalancers.map(({ Scheme }) => Scheme),
      ["internet-facing", "internet-facing"],
    );
    const all = await instances();
    assert.equal(all.length, 14);
    assert.deepEqual(
      all.filter(({ PublicIpAddress }) => PublicIpAddress !== undefined),
      [],
    );

    await stack.destroy();
    assert.deepEqual(await inventory(moto), []);
  });

  it("is one that exists already where the stack file names it, and that stays as it was", async () => {
    const { Vpc } = await moto.ec2.createVpc({ CidrBlock: "10.18.0.0/16" });
    const VpcId = Vpc?.VpcId ?? "";
    await moto.ec2.modifyVpcAttribute({ VpcId, EnableDnsHostnames: { Value: true } });
    const blocks = { management: "10.18.0.0/24", billing: "10.18.1.0/24", claims: "10.18.2.0/24" };
    const subnets = new Map<string, string>();
    for (const [zone, CidrBlock] of Object.entries(blocks)) {
      const { Subnet } = await moto.ec2.createSubnet({ VpcId, CidrBlock, AvailabilityZone: "eu-central-1a" });
      subnets.set(zone, Subnet?.SubnetId ?? "");
    }
    const before = await inventory(moto);
    const lines = Object.entries(blocks).map(
      ([zone, cidr]) =>
        `        ${zone}: [{ id: ${subnets.get(zone) ?? ""}, cidr: ${cidr}, availabilityZone: a }]\n`,
    );
    const text = small("", { engine: "kubernetes" })
      .replace(/ +transitGateway.*\n/, "")
      .replace(
        "    availabilityZones: [a]\n",
        `$&    existing:\n      id: ${VpcId}\n      subnets:\n${lines.join("")}`,
      );
    const stack = stackOf("yard", text, moto.url);

    const made = await stack.up();
    const ofNetwork = /ec2\/(?:vpc|subnet|routeTable|route|defaultSecurityGroup|flowLog|internetGateway):/;
    assert.deepEqual(
      made.filter((change) => !change.startsWith("+ ") || ofNetwork.test(change)),
      [],
    );
    const places = (await instances()).map(({ Tags = [], SubnetId }) => [
      Tags.find(({ Key }) => Key === "Name")?.Value,
      SubnetId,
    ]);
    assert.deepEqual(places.sort(), [
      ["yard-billing-1", subnets.get("billing")],
      ["yard-billing-2", subnets.get("billing")],
      ["yard-claims-1", subnets.get("claims")],
      ["yard-claims-2", subnets.get("claims")],
      ["yard-manager-1", subnets.get("management")],
      ["yard-registry-1", subnets.get("management")],
    ]);
    await stack.destroy();
    assert.deepEqual(await inventory(moto), before);
  });
});
