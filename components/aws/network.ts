import * as pulumi from "@pulumi/pulumi";
import { DefaultSecurityGroup } from "@pulumi/aws/ec2/defaultSecurityGroup.js";
import { Eip } from "@pulumi/aws/ec2/eip.js";
import { InternetGateway } from "@pulumi/aws/ec2/internetGateway.js";
import { NatGateway } from "@pulumi/aws/ec2/natGateway.js";
import { Route } from "@pulumi/aws/ec2/route.js";
import { RouteTable } from "@pulumi/aws/ec2/routeTable.js";
import { RouteTableAssociation } from "@pulumi/aws/ec2/routeTableAssociation.js";
import { Subnet } from "@pulumi/aws/ec2/subnet.js";
import { Vpc } from "@pulumi/aws/ec2/vpc.js";
import { VpcAttachment } from "@pulumi/aws/ec2transitgateway/vpcAttachment.js";
import type { AwsSpec, Plan, Subnet as PlannedSubnet } from "../plan/index.ts";
import { FlowLogs } from "./flowLogs.ts";
import { clusterTags, tagsOf } from "./tags.ts";

export interface NetworkArgs {
  /** Plain, not an input: which subnets and routes there are depends on it. */
  readonly plan: Plan;
  readonly aws: AwsSpec;
}

/**
 * Where an environment's machines stand: a VPC with each zone's subnets and the ways out, or one that exists already,
 * of which nothing is changed.
 */
export class Network extends pulumi.ComponentResource {
  readonly vpcId: pulumi.Output<string>;
  readonly #plan: Plan;
  readonly #aws: AwsSpec;
  readonly #subnets = new Map<string, pulumi.Output<string>>();

  constructor(name: string, { plan, aws }: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("bulkhead:aws:Network", name, {}, opts);
    this.#plan = plan;
    this.#aws = aws;
    const { existingId, cidr } = plan.network;
    if (existingId !== undefined) {
      this.vpcId = pulumi.output(existingId);
      for (const { id, cidr: block } of plan.zones.flatMap(({ subnets }) => subnets))
        this.#subnets.set(block, pulumi.output(id ?? ""));
      this.registerOutputs();
      return;
    }
    const vpc = new Vpc(
      name,
      {
        cidrBlock: cidr,
        // Endpoints and the private zone are found by names that only the VPC's own resolver knows.
        enableDnsSupport: true,
        enableDnsHostnames: true,
        tags: tagsOf(plan, name, clusterTags(plan)),
      },
      { parent: this },
    );
    this.vpcId = vpc.id;
    // AWS gives each VPC one in which all may talk to all; without rules it is of no use to anybody.
    new DefaultSecurityGroup(
      name,
      { vpcId: vpc.id, ingress: [], egress: [], tags: tagsOf(plan, "default") },
      { parent: this },
    );
    const tables = this.#routes(vpc);
    for (const { name: zone, subnets } of plan.zones)
      for (const subnet of subnets)
        this.#subnet(`${zone}-${letterOf(subnet)}`, subnet, tables.get(letterOf(subnet)));
    new FlowLogs("flow-logs", { plan, aws, vpcId: vpc.id }, { parent: this });
    this.registerOutputs();
  }

  /** The id of a subnet of the plan's. */
  subnetId({ cidr }: Pick<PlannedSubnet, "cidr">): pulumi.Output<string> {
    const id = this.#subnets.get(cidr);
    if (id === undefined) throw new RangeError(`there is no subnet ${cidr}`);
    return id;
  }

  /** The subnet of a zone in an availability zone, by its letter. */
  subnetOf(zone: string, letter: string): pulumi.Output<string> {
    const subnets = this.#plan.zones.find(({ name }) => name === zone)?.subnets ?? [];
    const found = subnets.find(({ availabilityZone }) => availabilityZone === letter);
    if (found === undefined) throw new RangeError(`zone "${zone}" has no subnet in ${letter}`);
    return this.subnetId(found);
  }

  /** Each availability zone's own way out, so that the loss of one does not cut off the others; by its letter. */
  #routes(vpc: Vpc): ReadonlyMap<string, RouteTable> {
    const { network } = this.#plan;
    const gateways = this.#internet(vpc);
    const tables = new Map(
      network.availabilityZones.map((letter) => [letter, this.#table(`routes-${letter}`, vpc)] as const),
    );
    const { transitGateway } = this.#aws;
    const attachment = transitGateway === undefined ? undefined : this.#transit(vpc, transitGateway.id);
    for (const [letter, { id: routeTableId }] of tables) {
      const nat = gateways.get(letter);
      if (nat !== undefined)
        this.#route(`${letter} to 0.0.0.0/0`, {
          routeTableId,
          destinationCidrBlock: anywhere,
          natGatewayId: nat.id,
        });
      if (attachment !== undefined)
        for (const block of transitGateway?.blocks ?? [])
          this.#route(`${letter} to ${block}`, {
            routeTableId,
            destinationCidrBlock: block,
            // Its own output, so that the route waits for it.
            transitGatewayId: attachment.transitGatewayId,
          });
    }
    return tables;
  }

  /** What an internet gateway leads to; gives the NAT gateways by the letters of their availability zones. */
  #internet(vpc: Vpc): ReadonlyMap<string, NatGateway> {
    const { edge } = this.#plan.network;
    const gateways = new Map<string, NatGateway>();
    if (edge.internet.length === 0) return gateways;
    const internet = new InternetGateway(
      "edge",
      { vpcId: vpc.id, tags: tagsOf(this.#plan, "edge") },
      { parent: this },
    );
    const table = this.#table("routes-edge", vpc);
    this.#route("edge to 0.0.0.0/0", {
      routeTableId: table.id,
      destinationCidrBlock: anywhere,
      gatewayId: internet.id,
    });
    for (const subnet of edge.internet) {
      const letter = letterOf(subnet);
      const { id: subnetId } = this.#subnet(`edge-${letter}`, subnet, table);
      if (this.#aws.egress !== "nat") continue;
      const address = new Eip(
        `nat-${letter}`,
        { domain: "vpc", tags: tagsOf(this.#plan, `nat-${letter}`) },
        // AWS refuses public addresses in a VPC that has no way to the internet.
        { parent: this, dependsOn: internet },
      );
      gateways.set(
        letter,
        new NatGateway(
          `nat-${letter}`,
          { subnetId, allocationId: address.allocationId, tags: tagsOf(this.#plan, `nat-${letter}`) },
          { parent: this, dependsOn: internet },
        ),
      );
    }
    return gateways;
  }

  /** Its interfaces stand in subnets of their own, where they take no machine's address. */
  #transit(vpc: Vpc, transitGatewayId: string): VpcAttachment {
    const plan = this.#plan;
    const table = this.#table("routes-transit", vpc);
    const subnetIds = plan.network.edge.transit.map(
      (subnet) => this.#subnet(`transit-${letterOf(subnet)}`, subnet, table).id,
    );
    return new VpcAttachment(
      "transit",
      { transitGatewayId, vpcId: vpc.id, subnetIds, tags: tagsOf(plan, "transit") },
      { parent: this },
    );
  }

  readonly #table = (name: string, vpc: Vpc): RouteTable =>
    new RouteTable(name, { vpcId: vpc.id, tags: tagsOf(this.#plan, name) }, { parent: this });

  readonly #route = (name: string, args: ConstructorParameters<typeof Route>[1]): Route =>
    new Route(name, args, { parent: this });

  #subnet(
    name: string,
    { cidr, availabilityZone = "" }: PlannedSubnet,
    table: RouteTable | undefined,
  ): Subnet {
    const subnet = new Subnet(
      name,
      {
        vpcId: this.vpcId,
        cidrBlock: cidr,
        availabilityZone: `${this.#aws.region}${availabilityZone}`,
        mapPublicIpOnLaunch: false,
        tags: tagsOf(this.#plan, name, clusterTags(this.#plan)),
      },
      { parent: this },
    );
    this.#subnets.set(cidr, subnet.id);
    if (table !== undefined)
      new RouteTableAssociation(name, { subnetId: subnet.id, routeTableId: table.id }, { parent: this });
    return subnet;
  }
}

const anywhere = "0.0.0.0/0";
const letterOf = ({ availabilityZone = "" }: PlannedSubnet): string => availabilityZone;
