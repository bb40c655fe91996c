import assert from "node:assert/strict";
import { ofKind, onAws, recordAws } from "./recorded.ts";

const made = async (edits: Record<string, unknown> = {}) => {
  const all = await recordAws(onAws(edits));
  return (kind: string) => ofKind(all, kind);
};
const names = (some: ReadonlyMap<string, unknown>) => [...some.keys()];

const internet = [
  "ec2/internetGateway:InternetGateway",
  "ec2/natGateway:NatGateway",
  "ec2/eip:Eip",
  "ec2/route:Route",
];

describe("a network on AWS", () => {
  it("is a VPC whose default group lets nobody talk to anybody", async () => {
    const of = await made();
    assert.equal(of("ec2/vpc:Vpc").get("network")?.["cidrBlock"], "10.16.0.0/16");
    const group = of("ec2/defaultSecurityGroup:DefaultSecurityGroup").get("network");
    assert.deepEqual([group?.["ingress"], group?.["egress"]], [[], []]);
  });

  it("has no way out by default: no gateway, no public address, no route", async () => {
    const of = await made();
    for (const kind of internet) assert.deepEqual(names(of(kind)), [], kind);
    for (const [name, subnet] of of("ec2/subnet:Subnet"))
      assert.equal(subnet["mapPublicIpOnLaunch"], false, name);
  });

  it("leads out by a NAT gateway in each availability zone where the stack file says nat", async () => {
    const of = await made({ "aws.egress": "nat", "network.availabilityZones": ["a", "b"] });
    assert.deepEqual(names(of("ec2/natGateway:NatGateway")), ["nat-a", "nat-b"]);
    assert.deepEqual(
      [...of("ec2/route:Route")].map(
        ([name, { destinationCidrBlock, natGatewayId, gatewayId, routeTableId }]) => [
          name,
          routeTableId,
          destinationCidrBlock,
          natGatewayId ?? gatewayId,
        ],
      ),
      [
        ["a to 0.0.0.0/0", "routes-a-id", "0.0.0.0/0", "nat-a-id"],
        ["b to 0.0.0.0/0", "routes-b-id", "0.0.0.0/0", "nat-b-id"],
        ["edge to 0.0.0.0/0", "routes-edge-id", "0.0.0.0/0", "edge-id"],
      ],
    );
    const tables = new Map(
      [...of("ec2/routeTableAssociation:RouteTableAssociation")].map(([name, { routeTableId }]) => [
        name,
        routeTableId,
      ]),
    );
    assert.equal(tables.get("red-b"), "routes-b-id");
    assert.deepEqual(
      [...tables].filter(([, table]) => table === "routes-edge-id").map(([name]) => name),
      ["edge-a", "edge-b"],
      "no machine's subnet has a route to the internet gateway",
    );
  });

  it("makes no gateway for a proxy", async () => {
    const of = await made({
      "aws.egress": "proxy",
      "machines.proxy": { url: "http://proxy.example.com:3128", addresses: ["10.99.8.1/32"] },
    });
    for (const kind of internet) assert.deepEqual(names(of(kind)), [], kind);
  });

  it("leads to the company's networks by its transit gateway, which stands in subnets of its own", async () => {
    const of = await made({
      "network.availabilityZones": ["a", "b"],
      "aws.transitGateway": { id: "tgw-0123456789abcdef0", blocks: ["10.128.0.0/9", "192.0.2.0/24"] },
    });
    const attachment = of("ec2transitgateway/vpcAttachment:VpcAttachment").get("transit");
    assert.deepEqual(attachment?.["subnetIds"], ["transit-a-id", "transit-b-id"]);
    assert.deepEqual(names(of("ec2/route:Route")), [
      "a to 10.128.0.0/9",
      "a to 192.0.2.0/24",
      "b to 10.128.0.0/9",
      "b to 192.0.2.0/24",
    ]);
    assert.deepEqual(names(of("ec2/internetGateway:InternetGateway")), []);
  });

  it("keeps its edge where it is, whichever of its parts there are", async () => {
    const transit = { id: "tgw-0123456789abcdef0", blocks: ["10.128.0.0/9"] };
    const subnet = async (edits: Record<string, unknown>, name: string) =>
      (await made(edits))("ec2/subnet:Subnet").get(name)?.["cidrBlock"];
    for (const edits of [{ "aws.egress": "nat" }, { "aws.egress": "nat", "aws.transitGateway": transit }])
      assert.equal(await subnet(edits, "edge-a"), "10.16.252.0/25");
    for (const edits of [
      { "aws.transitGateway": transit },
      { "aws.egress": "nat", "aws.transitGateway": transit },
    ])
      assert.equal(await subnet(edits, "transit-a"), "10.16.252.128/25");
  });

  it("logs what passes and what is denied, for as long as the stack file says", async () => {
    const of = await made({ "aws.flowLogDays": 30 });
    assert.equal(of("ec2/flowLog:FlowLog").get("flow-logs")?.["trafficType"], "ALL");
    const group = of("cloudwatch/logGroup:LogGroup").get("flow-logs");
    assert.deepEqual([group?.["name"], group?.["retentionInDays"]], ["/bulkhead/sample/flow-logs", 30]);
  });

  it("has AWS's own services inside, at fixed addresses that no machine has", async () => {
    const of = await made({ "aws.secretStore": "secrets-manager" });
    const endpoints = of("ec2/vpcEndpoint:VpcEndpoint");
    assert.deepEqual(
      [...endpoints].map(
        ([name, { serviceName, subnetConfigurations, securityGroupIds, privateDnsEnabled }]) => [
          name,
          serviceName,
          subnetConfigurations,
          securityGroupIds,
          privateDnsEnabled,
        ],
      ),
      [
        ["secretsmanager", 8],
        ["ssm", 6],
        ["ssmmessages", 7],
      ].map(([name, at]) => [
        name,
        `com.amazonaws.eu-central-1.${name}`,
        [{ subnetId: "management-a-id", ipv4: `10.16.0.${at}` }],
        ["endpoint-id"],
        true,
      ]),
    );
    for (const [name, { policy }] of endpoints)
      assert.match(String(policy), /"aws:PrincipalAccount":"111122223333"/, name);
  });

  it("knows managers and the registry by name", async () => {
    const records = (await made())("route53/record:Record");
    assert.deepEqual(
      [...records].map(([label, { name, type, records: addresses }]) => [label, name, type, addresses]),
      [
        ["managers", "managers.sample.bulkhead.internal", "A", ["10.16.0.32", "10.16.0.33", "10.16.0.34"]],
        ["registry", "registry.sample.bulkhead.internal", "A", ["10.16.0.64"]],
      ],
    );
  });
});

describe("a network that exists already", () => {
  const existing = {
    "network.existing": {
      id: "vpc-0123456789abcdef0",
      subnets: {
        management: [{ id: "subnet-0a", cidr: "10.16.0.0/24", availabilityZone: "a" }],
        red: [{ id: "subnet-0b", cidr: "10.16.1.0/24", availabilityZone: "a" }],
        blue: [{ id: "subnet-0c", cidr: "10.16.2.0/24", availabilityZone: "a" }],
      },
    },
  };

  it("is used as it is: no VPC, subnet, route, gateway or default group is made", async () => {
    const of = await made(existing);
    for (const kind of [
      ...internet,
      "ec2/vpc:Vpc",
      "ec2/subnet:Subnet",
      "ec2/routeTable:RouteTable",
      "ec2/defaultSecurityGroup:DefaultSecurityGroup",
      "ec2/flowLog:FlowLog",
      "ec2transitgateway/vpcAttachment:VpcAttachment",
    ])
      assert.deepEqual(names(of(kind)), [], kind);
    assert.equal(of("ec2/instance:Instance").get("blue-1")?.["subnetId"], "subnet-0c");
    for (const [name, group] of of("ec2/securityGroup:SecurityGroup"))
      assert.equal(group["vpcId"], "vpc-0123456789abcdef0", name);
  });
});

describe("load balancers", () => {
  const door = { "network.frontDoor": ["10.128.0.0/9"] };

  it("are none where nobody is named who may reach them", async () => {
    assert.deepEqual(names((await made())("lb/loadBalancer:LoadBalancer")), []);
  });

  it("pass TCP 443 and 6443 to the managers and 443 to the registry, by address", async () => {
    const of = await made(door);
    assert.deepEqual(names(of("lb/listener:Listener")), ["managers-443", "managers-6443", "registry-443"]);
    assert.deepEqual(
      [...of("lb/targetGroupAttachment:TargetGroupAttachment")].map(([name, { targetId, port }]) => [
        name,
        { targetId, port },
      ]),
      [
        ["manager-1-443", { targetId: "10.16.0.32", port: 443 }],
        ["manager-1-6443", { targetId: "10.16.0.32", port: 6443 }],
        ["manager-2-443", { targetId: "10.16.0.33", port: 443 }],
        ["manager-2-6443", { targetId: "10.16.0.33", port: 6443 }],
        ["manager-3-443", { targetId: "10.16.0.34", port: 443 }],
        ["manager-3-6443", { targetId: "10.16.0.34", port: 6443 }],
        ["registry-1-443", { targetId: "10.16.0.64", port: 443 }],
      ],
    );
    for (const [name, { protocol, targetType }] of of("lb/targetGroup:TargetGroup"))
      assert.deepEqual([protocol, targetType], ["TCP", "ip"], name);
  });

  it("are internal, at fixed addresses, and wear a group of their own", async () => {
    const balancers = (await made(door))("lb/loadBalancer:LoadBalancer");
    assert.deepEqual(
      [...balancers].map(([name, { internal, subnetMappings, securityGroups, loadBalancerType }]) => [
        name,
        internal,
        subnetMappings,
        securityGroups,
        loadBalancerType,
      ]),
      [
        ["managers", 4],
        ["registry", 5],
      ].map(([name, at]) => [
        name,
        true,
        [{ subnetId: "management-a-id", privateIpv4Address: `10.16.0.${at}` }],
        ["load-balancer-id"],
        "network",
      ]),
    );
  });

  it("with public addresses stand at the edge, and are open to the blocks that are named alone", async () => {
    const of = await made({
      "aws.loadBalancers": "internet-facing",
      "network.frontDoor": ["198.51.100.0/24"],
    });
    const balancer = of("lb/loadBalancer:LoadBalancer").get("managers");
    assert.deepEqual(
      [balancer?.["internal"], balancer?.["subnetMappings"]],
      [false, [{ subnetId: "edge-a-id" }]],
    );
    const open = [...of("vpc/securityGroupIngressRule:SecurityGroupIngressRule")].filter(
      ([, { cidrIpv4 }]) => cidrIpv4 !== undefined,
    );
    assert.deepEqual(
      open.map(([name]) => name),
      ["load-balancer from 198.51.100.0/24 tcp/443", "load-balancer from 198.51.100.0/24 tcp/6443"],
    );
    assert.deepEqual(names(of("ec2/natGateway:NatGateway")), []);
  });

  it("ask MKE's managers and its registry whether they are healthy, and others whether they answer", async () => {
    const checks = async (edits: Record<string, unknown>) =>
      [...(await made({ ...door, ...edits }))("lb/targetGroup:TargetGroup")].map(
        ([name, { healthCheck }]) => {
          const { protocol, path } = healthCheck as { protocol: string; path?: string };
          return [name, protocol, path];
        },
      );
    assert.deepEqual(await checks({}), [
      ["managers-443", "HTTPS", "/_ping"],
      ["managers-6443", "TCP", undefined],
      ["registry-443", "HTTPS", "/_ping"],
    ]);
    assert.deepEqual(await checks({ engine: "kubernetes" }), [
      ["managers-6443", "TCP", undefined],
      ["registry-443", "TCP", undefined],
    ]);
  });
});
