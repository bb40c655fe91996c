import type { Output, Resource } from "@pulumi/pulumi";
import { Provider } from "@pulumi/aws/provider.js";
import type { Plan } from "../plan/index.ts";
import { planPools } from "./definition.ts";
import { Endpoints } from "./endpoints.ts";
import { FrontDoor } from "./frontDoor.ts";
import { MachineRole } from "./machineRole.ts";
import { Machines } from "./machines.ts";
import { Network } from "./network.ts";
import { PrivateNames } from "./privateNames.ts";
import { SecurityGroups } from "./securityGroups.ts";

export interface AwsTarget {
  /** The names under which people reach each load balancer. */
  readonly frontDoors: Readonly<Record<string, Output<string>>>;
}

/** Asks for an environment's network and machines on AWS; machines in `held` stay as they are. */
export function createAws(
  plan: Plan,
  environment: Resource,
  held: ReadonlySet<string> = new Set(),
): AwsTarget {
  const { aws } = plan;
  if (aws === undefined) throw new RangeError(`${plan.environment} has no target AWS`);
  const provider = new Provider(
    "aws",
    { region: aws.region, allowedAccountIds: [aws.account] },
    { parent: environment },
  );
  const opts = { parent: environment, providers: { aws: provider } };
  const network = new Network("network", { plan, aws }, opts);
  const groups = new SecurityGroups("firewall", { plan, vpcId: network.vpcId }, opts);
  const shared = { plan, aws, network, groups };
  new Endpoints("endpoints", shared, opts);
  new PrivateNames("names", { plan, vpcId: network.vpcId }, opts);
  const roles = new Map(
    [...new Set(plan.hosts.map(({ role }) => role))].map((role) => [
      role,
      new MachineRole(role, { plan, aws, role }, opts),
    ]),
  );
  for (const pool of planPools(plan, aws)) {
    const role = roles.get(pool.hosts[0]?.role ?? "worker");
    if (role !== undefined) new Machines(pool.name, { ...shared, pool, role, held }, opts);
  }
  const doors = plan.appliances
    .filter((appliance) => appliance.kind === "load-balancer")
    .map((door) => [door.name, new FrontDoor(door.name, { ...shared, door }, opts).dnsName] as const);
  return { frontDoors: Object.fromEntries(doors) };
}
