import * as pulumi from "@pulumi/pulumi";
import { Listener } from "@pulumi/aws/lb/listener.js";
import { LoadBalancer } from "@pulumi/aws/lb/loadBalancer.js";
import { TargetGroup } from "@pulumi/aws/lb/targetGroup.js";
import { TargetGroupAttachment } from "@pulumi/aws/lb/targetGroupAttachment.js";
import type { AwsSpec, Engine, LoadBalancer as Planned, Plan } from "../plan/index.ts";
import type { Network } from "./network.ts";
import type { SecurityGroups } from "./securityGroups.ts";
import { tagsOf } from "./tags.ts";

export interface FrontDoorArgs {
  readonly plan: Plan;
  readonly aws: AwsSpec;
  /** Plain, not an input: its ports decide which resources there are. */
  readonly door: Planned;
  readonly network: Network;
  readonly groups: SecurityGroups;
}

/** A network load balancer: it passes TCP on as it is, since TLS with client certificates has to end at the machine. */
export class FrontDoor extends pulumi.ComponentResource {
  /** The name under which people reach it. */
  readonly dnsName: pulumi.Output<string>;

  constructor(name: string, args: FrontDoorArgs, opts?: pulumi.ComponentResourceOptions) {
    super("bulkhead:aws:FrontDoor", name, {}, opts);
    const { plan, aws, door, network, groups } = args;
    const balancer = new LoadBalancer(
      name,
      {
        name: `${plan.environment}-${name}`,
        loadBalancerType: "network",
        internal: aws.loadBalancers === "internal",
        securityGroups: [groups.id("load-balancer")],
        subnetMappings: door.places.map(({ subnet, address }) => ({
          subnetId: network.subnetId(subnet),
          ...(address === undefined ? {} : { privateIpv4Address: address }),
        })),
        // Else an availability zone whose one manager is being replaced would answer nobody.
        enableCrossZoneLoadBalancing: true,
        tags: tagsOf(plan, name),
      },
      { parent: this },
    );
    this.dnsName = balancer.dnsName;
    const machines = plan.hosts.filter(({ role }) => role === door.role);
    for (const port of door.ports) {
      const group = new TargetGroup(
        `${name}-${port}`,
        {
          name: `${plan.environment}-${name}-${port}`,
          vpcId: network.vpcId,
          port,
          protocol: "TCP",
          // By address, which a machine keeps when it is replaced.
          targetType: "ip",
          // Audit logs of the engine have people's own addresses.
          preserveClientIp: "true",
          healthCheck: healthCheck(plan.engine, port),
          tags: tagsOf(plan, `${name}-${port}`),
        },
        { parent: this },
      );
      new Listener(
        `${name}-${port}`,
        {
          loadBalancerArn: balancer.arn,
          port,
          protocol: "TCP",
          defaultActions: [{ type: "forward", targetGroupArn: group.arn }],
          tags: tagsOf(plan, `${name}-${port}`),
        },
        { parent: this },
      );
      for (const { name: machine, address } of machines)
        new TargetGroupAttachment(
          `${machine}-${port}`,
          { targetGroupArn: group.arn, targetId: address, port },
          { parent: this },
        );
    }
    this.registerOutputs({ dnsName: this.dnsName });
  }
}

/**
 * MKE's managers and its registry answer `/_ping` on 443 to whoever asks
 * (docker/docs: ee/ucp/admin/configure/join-nodes/use-a-load-balancer.md, ee/dtr/admin/configure/use-a-load-balancer.md).
 */
const healthCheck = (engine: Engine, port: number) =>
  engine === "mke" && port === 443
    ? { protocol: "HTTPS", path: "/_ping", port: "traffic-port", matcher: "200" }
    : { protocol: "TCP", port: "traffic-port" };
