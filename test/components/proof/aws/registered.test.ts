import assert from "node:assert/strict";
import {
  Reference,
  Unknown,
  type Resource,
  type Value,
} from "../../../../components/proof/resource/index.ts";
import {
  anywhere,
  between,
  described,
  group,
  local,
  registered,
  resource,
  route,
  rule,
  table,
  two,
} from "./world.ts";

const id = (of: Resource, property = "id") => new Reference(of, property);

const vpc = resource("aws:ec2/vpc:Vpc", "vpc-1", { cidrBlock: "10.0.0.0/16" });
const subnets = ["a", "b"].map((name, at) =>
  resource("aws:ec2/subnet:Subnet", `subnet-1${name}`, { vpcId: id(vpc), cidrBlock: `10.0.${at}.0/24` }),
) as [Resource, Resource];
const securityGroup = (name: string, inputs: Readonly<Record<string, Value>> = {}) =>
  resource("aws:ec2/securityGroup:SecurityGroup", name, { vpcId: id(vpc), ...inputs });
const [a, b] = [securityGroup("sg-a"), securityGroup("sg-b")];
const machine = (name: string, subnet: Resource, inputs: Readonly<Record<string, Value>>) =>
  resource("aws:ec2/instance:Instance", name, { subnetId: id(subnet), ...inputs });
const machines = (more: Readonly<Record<string, Value>> = {}) => [
  machine("i-a", subnets[0], { privateIp: "10.0.0.10", vpcSecurityGroupIds: [id(a)], ...more }),
  machine("i-b", subnets[1], { privateIp: "10.0.1.10", vpcSecurityGroupIds: [id(b)] }),
  machine("i-c", subnets[1], { privateIp: "10.0.1.11", vpcSecurityGroupIds: [id(b)] }),
];
const egress = (
  of: Value,
  inputs: Readonly<Record<string, Value>> = { ipProtocol: "-1", cidrIpv4: "0.0.0.0/0" },
) =>
  resource("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", "out", {
    securityGroupId: of,
    ...inputs,
  });
const ingress = (of: Value, inputs: Readonly<Record<string, Value>>, name = "in") =>
  resource("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", name, {
    securityGroupId: of,
    ...inputs,
  });
const https = { ipProtocol: "tcp", fromPort: 443, toPort: 443, referencedSecurityGroupId: id(a) };
const base = [vpc, ...subnets, a, b];
const open = [egress(id(a)), ingress(id(b), https)];

describe("resources of the AWS provider", () => {
  it("say the same of a network as EC2 does once they are made", () => {
    const acl = resource("aws:ec2/networkAcl:NetworkAcl", "acl-b", {
      vpcId: id(vpc),
      subnetIds: [id(subnets[1])],
      ingress: [
        { ruleNo: 100, action: "allow", protocol: "-1", cidrBlock: "0.0.0.0/0", fromPort: 0, toPort: 0 },
        { ruleNo: 90, action: "deny", protocol: "tcp", cidrBlock: "10.0.0.0/28", fromPort: 22, toPort: 22 },
      ],
      egress: [
        { ruleNo: 100, action: "allow", protocol: "-1", cidrBlock: "0.0.0.0/0", fromPort: 0, toPort: 0 },
      ],
    });
    const gateway = resource("aws:ec2/internetGateway:InternetGateway", "igw-1", { vpcId: id(vpc) });
    const routes = resource("aws:ec2/routeTable:RouteTable", "rtb-a", {
      vpcId: id(vpc),
      routes: [{ cidrBlock: "0.0.0.0/0", gatewayId: id(gateway) }],
    });
    const program = registered(
      ...base,
      ...machines({ associatePublicIpAddress: true }),
      securityGroup("sg-unused"),
      egress(id(a)),
      ingress(
        id(b),
        { ipProtocol: "tcp", fromPort: 0, toPort: 8000, referencedSecurityGroupId: id(a) },
        "tcp",
      ),
      ingress(id(b), { ipProtocol: "4", cidrIpv4: "10.0.0.0/16" }, "ipip"),
      ingress(id(a), { ipProtocol: "tcp", fromPort: 22, toPort: 22, cidrIpv4: "198.51.100.0/24" }, "ssh"),
      acl,
      gateway,
      routes,
      resource("aws:ec2/routeTableAssociation:RouteTableAssociation", "rtb-a", {
        subnetId: id(subnets[0]),
        routeTableId: id(routes),
      }),
    );
    const entry = (RuleNumber: number, Egress: boolean, more: object) => ({
      RuleNumber,
      Egress,
      RuleAction: "allow",
      Protocol: "-1",
      CidrBlock: "0.0.0.0/0",
      ...more,
    });
    const world = two();
    const live = described({
      ...world,
      SecurityGroups: [
        group("sg-a", [rule("tcp", "198.51.100.0/24", 22)], [anywhere]),
        group("sg-b", [rule("tcp", "sg-a", 0, 8000), rule("4", "10.0.0.0/16")], []),
      ],
      NetworkAcls: [
        {
          NetworkAclId: "acl-b",
          VpcId: "vpc-1",
          IsDefault: false,
          Associations: [{ SubnetId: "subnet-1b" }],
          Entries: [
            entry(100, false, {}),
            entry(90, false, {
              RuleAction: "deny",
              Protocol: "6",
              CidrBlock: "10.0.0.0/28",
              PortRange: { From: 22, To: 22 },
            }),
            entry(100, true, {}),
          ],
        },
      ],
      InternetGateways: [
        { InternetGatewayId: "igw-1", Attachments: [{ VpcId: "vpc-1", State: "available" }] },
      ],
      RouteTables: [
        table("rtb-1", "vpc-1", [local("10.0.0.0/16")]),
        table(
          "rtb-a",
          "vpc-1",
          [local("10.0.0.0/16"), route("0.0.0.0/0", { GatewayId: "igw-1" })],
          "subnet-1a",
        ),
      ],
      Instances: world.Instances.map((one) =>
        one.InstanceId === "i-a"
          ? {
              ...one,
              NetworkInterfaces: one.NetworkInterfaces.map((own) => ({
                ...own,
                Association: { PublicIp: "52.0.0.1" },
              })),
            }
          : one,
      ),
    });
    const ends = ["i-a", "i-b", "i-c", "198.51.100.7", "203.0.113.1"];
    let [passing, shut] = [0, 0];
    for (const from of ends)
      for (const to of ends) {
        if (from === to || !(from.startsWith("i-") || to.startsWith("i-"))) continue;
        for (const how of ["sure", "maybe"] as const) {
          const expected = between(live, from, to, how);
          assert.equal(between(program, from, to, how), expected, `${from} -> ${to} ${how}`);
          if (expected === "nothing") shut++;
          else passing++;
        }
      }
    assert.ok(passing >= 8 && shut >= 8, `${passing} ${shut}`);
    assert.equal(between(program, "i-a", "i-b", "sure"), "ip/4, tcp/0-21, tcp/23-8000");
  });

  it("let nothing out of a group without egress rules, where AWS alone would let out everything", () => {
    const program = registered(...base, ...machines(), ingress(id(b), https));
    assert.equal(between(program, "i-a", "i-b"), "nothing");
    assert.equal(between(registered(...base, ...machines(), ...open), "i-a", "i-b", "sure"), "tcp/443");
    const inline = securityGroup("sg-a", {
      egress: [{ protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] }],
    });
    const other = registered(
      vpc,
      ...subnets,
      inline,
      b,
      machine("i-a", subnets[0], { privateIp: "10.0.0.10", vpcSecurityGroupIds: [id(inline)] }),
      machine("i-b", subnets[1], { privateIp: "10.0.1.10", vpcSecurityGroupIds: [id(b)] }),
      ingress(id(b), { ...https, referencedSecurityGroupId: id(inline) }),
    );
    assert.equal(between(other, "i-a", "i-b", "sure"), "tcp/443");
  });

  it("without groups are in their VPC's default one, which lets its own talk", () => {
    const loose = ["i-a", "i-b"].map((name, at) => machine(name, subnets[at] ?? subnets[0], {}));
    assert.equal(between(registered(...base, ...loose), "i-a", "i-b", "sure"), "everything");
    const closed = resource("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "none", { vpcId: id(vpc) });
    assert.equal(between(registered(...base, ...loose, closed), "i-a", "i-b"), "nothing");
  });

  it("that have no addresses yet are somewhere in their subnets", () => {
    const scaling = resource("aws:autoscaling/group:Group", "workers", {
      vpcZoneIdentifiers: [id(subnets[0])],
      launchTemplate: {
        id: id(resource("aws:ec2/launchTemplate:LaunchTemplate", "workers")),
      },
    });
    const template = resource("aws:ec2/launchTemplate:LaunchTemplate", "workers", {
      vpcSecurityGroupIds: [id(a)],
    });
    const withTemplate = { ...scaling, inputs: { ...scaling.inputs, launchTemplate: { id: id(template) } } };
    const byBlock = (cidrIpv4: string) =>
      registered(
        ...base,
        template,
        withTemplate,
        machines()[1] ?? vpc,
        egress(id(a)),
        ingress(id(b), { ipProtocol: "tcp", fromPort: 443, toPort: 443, cidrIpv4 }),
      );
    assert.equal(between(byBlock("10.0.0.0/24"), "workers", "i-b", "sure"), "tcp/443");
    assert.equal(between(byBlock("10.0.0.7/32"), "workers", "i-b", "sure"), "nothing");
    assert.equal(between(byBlock("10.0.0.7/32"), "workers", "i-b", "maybe"), "tcp/443");
    assert.equal(between(byBlock("10.0.1.0/24"), "workers", "i-b", "maybe"), "nothing");
  });

  const why = "it is made of what several resources will say: pass each one's property as it is";
  it("whose group is not known may be in any, and may be let do anything", () => {
    const program = registered(
      ...base,
      ...machines({ vpcSecurityGroupIds: [new Unknown(why)] }),
      ingress(id(b), https),
    );
    assert.equal(between(program, "i-a", "i-b", "maybe"), "tcp/443");
    assert.equal(between(program, "i-a", "i-b", "sure"), "nothing");
    assert.ok(
      program.assumptions.some(({ text }) => text === `vpcSecurityGroupIds of i-a is not known: ${why}`),
    );
  });

  it("of rules that are not known in part are open to whatever may be meant", () => {
    const anyPeer = registered(
      ...base,
      ...machines(),
      egress(id(a)),
      ingress(id(b), { ...https, referencedSecurityGroupId: new Unknown(why) }),
    );
    assert.equal(between(anyPeer, "i-c", "i-b", "maybe"), "nothing");
    assert.equal(between(anyPeer, "i-a", "i-b", "maybe"), "tcp/443");
    assert.equal(between(anyPeer, "i-a", "i-b", "sure"), "nothing");
    const anyGroup = registered(...base, ...machines(), egress(id(a)), ingress(new Unknown(why), https));
    assert.equal(between(anyGroup, "i-a", "i-b", "maybe"), "tcp/443");
    assert.equal(between(anyGroup, "i-a", "i-b", "sure"), "nothing");
    const anyPacket = registered(
      ...base,
      ...machines(),
      egress(id(a)),
      ingress(id(b), { ...https, fromPort: new Unknown(why) }),
    );
    assert.equal(between(anyPacket, "i-a", "i-b", "maybe"), "tcp");
    assert.equal(between(anyPacket, "i-a", "i-b", "sure"), "nothing");
  });

  it("that nobody understands and that may connect networks leave nothing closed but by groups", () => {
    const all = [...base, ...machines(), ...open];
    const program = registered(...all, resource("aws:ec2clientvpn/endpoint:Endpoint", "staff"));
    assert.ok(
      program.assumptions.some(
        ({ text }) =>
          text ===
          "aws:ec2clientvpn/endpoint:Endpoint staff is not understood: it may connect every VPC to anything",
      ),
    );
    const listening = ingress(
      id(b),
      { ipProtocol: "tcp", fromPort: 22, toPort: 22, cidrIpv4: "0.0.0.0/0" },
      "ssh",
    );
    assert.equal(between(registered(...all, listening), "198.51.100.1", "i-b"), "nothing");
    const connected = registered(...all, listening, resource("aws:ec2clientvpn/endpoint:Endpoint", "staff"));
    assert.equal(between(connected, "198.51.100.1", "i-b", "maybe"), "tcp/22");
    assert.equal(between(connected, "198.51.100.1", "i-b", "sure"), "nothing");
  });

  it("count network ACL rules and main routes that stand by themselves", () => {
    const all = [...base, ...machines(), ...open];
    const acl = resource("aws:ec2/networkAcl:NetworkAcl", "acl-b", {
      vpcId: id(vpc),
      subnetIds: [id(subnets[1])],
    });
    const entry = (name: string, egress: boolean) =>
      resource("aws:ec2/networkAclRule:NetworkAclRule", name, {
        networkAclId: id(acl),
        ruleNumber: 100,
        egress,
        protocol: "-1",
        ruleAction: "allow",
        cidrBlock: "0.0.0.0/0",
      });
    assert.equal(between(registered(...all, acl), "i-a", "i-b"), "nothing");
    assert.equal(
      between(registered(...all, acl, entry("in", false), entry("out", true)), "i-a", "i-b", "sure"),
      "tcp/443",
    );
    assert.equal(between(registered(...all, acl, entry("out", true)), "i-a", "i-b"), "nothing");

    const gateway = resource("aws:ec2/internetGateway:InternetGateway", "igw", { vpcId: id(vpc) });
    const outward = resource("aws:ec2/route:Route", "out", {
      routeTableId: id(vpc, "mainRouteTableId"),
      destinationCidrBlock: "0.0.0.0/0",
      gatewayId: id(gateway),
    });
    const exposed = [...base, ...machines({ associatePublicIpAddress: true }), ...open, gateway];
    assert.equal(between(registered(...exposed), "i-a", "198.51.100.1"), "nothing");
    assert.equal(between(registered(...exposed, outward), "i-a", "198.51.100.1", "sure"), "everything");
  });

  it("lose what they let pass with each rule that is taken away", () => {
    const all = [...base, ...machines(), ...open];
    assert.equal(between(registered(...all), "i-a", "i-b"), "tcp/443");
    for (const one of open)
      assert.equal(
        between(registered(...all.filter((other) => other !== one)), "i-a", "i-b"),
        "nothing",
        one.name,
      );
    const closed = resource("aws:ec2/defaultNetworkAcl:DefaultNetworkAcl", "none", {
      defaultNetworkAclId: id(vpc, "defaultNetworkAclId"),
    });
    assert.equal(between(registered(...all, closed), "i-a", "i-b"), "nothing");
  });
});
