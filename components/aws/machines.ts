import * as pulumi from "@pulumi/pulumi";
import { Instance } from "@pulumi/aws/ec2/instance.js";
import { LaunchTemplate } from "@pulumi/aws/ec2/launchTemplate.js";
import { groupsOf, type AwsSpec, type Host, type Plan } from "../plan/index.ts";
import { definitionOf, definitionTag, templateOf, type Pool } from "./definition.ts";
import type { MachineRole } from "./machineRole.ts";
import type { Network } from "./network.ts";
import type { SecurityGroups } from "./securityGroups.ts";
import { clusterTags, environmentTag, tagsOf, type Tags } from "./tags.ts";

export interface MachinesArgs {
  readonly plan: Plan;
  readonly aws: AwsSpec;
  /** Plain, not an input: each of its hosts is a resource. */
  readonly pool: Pool;
  readonly role: MachineRole;
  readonly network: Network;
  readonly groups: SecurityGroups;
  /** Machines that stay as they are, whatever their pool has become. */
  readonly held: ReadonlySet<string>;
}

/** The machines of one pool, each with the address that the plan gives it. */
export class Machines extends pulumi.ComponentResource {
  readonly instances: ReadonlyMap<string, Instance>;

  constructor(name: string, args: MachinesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("bulkhead:aws:Machines", name, {}, opts);
    const { plan, aws, pool, role, network, groups, held } = args;
    const template = new LaunchTemplate(
      name,
      {
        name: `${plan.environment}-${name}`,
        updateDefaultVersion: true,
        ...templateOf(aws, pool),
        iamInstanceProfile: { arn: role.profileArn },
        // Deployers may change the groups of interfaces that carry it. An environment's name never changes; nothing that
        // may change without the machines is in a template, since each change is a new version.
        tagSpecifications: [
          { resourceType: "network-interface", tags: { [environmentTag]: plan.environment } },
        ],
        tags: tagsOf(plan, name),
      },
      { parent: this },
    );
    this.instances = new Map(
      pool.hosts.map((host) => {
        const tags = tagsOf(plan, host.name, hostTags(plan, host));
        const instance = new Instance(
          host.name,
          {
            launchTemplate: { id: template.id, version: template.latestVersion.apply(String) },
            subnetId: network.subnetOf(host.zone, host.availabilityZone),
            privateIp: host.address,
            associatePublicIpAddress: false,
            vpcSecurityGroupIds: groupsOf(host, plan).map((group) => groups.id(group)),
            // The overlay's outer packets carry the machines' own addresses, so it can stay on.
            sourceDestCheck: true,
            tags: { ...tags, ...clusterTags(plan), [definitionTag]: definitionOf(aws, pool, host) },
            volumeTags: tags,
          },
          {
            parent: this,
            // Its address is free only once the old one is gone.
            deleteBeforeReplace: true,
            replaceOnChanges: ["launchTemplate"],
            ...(held.has(host.name) ? { ignoreChanges: heldProperties } : {}),
          },
        );
        return [host.name, instance] as const;
      }),
    );
    this.registerOutputs();
  }
}

/** All that would replace a machine, and what tells what it is. */
const heldProperties = ["launchTemplate", "subnetId", "privateIp", `tags["${definitionTag}"]`];

function hostTags({ zones, collections }: Plan, { zone, role, collection }: Host): Tags {
  const { group, owner } = collections.find(({ name }) => name === collection) ?? {};
  const tier = zones.find(({ name }) => name === zone)?.tier;
  const tags = { role, zone, collection, group, owner, tier };
  return Object.fromEntries(
    Object.entries(tags).flatMap(([key, value]) => (value === undefined ? [] : [[`bulkhead:${key}`, value]])),
  );
}
