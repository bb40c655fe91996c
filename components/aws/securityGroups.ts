import * as pulumi from "@pulumi/pulumi";
import { SecurityGroup } from "@pulumi/aws/ec2/securityGroup.js";
import { SecurityGroupEgressRule } from "@pulumi/aws/vpc/securityGroupEgressRule.js";
import { SecurityGroupIngressRule } from "@pulumi/aws/vpc/securityGroupIngressRule.js";
import { planGroups, type GroupRule, type Plan, type Traffic } from "../plan/index.ts";
import { describe } from "./description.ts";
import { clusterTags, tagsOf } from "./tags.ts";

export interface SecurityGroupsArgs {
  /** Plain, not an input: which groups and rules there are depends on it. */
  readonly plan: Plan;
  readonly vpcId: pulumi.Input<string>;
}

/** An environment's firewall: groups first, then each of their rules by itself, so that groups may name each other. */
export class SecurityGroups extends pulumi.ComponentResource {
  readonly ids: ReadonlyMap<string, pulumi.Output<string>>;

  constructor(name: string, { plan, vpcId }: SecurityGroupsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("bulkhead:aws:SecurityGroups", name, {}, opts);
    const planned = planGroups(plan);
    const roles = new Set<string>(plan.hosts.map(({ role }) => role));
    const groups = new Map(
      planned.map((group) => [
        group.name,
        new SecurityGroup(
          group.name,
          {
            vpcId,
            name: `${plan.environment}-${group.name}`,
            description: describe(group.what),
            // A rule that somebody added by hand must not keep the group from being deleted.
            revokeRulesOnDelete: true,
            tags: tagsOf(plan, group.name, roles.has(group.name) ? clusterTags(plan) : {}),
          },
          { parent: this },
        ),
      ]),
    );
    this.ids = new Map([...groups].map(([key, group]) => [key, group.id]));
    for (const { name: own, ingress, egress } of planned) {
      const common = (rule: GroupRule) => ({
        securityGroupId: this.id(own),
        description: describe(rule.why),
        ...trafficOf(rule.traffic),
        ...(rule.peer.kind === "group"
          ? { referencedSecurityGroupId: this.id(rule.peer.group) }
          : { cidrIpv4: rule.peer.cidr }),
        tags: tagsOf(plan, own),
      });
      for (const rule of ingress)
        new SecurityGroupIngressRule(`${own} from ${rule.id}`, common(rule), { parent: this });
      for (const rule of egress)
        new SecurityGroupEgressRule(`${own} to ${rule.id}`, common(rule), { parent: this });
    }
    this.registerOutputs();
  }

  /** The id of a group that the plan has. */
  id(name: string): pulumi.Output<string> {
    const id = this.ids.get(name);
    if (id === undefined) throw new RangeError(`there is no security group "${name}"`);
    return id;
  }
}

/**
 * IP protocols go by their number; with any but TCP, UDP and ICMP ports have no meaning
 * (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html).
 */
function trafficOf(traffic: Traffic | undefined): { ipProtocol: string; fromPort?: number; toPort?: number } {
  if (traffic === undefined) return { ipProtocol: "-1" };
  if (traffic.kind === "ports")
    return { ipProtocol: traffic.protocol, fromPort: traffic.from, toPort: traffic.to };
  return traffic.number === 1
    ? { ipProtocol: "icmp", fromPort: -1, toPort: -1 }
    : { ipProtocol: String(traffic.number) };
}
