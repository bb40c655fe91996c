import assert from "node:assert/strict";
import type { Plan } from "../../../../components/plan/index.ts";
import type { Resource, Value } from "../../../../components/proof/resource/index.ts";
import { findings } from "../judge/judged.ts";
import { Edited, judgedAws, planOf, requested } from "./target.ts";

interface Mutation {
  readonly title: string;
  readonly edit: (all: Edited) => unknown;
  readonly kind?: "missing";
  readonly id: string;
  readonly message: string;
  readonly witness: string;
  /** What is among the rules or resources that let it. */
  readonly because?: string;
}

const ssh = { ipProtocol: "tcp", fromPort: 22, toPort: 22 };
const https = { ipProtocol: "tcp", fromPort: 443, toPort: 443 };
const text = (userData: string) => ({ userData: Buffer.from(userData).toString("base64") });

const mutations: readonly Mutation[] = [
  {
    title: "IP protocol 4 is shut from workers to managers",
    edit: (all) => all.shut("Ingress", "manager", "worker", "4"),
    kind: "missing",
    id: "machines/billing/manager",
    message:
      "billing cannot be sure to reach manager on ip/4, which is needed: pods' packets between nodes (IP-in-IP)",
    witness: "billing-1 (10.18.4.32) -> manager-1 (10.18.0.32), ip/4",
    because: "security groups manager, zone-management: no rule lets it in",
  },
  {
    title: "a machine is in another zone's group",
    edit: (all) =>
      all.set("Instance", "billing-1", {
        vpcSecurityGroupIds: [all.id("SecurityGroup", "worker"), all.id("SecurityGroup", "zone-claims")],
      }),
    id: "machines/billing/claims",
    message: "billing can reach claims on everything, which no flow allows",
    witness: "billing-1 (10.18.4.32) -> claims-1 (10.18.8.32), tcp/1",
    because: "zone-claims from zone-claims all: ingress from zone-claims",
  },
  {
    title: "workers are open to everybody",
    edit: (all) => all.rule("Ingress", "worker", "0.0.0.0/0", ssh),
    id: "machines/outside:elsewhere/billing",
    message: "elsewhere can reach billing on tcp/22, which no flow allows",
    witness: "0.0.0.0 -> billing-1 (10.18.4.32), tcp/22",
    because: "by hand: ingress from 0.0.0.0/0",
  },
  {
    title: "two zones are opened to each other by hand",
    edit: (all) =>
      all.rule("Ingress", "zone-claims", "zone-billing").rule("Egress", "zone-billing", "zone-claims"),
    id: "machines/billing/claims",
    message: "billing can reach claims on everything, which no flow allows",
    witness: "billing-1 (10.18.4.32) -> claims-1 (10.18.8.32), tcp/1",
    because: "by hand: ingress from zone-billing",
  },
  {
    title: "load balancers are open to everybody",
    edit: (all) => all.rule("Ingress", "load-balancer", "0.0.0.0/0", https),
    id: "machines/outside:elsewhere/load-balancer",
    message: "elsewhere can reach load-balancer on tcp/443, which no flow allows",
    witness: "0.0.0.0 -> managers (10.18.0.4), tcp/443",
    because: "by hand: ingress from 0.0.0.0/0",
  },
  {
    title: "the default group is opened, and worn",
    edit: (all) => {
      const open = { protocol: "-1", fromPort: 0, toPort: 0 };
      all.set("DefaultSecurityGroup", "network", {
        ingress: [{ ...open, self: true }],
        egress: [{ ...open, cidrBlocks: ["0.0.0.0/0"] }],
      });
      for (const name of ["billing-1", "claims-1"]) {
        const own = all.get("Instance", name).inputs["vpcSecurityGroupIds"] as readonly Value[];
        all.set("Instance", name, {
          vpcSecurityGroupIds: [...own, all.id("DefaultSecurityGroup", "network")],
        });
      }
    },
    id: "machines/billing/claims",
    message: "billing can reach claims on everything, which no flow allows",
    witness: "billing-1 (10.18.4.32) -> claims-1 (10.18.8.32), tcp/1",
    because: "network: ingress from default security group of network",
  },
  {
    title: "workers may send everything everywhere",
    edit: (all) => all.rule("Egress", "worker", "0.0.0.0/0"),
    id: "machines/billing/outside:front_door",
    message: "billing can reach front door on everything, which no flow allows",
    witness: "billing-1 (10.18.4.32) -> 10.0.0.0, tcp/1",
    because: "by hand: egress to 0.0.0.0/0",
  },
  {
    title: "a worker has a public address",
    edit: (all) => all.set("Instance", "billing-1", { associatePublicIpAddress: true }),
    id: "machines/public-address:billing-1",
    message: "there is a public address of the instance billing-1, which the stack file does not ask for",
    witness: "a public address of the instance billing-1",
  },
  {
    title: "an internal load balancer gets public addresses",
    edit: (all) => all.set("LoadBalancer", "managers", { internal: false }),
    id: "machines/public-address:managers",
    message: "there is a public address of the load balancer managers, which the stack file does not ask for",
    witness: "a public address of the load balancer managers",
  },
  {
    title: "an internet gateway is attached",
    edit: (all) =>
      all.add("aws:ec2/internetGateway:InternetGateway", "by hand", { vpcId: all.id("Vpc", "network") }),
    id: "machines/internet:network",
    message: "there is the internet gateway of network, which the stack file does not ask for",
    witness: "the internet gateway of network",
  },
  {
    title: "the network is peered with another",
    edit: (all) =>
      all.add("aws:ec2/vpcPeeringConnection:VpcPeeringConnection", "by hand", {
        vpcId: all.id("Vpc", "network"),
        peerVpcId: "vpc-0123456789abcdef0",
        autoAccept: true,
      }),
    id: "machines/network:by hand",
    message: "there is peering by hand, which the stack file does not ask for",
    witness: "peering by hand",
  },
  {
    title: "the network is attached to a second transit gateway",
    edit: (all) =>
      all.add("aws:ec2transitgateway/vpcAttachment:VpcAttachment", "by hand", {
        vpcId: all.id("Vpc", "network"),
        transitGatewayId: "tgw-0fedcba9876543210",
        subnetIds: [all.id("Subnet", "billing-a")],
      }),
    id: "machines/network:tgw-0fedcba9876543210",
    message: "there is a way from network to tgw-0fedcba9876543210, which the stack file does not ask for",
    witness: "a way from network to tgw-0fedcba9876543210",
    because: "by hand connects it to others",
  },
  {
    title: "a load balancer passes on to a worker",
    edit: (all) =>
      all.add("aws:lb/targetGroupAttachment:TargetGroupAttachment", "by hand", {
        targetGroupArn: all.id("TargetGroup", "managers-443"),
        targetId: "10.18.4.32",
        port: 22,
      }),
    id: "machines/load-balancer:managers/billing",
    message:
      "whoever reaches the load balancer managers on tcp/443 is passed on to billing, which nothing asks for",
    witness: "managers, tcp/443 -> billing-1 (10.18.4.32), port 22",
    because: "TargetGroupAttachment by hand",
  },
  {
    title: "a load balancer listens on a further port",
    edit: (all) =>
      all.add("aws:lb/listener:Listener", "by hand", {
        loadBalancerArn: all.id("LoadBalancer", "registry"),
        port: 6443,
        protocol: "TCP",
        defaultActions: [{ type: "forward", targetGroupArn: all.id("TargetGroup", "managers-6443") }],
      }),
    id: "machines/load-balancer:registry/manager",
    message:
      "whoever reaches the load balancer registry on tcp/6443 is passed on to manager, which nothing asks for",
    witness: "registry, tcp/6443 -> manager-1 (10.18.0.32), port 6443",
    because: "Listener by hand",
  },
  {
    title: "a load balancer passes on to another port of a manager",
    edit: (all) => all.set("TargetGroupAttachment", "manager-2-443", { port: 2376 }),
    id: "machines/load-balancer:managers/manager",
    message:
      "whoever reaches the load balancer managers on tcp/443 is passed on to manager, which nothing asks for",
    witness: "managers, tcp/443 -> manager-2 (10.18.1.33), port 2376",
    because: "TargetGroupAttachment manager-2-443",
  },
  {
    title: "a load balancer passes on to not all managers",
    edit: (all) => all.drop("TargetGroupAttachment", "manager-2-443"),
    kind: "missing",
    id: "machines/load-balancer:managers/manager",
    message: "the load balancer managers does not pass tcp/443 on to manager-2",
    witness: "managers, tcp/443 -> manager-2 (10.18.1.33)",
  },
  {
    title: "a load balancer is not there",
    edit: (all) => all.drop("LoadBalancer", "registry"),
    kind: "missing",
    id: "machines/load-balancer:registry",
    message: "the load balancer registry, which the stack file asks for, is not there",
    witness: "registry",
  },
  {
    title: "an endpoint is not there",
    edit: (all) => all.drop("VpcEndpoint", "ssm"),
    kind: "missing",
    id: "machines/endpoint:ssm",
    message: "the endpoint ssm, which the stack file asks for, is not there",
    witness: "ssm",
  },
  {
    title: "the user data of managers have no host firewall",
    edit: (all) => all.set("LaunchTemplate", "manager", text("#cloud-config\nruncmd: []\n")),
    id: "tunnels/billing/claims",
    message: "billing can reach machines and pods of claims through the overlay of manager-1",
    witness:
      "billing-1 (10.18.4.32) sends a packet for claims-1 inside another (ip/4, udp/4789) to manager-1 (10.18.0.32), which takes it out and sends it on (ip/4, udp/4789)",
    because: "nothing shows that it does not forward packets from one tunnel into another",
  },
  {
    title: "a manager has user data of its own",
    edit: (all) => all.set("Instance", "manager-2", { userData: "#!/bin/sh\n" }),
    id: "tunnels/billing/claims",
    message: "billing can reach machines and pods of claims through the overlay of manager-2",
    witness:
      "billing-1 (10.18.4.32) sends a packet for claims-1 inside another (ip/4, udp/4789) to manager-2 (10.18.1.33), which takes it out and sends it on (ip/4, udp/4789)",
  },
  {
    title: "a machine's source/destination check is off",
    edit: (all) => all.set("Instance", "billing-1", { sourceDestCheck: false }),
    id: "machines/any-address:billing-1",
    message:
      "billing-1 can send with any address: the source/destination check of the instance billing-1, which is off",
    witness: "the source/destination check of the instance billing-1, which is off",
  },
];

describe("an environment on AWS does not hold where", function () {
  this.timeout(60_000);
  let planned: Plan;
  let asked: readonly Resource[];
  before(async () => {
    planned = await planOf("test");
    asked = await requested(planned);
  });

  for (const { title, edit, kind = "leaks", id, message, witness, because } of mutations)
    it(title, async () => {
      const resources = new Edited(asked);
      edit(resources);
      const statement = await judgedAws(planned, resources.all);
      const finding = statement[kind].find((one) => one.id === id);
      assert.ok(finding !== undefined, `${id} is not among\n${findings(statement).join("\n")}`);
      assert.equal(finding.message, message);
      assert.equal(finding.witness, witness);
      const texts = finding.because.map((one) => one.text);
      if (because !== undefined) assert.ok(texts.includes(because), texts.join("\n"));
    });

  it("two zones are opened, and not yet where one end of the two stays shut", async () => {
    for (const resources of [
      new Edited(asked).rule("Ingress", "zone-claims", "zone-billing", https),
      new Edited(asked).rule("Egress", "zone-billing", "zone-claims", https),
    ])
      assert.deepEqual(findings(await judgedAws(planned, resources.all)), []);
  });
});
