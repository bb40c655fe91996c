import type { ComponentResourceOptions, Input } from "@pulumi/pulumi";
import { ComponentResource } from "@pulumi/pulumi";
import { Record } from "@pulumi/aws/route53/record.js";
import { Zone } from "@pulumi/aws/route53/zone.js";
import type { Plan } from "../plan/index.ts";
import { tagsOf } from "./tags.ts";

/** The domain that is known inside an environment's network alone. */
export const domainOf = ({ environment }: Pick<Plan, "environment">): string =>
  `${environment}.bulkhead.internal`;

/** Seconds after which machines ask again, so that a replaced manager is found. */
const timeToLive = 60;

export interface PrivateNamesArgs {
  /** Plain, not an input: which records there are depends on it. */
  readonly plan: Plan;
  readonly vpcId: Input<string>;
}

/** Names by which machines find managers and the registry, without a load balancer in between. */
export class PrivateNames extends ComponentResource {
  constructor(name: string, { plan, vpcId }: PrivateNamesArgs, opts?: ComponentResourceOptions) {
    super("bulkhead:aws:PrivateNames", name, {}, opts);
    const zone = new Zone(
      name,
      {
        name: domainOf(plan),
        comment: `Bulkhead: machines of ${plan.environment}`,
        vpcs: [{ vpcId }],
        forceDestroy: true,
        tags: tagsOf(plan, name),
      },
      { parent: this },
    );
    for (const [label, role] of [
      ["managers", "manager"],
      ["registry", "registry"],
    ] as const) {
      const records = plan.hosts.filter((host) => host.role === role).map(({ address }) => address);
      if (records.length === 0) continue;
      new Record(
        label,
        { zoneId: zone.zoneId, name: `${label}.${domainOf(plan)}`, type: "A", ttl: timeToLive, records },
        { parent: this },
      );
    }
    this.registerOutputs();
  }
}
