import assert from "node:assert/strict";
import { describedFacts } from "../../../../components/proof/aws/index.ts";
import { UnreadableError } from "../../../../components/proof/unreadable.ts";
import {
  anywhere,
  between,
  described,
  group,
  instance,
  local,
  route,
  rule,
  subnet,
  table,
  two,
  vpc,
} from "./world.ts";
import type { Permission } from "./naive.ts";

const groups = (out: readonly Permission[], into: readonly Permission[]) =>
  two({ SecurityGroups: [group("sg-a", [], [...out]), group("sg-b", [...into], [])] });
const acl = (id: string, of: string, entries: readonly object[]) => ({
  NetworkAclId: id,
  VpcId: "vpc-1",
  IsDefault: false,
  Associations: [{ SubnetId: of }],
  Entries: entries,
});
const entry = (
  RuleNumber: number,
  RuleAction: string,
  Egress: boolean,
  Protocol: string,
  more: object = {},
) => ({
  RuleNumber,
  RuleAction,
  Egress,
  Protocol,
  CidrBlock: "0.0.0.0/0",
  ...more,
});
const openAcl = [entry(100, "allow", true, "-1"), entry(100, "allow", false, "-1")];

describe("security groups", () => {
  it("let pass what the sender's lets out and the receiver's lets in, and nothing back", () => {
    const network = described(two());
    for (const how of ["sure", "maybe"] as const) {
      assert.equal(between(network, "i-a", "i-b", how), "tcp/443");
      assert.equal(between(network, "i-b", "i-a", how), "nothing");
      assert.equal(between(network, "i-c", "i-b", how), "nothing");
    }
  });

  const cases: readonly [string, Permission[], Permission[], string, string][] = [
    [
      "protocol 4 one way is two-way, for it is tracked by addresses alone",
      [rule("4", "sg-b")],
      [rule("4", "sg-a")],
      "ip/4",
      "ip/4",
    ],
    ["ports of protocol 4 mean nothing", [rule("4", "sg-b", 443)], [rule("4", "sg-a", 22)], "ip/4", "ip/4"],
    [
      "-1 opens everything, and all but TCP, UDP and ICMP back",
      [anywhere],
      [rule("-1", "sg-a", 22)],
      "everything",
      "ip/0, ip/2-5, ip/7-16, ip/18-57, icmpv6, ip/59-131, sctp, ip/133-255",
    ],
    [
      "a block holds whoever has an address of it",
      [rule("tcp", "10.0.1.0/24", 22)],
      [rule("tcp", "10.0.0.0/28", 0, 65535)],
      "tcp/22",
      "nothing",
    ],
    ["a block does not hold others", [anywhere], [rule("tcp", "10.0.0.0/29", 22)], "nothing", "nothing"],
    [
      "ICMP has a type and a code for ports",
      [anywhere],
      [rule("icmp", "sg-a", 8, -1)],
      "icmp/type 8",
      "nothing",
    ],
    [
      "a group whose members are others lets nobody in",
      [anywhere],
      [rule("tcp", "sg-other", 22)],
      "nothing",
      "nothing",
    ],
  ];
  for (const [name, out, into, there, back] of cases)
    it(name, () => {
      const network = described(groups(out, into));
      assert.equal(between(network, "i-a", "i-b"), there);
      assert.equal(between(network, "i-b", "i-a"), back);
    });

  it("that a machine wears add up", () => {
    const world = two({
      Instances: [
        instance("i-a", "subnet-1a", "10.0.0.10", ["sg-a"]),
        instance("i-b", "subnet-1b", "10.0.1.10", ["sg-b", "sg-c"]),
      ],
      SecurityGroups: [...two().SecurityGroups, group("sg-c", [rule("udp", "10.0.0.0/8", 53)], [])],
    });
    assert.equal(between(described(world), "i-a", "i-b", "sure"), "tcp/443, udp/53");
  });

  it("that nobody described may allow anything, and nothing for certain", () => {
    const world = two({ SecurityGroups: [group("sg-a", [], [anywhere])] });
    const network = described(world);
    assert.equal(between(network, "i-a", "i-b", "maybe"), "everything");
    assert.equal(between(network, "i-a", "i-b", "sure"), "nothing");
    assert.ok(
      network.assumptions.some(
        ({ text }) => text === "security group sg-b is not described: it may allow anything, or nothing",
      ),
    );
  });

  it("are read from SecurityGroupRules, too", () => {
    const world = two({
      SecurityGroups: [group("sg-a", [], [anywhere])],
      SecurityGroupRules: [
        {
          SecurityGroupRuleId: "sgr-1",
          GroupId: "sg-b",
          IsEgress: false,
          IpProtocol: "tcp",
          FromPort: 22,
          ToPort: 22,
          ReferencedGroupInfo: { GroupId: "sg-a" },
        },
        {
          SecurityGroupRuleId: "sgr-2",
          GroupId: "sg-b",
          IsEgress: true,
          IpProtocol: "udp",
          FromPort: 53,
          ToPort: 53,
          CidrIpv4: "10.0.0.0/8",
        },
      ],
    });
    assert.equal(between(described(world), "i-a", "i-b", "sure"), "tcp/22");
    assert.equal(between(described(world), "i-b", "i-a"), "nothing");
  });
});

describe("network ACLs", () => {
  const world = (entries: readonly object[]) =>
    two({
      SecurityGroups: [group("sg-a", [anywhere], [anywhere]), group("sg-b", [anywhere], [anywhere])],
      NetworkAcls: [acl("acl-a", "subnet-1a", openAcl), acl("acl-b", "subnet-1b", entries)],
    });
  const deny = (number: number) => entry(number, "deny", false, "6", { PortRange: { From: 22, To: 22 } });

  it("are asked by their entries' numbers, and the first that matches decides", () => {
    const denied = "ip/0, icmp, ip/2-5, tcp/0-21, tcp/23-65535";
    assert.ok(between(described(world([...openAcl, deny(90)])), "i-a", "i-b").startsWith(denied));
    assert.equal(between(described(world([deny(110), ...openAcl])), "i-a", "i-b"), "everything");
  });

  it("deny what no entry matches, and judge nothing within a subnet", () => {
    const network = described(world([]));
    assert.equal(between(network, "i-a", "i-b"), "nothing");
    assert.equal(between(network, "i-b", "i-c"), "everything");
  });

  it("need entries for answers, since they remember nothing", () => {
    const ask = entry(100, "allow", false, "6", { PortRange: { From: 443, To: 443 } });
    const answer = entry(100, "allow", true, "6", { PortRange: { From: 1024, To: 65535 } });
    assert.equal(between(described(world([ask])), "i-a", "i-b", "maybe"), "tcp/443");
    assert.equal(between(described(world([ask])), "i-a", "i-b", "sure"), "nothing");
    assert.equal(between(described(world([ask, answer])), "i-a", "i-b", "sure"), "tcp/443");
  });

  it("know ICMPv6 by its types for IPv6 alone", () => {
    const type = { IcmpTypeCode: { Type: 128, Code: 0 } };
    const only = world([entry(100, "allow", false, "58", type)]);
    assert.equal(between(described(only), "i-a", "i-b"), "icmpv6");
  });

  it("that are not described are taken for the default one", () => {
    const network = described(two());
    assert.ok(
      network.assumptions.some(
        ({ text }) =>
          text ===
          "the network ACL of subnet subnet-1a is not described: it is taken for the default one, which allows everything",
      ),
    );
  });
});

describe("routes", () => {
  const open = [group("sg-a", [anywhere], [anywhere]), group("sg-b", [anywhere], [anywhere])];
  const peering = (Code = "active") => ({
    VpcPeeringConnectionId: "pcx-1",
    Status: { Code },
    RequesterVpcInfo: { VpcId: "vpc-1" },
    AccepterVpcInfo: { VpcId: "vpc-2" },
  });
  const apart = (block: string, edits: Readonly<Record<string, unknown>> = {}) => {
    const near = block.replace("0.0/16", "0.0/24");
    return {
      ...two({
        Vpcs: [vpc("vpc-1", "10.0.0.0/16"), vpc("vpc-2", block)],
        Subnets: [subnet("subnet-1a", "vpc-1", "10.0.0.0/24"), subnet("subnet-2b", "vpc-2", near)],
        SecurityGroups: open,
        Instances: [
          instance("i-a", "subnet-1a", "10.0.0.10", ["sg-a"]),
          instance("i-b", "subnet-2b", near.replace("0/24", "20"), ["sg-b"]),
        ],
      }),
      RouteTables: [table("rtb-1", "vpc-1", [local("10.0.0.0/16")]), table("rtb-2", "vpc-2", [local(block)])],
      ...edits,
    };
  };
  const there = route("10.1.0.0/16", { VpcPeeringConnectionId: "pcx-1" });
  const back = route("10.0.0.0/16", { VpcPeeringConnectionId: "pcx-1" });
  const tables = (one: readonly object[], other: readonly object[]) => ({
    RouteTables: [
      table("rtb-1", "vpc-1", [local("10.0.0.0/16"), ...one]),
      table("rtb-2", "vpc-2", [local("10.1.0.0/16"), ...other]),
    ],
  });

  it("lead from one VPC to another only by peering, that is active and has routes at both ends", () => {
    const reached = (edits: object) => {
      const network = described(apart("10.1.0.0/16", { ...edits }));
      return [between(network, "i-a", "i-b", "maybe"), between(network, "i-a", "i-b", "sure")];
    };
    const peered = { VpcPeeringConnections: [peering()] };
    assert.deepEqual(reached({}), ["nothing", "nothing"]);
    assert.deepEqual(reached(peered), ["nothing", "nothing"]);
    assert.deepEqual(reached({ ...peered, ...tables([there], [back]) }), ["everything", "everything"]);
    // What is sent arrives, but no answer does.
    assert.deepEqual(reached({ ...peered, ...tables([there], []) }), ["everything", "nothing"]);
    assert.deepEqual(reached({ ...peered, ...tables([], [back]) }), ["nothing", "nothing"]);
    const pending = { VpcPeeringConnections: [peering("pending-acceptance")] };
    assert.deepEqual(reached({ ...pending, ...tables([there], [back]) }), ["nothing", "nothing"]);
  });

  it("of two VPCs with the same block never mix them up", () => {
    const network = described(apart("10.0.0.0/16"));
    assert.equal(between(network, "i-a", "i-b"), "nothing");
    assert.equal(between(network, "i-b", "i-a"), "nothing");
  });

  it("to a transit gateway may lead anywhere, and nowhere for certain", () => {
    const transit = { TransitGatewayId: "tgw-1" };
    const network = described(
      apart("10.1.0.0/16", tables([route("10.0.0.0/8", transit)], [route("10.0.0.0/8", transit)])),
    );
    assert.equal(between(network, "i-a", "i-b", "maybe"), "everything");
    assert.equal(between(network, "i-a", "i-b", "sure"), "nothing");
  });

  it("to a transit gateway to which their VPC is attached lead to the route's block and back, as far as is said", () => {
    const transit = { TransitGatewayId: "tgw-1" };
    const outside = "172.16.0.1";
    const passing = (more: object) => {
      const network = described(
        two({
          SecurityGroups: [group("sg-a", [anywhere], [anywhere]), group("sg-b", [], [])],
          RouteTables: [table("rtb-1", "vpc-1", [local("10.0.0.0/16"), route("172.16.0.0/12", transit)])],
          ...more,
        }),
      );
      const said = network.assumptions.some(
        ({ text }) =>
          text ===
          "what transit gateway tgw-1 carries is not in this proof: it is taken to lead to 172.16.0.0/12 and back, and may lead anywhere",
      );
      return [
        between(network, "i-a", outside, "sure"),
        between(network, outside, "i-a", "sure"),
        between(network, "i-a", "172.32.0.1", "maybe"),
        said,
      ];
    };
    const attachment = { TransitGatewayId: "tgw-1", VpcId: "vpc-1", State: "available" };
    const attached = ["everything", "everything", "nothing", true];
    assert.deepEqual(passing({ TransitGatewayVpcAttachments: [attachment] }), attached);
    const listed = {
      TransitGatewayId: "tgw-1",
      ResourceType: "vpc",
      ResourceId: "vpc-1",
      State: "available",
    };
    assert.deepEqual(passing({ TransitGatewayAttachments: [listed] }), attached);
    for (const other of [
      { ...attachment, State: "pending" },
      { ...attachment, VpcId: "vpc-2" },
      { ...attachment, TransitGatewayId: "tgw-2" },
    ])
      assert.deepEqual(
        passing({ TransitGatewayVpcAttachments: [other] }).slice(0, 2),
        ["nothing", "nothing"],
        JSON.stringify(other),
      );
  });

  it("that are not described are taken to lead around their VPC, and possibly anywhere", () => {
    const network = described(two({ SecurityGroups: open, RouteTables: [] }));
    assert.equal(between(network, "i-a", "i-b", "sure"), "everything");
    assert.equal(between(network, "i-a", "198.51.100.1", "maybe"), "everything");
    assert.equal(between(network, "i-a", "198.51.100.1", "sure"), "nothing");
  });

  it("lead outside, and in, by an internet gateway and a public address together", () => {
    const out = (target: object, more: object = {}) =>
      described(
        two({
          SecurityGroups: open,
          InternetGateways: [
            { InternetGatewayId: "igw-1", Attachments: [{ VpcId: "vpc-1", State: "available" }] },
          ],
          RouteTables: [table("rtb-1", "vpc-1", [local("10.0.0.0/16"), route("0.0.0.0/0", target)])],
          Instances: [
            instance("i-a", "subnet-1a", "10.0.0.10", ["sg-a"], { Association: { PublicIp: "52.0.0.1" } }),
            instance("i-b", "subnet-1b", "10.0.1.10", ["sg-b"]),
          ],
          ...more,
        }),
      );
    const network = out({ GatewayId: "igw-1" });
    const who = "198.51.100.1";
    assert.deepEqual(
      [between(network, "i-a", who, "sure"), between(network, who, "i-a", "sure")],
      ["everything", "everything"],
    );
    assert.deepEqual([between(network, "i-b", who), between(network, who, "i-b")], ["nothing", "nothing"]);
    const translated = out(
      { NatGatewayId: "nat-1" },
      {
        NatGateways: [
          {
            NatGatewayId: "nat-1",
            SubnetId: "subnet-1a",
            State: "available",
            ConnectivityType: "public",
            NatGatewayAddresses: [{ PublicIp: "52.0.0.9", PrivateIp: "10.0.0.9" }],
          },
        ],
      },
    );
    assert.equal(between(translated, who, "i-b"), "nothing");
    assert.equal(between(out({ State: "blackhole", GatewayId: "igw-1" }), "i-a", who), "nothing");
  });

  it("do not take a public address for a member of a group", () => {
    const gateway = route("0.0.0.0/0", { GatewayId: "igw-1" });
    const world = apart("10.1.0.0/16", {
      ...tables([gateway], [gateway]),
      SecurityGroups: [group("sg-a", [], [anywhere]), group("sg-b", [rule("tcp", "sg-a", 22)], [])],
      InternetGateways: [
        { InternetGatewayId: "igw-1", Attachments: [{ VpcId: "vpc-1" }, { VpcId: "vpc-2" }] },
      ],
      Instances: [
        instance("i-a", "subnet-1a", "10.0.0.10", ["sg-a"], { Association: { PublicIp: "52.0.0.1" } }),
        instance("i-b", "subnet-2b", "10.1.0.20", ["sg-b"], { Association: { PublicIp: "52.0.0.2" } }),
      ],
    });
    assert.equal(between(described(world), "i-a", "i-b"), "nothing");
    const byBlock = {
      SecurityGroups: [group("sg-a", [], [anywhere]), group("sg-b", [rule("tcp", "52.0.0.1/32", 22)], [])],
    };
    assert.equal(between(described({ ...world, ...byBlock }), "i-a", "i-b", "sure"), "tcp/22");
  });

  it("to a peer that nobody described reach only addresses of no VPC that is", () => {
    const foreign = { ...peering(), AccepterVpcInfo: { VpcId: "vpc-9" } };
    const network = described(
      apart("10.1.0.0/16", {
        VpcPeeringConnections: [foreign],
        ...tables([route("0.0.0.0/0", { VpcPeeringConnectionId: "pcx-1" })], []),
      }),
    );
    assert.equal(between(network, "i-a", "i-b"), "nothing");
    assert.equal(between(network, "i-a", "172.16.0.1"), "everything");
    assert.equal(between(network, "i-a", "172.16.0.1", "sure"), "nothing");
  });

  it("through a middlebox do not part two in one subnet for certain, nor join them", () => {
    const diverted = [local("10.0.0.0/16"), route("10.0.1.0/24", { NetworkInterfaceId: "eni-a" })];
    const network = described(
      two({ SecurityGroups: open, RouteTables: [table("rtb-1", "vpc-1", diverted)] }),
    );
    assert.equal(between(network, "i-b", "i-c", "maybe"), "everything");
    assert.equal(between(network, "i-b", "i-c", "sure"), "nothing");
    assert.equal(between(network, "i-a", "i-b", "maybe"), "nothing");
  });

  it("by a machine reach what it forwards only where its source/destination check is off", () => {
    const middle = (SourceDestCheck: boolean) =>
      described(
        apart("10.1.0.0/16", {
          VpcPeeringConnections: [peering()],
          ...tables([route("10.1.0.0/16", { NetworkInterfaceId: "eni-c" })], [back]),
          Subnets: [...apart("10.1.0.0/16").Subnets, subnet("subnet-1c", "vpc-1", "10.0.2.0/24")],
          Instances: [
            ...apart("10.1.0.0/16").Instances,
            instance("i-c", "subnet-1c", "10.0.2.10", ["sg-a"], { SourceDestCheck }),
          ],
        }),
      );
    assert.equal(between(middle(true), "i-a", "i-b"), "nothing");
    assert.equal(between(middle(false), "i-a", "i-b"), "everything");
    assert.equal(between(middle(false), "i-a", "i-b", "sure"), "nothing");
  });
});

describe("a machine whose source/destination check is off", () => {
  it("passes for any address of a block, and never for a member of a group", () => {
    const world = (into: Permission) =>
      described(
        two({
          SecurityGroups: [group("sg-a", [], [anywhere]), group("sg-b", [into], []), group("sg-c", [], [])],
          Instances: [
            instance("i-a", "subnet-1a", "10.0.0.10", ["sg-a"], { SourceDestCheck: false }),
            instance("i-b", "subnet-1b", "10.0.1.10", ["sg-b"]),
            instance("i-c", "subnet-1b", "10.0.1.99", ["sg-c"]),
          ],
        }),
      );
    const byBlock = world(rule("tcp", "10.0.1.99/32", 22));
    assert.equal(between(byBlock, "i-a", "i-b", "maybe"), "tcp/22");
    assert.equal(between(byBlock, "i-a", "i-b", "sure"), "nothing");
    assert.equal(between(world(rule("tcp", "sg-c", 22)), "i-a", "i-b", "maybe"), "nothing");
  });
});

describe("machines", () => {
  it("that are terminated are left out, and stopped ones are not, for they may start", () => {
    const state = (Name: string) => ({
      ...instance("i-a", "subnet-1a", "10.0.0.10", ["sg-a"]),
      State: { Name },
    });
    const endpoints = (name: string) =>
      described(two({ Instances: [state(name)] })).endpoints.map(({ id }) => id);
    assert.deepEqual(endpoints("terminated"), []);
    assert.deepEqual(endpoints("stopped"), ["i-a"]);
  });
});

describe("files that are not what aws ec2 describe-... prints", () => {
  const cases: readonly [string, string, RegExp | string][] = [
    [
      "not JSON",
      '{\n "Vpcs": [\n}',
      "a.json:3: this is not JSON; expected JSON, as aws ec2 describe-... --output json prints it",
    ],
    [
      "cut short",
      '{ "Vpcs": [',
      "a.json:1: this is not JSON; expected JSON, as aws ec2 describe-... --output json prints it",
    ],
    [
      "something else",
      '{ "Buckets": [] }',
      /^a\.json: it has only Buckets; expected the output of aws ec2 describe-\.\.\., an object with any of Vpcs, Subnets, /,
    ],
    ["a list", "[]", /^a\.json: it is a list; expected the output of/],
    ["a wrong type", '{ "Vpcs": [{ "VpcId": 7 }] }', "a.json: Vpcs[0].VpcId is 7; expected a string"],
    [
      "a missing id",
      '{ "Subnets": [{ "VpcId": "vpc-1" }] }',
      "a.json: Subnets[0] has no SubnetId; expected one",
    ],
    [
      "a wrong block",
      '{ "Vpcs": [{ "VpcId": "vpc-1", "CidrBlock": "10.0.0/8" }] }',
      'a.json: Vpcs[0].CidrBlock is "10.0.0/8"; expected a CIDR block, such as 10.0.0.0/16 or fd00::/64',
    ],
    [
      "a wrong protocol",
      '{ "SecurityGroups": [{ "GroupId": "sg-1", "IpPermissions": [{ "IpProtocol": "300" }] }] }',
      'a.json: SecurityGroups[0].IpPermissions[0].IpProtocol is "300"; expected tcp, udp, icmp, icmpv6, -1 for all, or a number from 0 to 255',
    ],
    [
      "a part of a list",
      '{ "Vpcs": [], "NextToken": "x" }',
      "a.json: it ends with NextToken and so is only a part of the list; expected the whole: run the command without --max-items and --no-paginate",
    ],
  ];
  for (const [name, text, expected] of cases)
    it(`are refused: ${name}`, () => {
      assert.throws(
        () => describedFacts([{ name: "a.json", text }]),
        (error) => {
          assert.ok(error instanceof UnreadableError);
          if (typeof expected === "string") assert.equal(error.message, expected);
          else assert.match(error.message, expected);
          return true;
        },
      );
    });
});
