import type { Resource } from "@pulumi/pulumi";
import type { Plan } from "../plan/index.ts";
import { groupsOf, planFirewall } from "./firewall.ts";
import { Firewall, Host, Network, Zone } from "./resources.ts";

export interface LabResources {
  readonly network: Network;
  /** By name. */
  readonly hosts: ReadonlyMap<string, Host>;
}

/** Makes a plan's network, zones, firewalls and hosts in a lab on this machine. */
export function createLab(plan: Plan, parent: Resource): LabResources {
  const hosts = new Map<string, Host>();
  const network = new Network(
    plan.environment,
    { name: plan.environment, cidr: plan.network.cidr },
    { parent },
  );
  // With the network everything in it ends, so that a teardown is one step.
  const within = (owner: Resource) => ({ parent: owner, deletedWith: network });
  for (const { name, subnets } of plan.zones) {
    const [subnet] = subnets;
    if (subnet === undefined) throw new RangeError(`the zone ${name} has no block`);
    const zone = new Zone(name, { network: network.id, name, cidr: subnet.cidr }, within(network));
    new Firewall(name, { zone: zone.id, ...planFirewall(plan, name) }, within(zone));
    for (const host of plan.hosts.filter((candidate) => candidate.zone === name))
      hosts.set(
        host.name,
        new Host(
          host.name,
          { zone: zone.id, name: host.name, address: host.address, groups: groupsOf(host) },
          within(zone),
        ),
      );
  }
  return { network, hosts };
}
