import type { EC2ClientConfig } from "@aws-sdk/client-ec2";
import { simulatedCloud } from "../../offline/aws/simulation.ts";
import type { Machine, Target } from "./there.ts";

/** Tells what is not yet well with machines, a line for each; nothing where all is. */
export type Examine = (machines: readonly Machine[]) => Promise<string[]>;

/** Asks AWS itself, with the account that its SDK finds as the plugin aws does. */
export function examineOnAws(
  region: string,
  env: NodeJS.ProcessEnv,
  { targets }: { readonly targets: boolean },
): Examine {
  const simulated = simulatedCloud(env);
  const options: EC2ClientConfig = {
    region,
    ...(simulated === undefined
      ? {}
      : {
          endpoint: simulated,
          credentials: { accessKeyId: "simulated", secretAccessKey: "simulated" },
        }),
  };
  return async (machines) => {
    const statuses = await statusProblems(machines, options);
    return [...statuses, ...(targets ? await targetProblems(machines, options) : [])];
  };
}

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitoring-system-instance-status-check.html */
async function statusProblems(machines: readonly Machine[], options: EC2ClientConfig): Promise<string[]> {
  if (machines.length === 0) return [];
  const { EC2 } = await import("@aws-sdk/client-ec2");
  const ec2 = new EC2(options);
  try {
    const { InstanceStatuses = [] } = await ec2.describeInstanceStatus({
      InstanceIds: machines.map(({ id }) => id),
      IncludeAllInstances: true,
    });
    return machines.flatMap(({ name, id }) => {
      const found = InstanceStatuses.find(({ InstanceId }) => InstanceId === id);
      const state = found?.InstanceState?.Name ?? "not known to AWS";
      if (state !== "running") return [`${name} is ${state}`];
      const checks = { instance: found?.InstanceStatus?.Status, system: found?.SystemStatus?.Status };
      return Object.entries(checks)
        .filter(([, status]) => status !== "ok")
        .map(([check, status = "not there yet"]) => `${name}'s ${check} check is ${status}`);
    });
  } catch (error) {
    // AWS forgets an instance about an hour after it was terminated.
    if (error instanceof Error && error.name === "InvalidInstanceID.NotFound") return [error.message];
    throw error;
  } finally {
    ec2.destroy();
  }
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/network/target-group-health-checks.html */
async function targetProblems(machines: readonly Machine[], options: EC2ClientConfig): Promise<string[]> {
  const all = machines.flatMap(({ name, targets }) => targets.map((target) => ({ name, target })));
  if (all.length === 0) return [];
  const { ElasticLoadBalancingV2 } = await import("@aws-sdk/client-elastic-load-balancing-v2");
  const balancing = new ElasticLoadBalancingV2(options);
  const problem = async (name: string, { arn, address, port }: Target): Promise<string[]> => {
    const { TargetHealthDescriptions = [] } = await balancing.describeTargetHealth({
      TargetGroupArn: arn,
      Targets: [{ Id: address, Port: port }],
    });
    const { State = "unknown", Description: why = "" } = TargetHealthDescriptions[0]?.TargetHealth ?? {};
    if (State === "healthy") return [];
    return [`to the load balancer ${name} is ${State} on port ${port}${why === "" ? "" : `: ${why}`}`];
  };
  try {
    return (await Promise.all(all.map(({ name, target }) => problem(name, target)))).flat();
  } finally {
    balancing.destroy();
  }
}
