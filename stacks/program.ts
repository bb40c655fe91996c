import * as pulumi from "@pulumi/pulumi";
import { Environment } from "../components/environment/index.ts";
import { plan, type AwsSpec, type Environment as Spec, type Plan } from "../components/plan/index.ts";
import type { Listener } from "./listener.ts";
import { ConfigError, fromPulumi, parseEnvironment } from "./config.ts";
import { isBuilt } from "./targets.ts";

interface KubernetesOutputs {
  /** The administrator's, a secret. */
  readonly kubeconfig: pulumi.Output<string>;
  /** Each group's team's, by the group's name; secrets. */
  readonly teamKubeconfigs: Readonly<Record<string, pulumi.Output<string>>>;
}

interface AwsOutputs {
  /** How much is used of what has an end, such as `38 of 60`. */
  readonly limits: Readonly<Record<string, string>>;
  /** The names under which people reach each load balancer. */
  readonly frontDoors: Readonly<Record<string, pulumi.Output<string>>>;
}

/** What a stack is to be, and what it tells the outside. */
interface Program {
  readonly plan: Plan;
  readonly outputs: Environment["outputs"] & (KubernetesOutputs | AwsOutputs);
}

/** Asks for everything that the stack's environment is made of. */
export async function program(listener?: Listener): Promise<Program> {
  const spec = await readEnvironment(pulumi.getStack(), pulumi.runtime.allConfig());
  if (!isBuilt(spec.target))
    throw new pulumi.RunError(
      `the ${spec.target} target is not built yet: "scripts/show ${spec.name}" shows what it will be`,
    );
  const planned = plan(spec);
  await listener?.tell({ limits: planned.limits });
  stopOverLimits(planned);
  if (planned.aws !== undefined) return createOnAws(planned, planned.aws, listener);
  const environment = new Environment(spec.name, { plan: planned });
  const { createLab } = await import("../components/lab/index.ts");
  const { hosts } = createLab(planned, environment);
  const kubernetes = await createKubernetes(planned, hosts, environment);
  return { plan: planned, outputs: { ...environment.outputs, ...kubernetes } };
}

async function createOnAws(planned: Plan, aws: AwsSpec, listener?: Listener): Promise<Program> {
  const { createAws, currentDefinitions, planRolling, takeTurn } = await import("../components/aws/index.ts");
  const current = await currentDefinitions();
  const units = orStop(() => planRolling(planned, aws, current));
  const chosen = process.env[rollVariable]?.split(",").filter((name) => name !== "");
  const { held, problem } = takeTurn(planned.environment, units, current, chosen);
  // Who only wants to see what would be replaced sees all of it.
  if (problem !== undefined && listener !== undefined) await listener.tell({ note: problem });
  else if (problem !== undefined) throw new pulumi.RunError(problem);
  const environment = new Environment(planned.environment, { plan: planned });
  const target = createAws(planned, environment, held);
  return { plan: planned, outputs: { ...environment.outputs, ...target, limits: headroom(planned) } };
}

/** What cannot be set up is for people to read, without the trace of the program. */
function orStop<T>(plan: () => T): T {
  try {
    return plan();
  } catch (error) {
    throw new pulumi.RunError(error instanceof Error ? error.message : String(error));
  }
}

/** Names the machines that may be replaced in this update; `scripts/roll` sets it, and where it is empty none is. */
const rollVariable = "BULKHEAD_ROLL";

const headroom = ({ limits }: Plan): Record<string, string> =>
  Object.fromEntries(limits.map(({ what, used, limit }) => [what, `${used} of ${limit}`]));

function stopOverLimits({ environment, limits }: Plan): void {
  const over = limits.filter(({ used, limit }) => used > limit);
  if (over.length === 0) return;
  const lines = over.map(({ what, used, limit, wayOut }) => `  ${what}: ${used} of ${limit}; ${wayOut}`);
  throw new pulumi.RunError(
    [`${environment} is over ${over.length === 1 ? "a limit" : "limits"}:`, ...lines].join("\n"),
  );
}

/** Brings up Kubernetes on a lab's hosts. */
async function createKubernetes(
  planned: Plan,
  hosts: ReadonlyMap<string, pulumi.CustomResource>,
  parent: pulumi.Resource,
): Promise<KubernetesOutputs> {
  const [{ LabCluster, simulateNodes }, { KubernetesEngine }] = await Promise.all([
    import("../components/lab/controlPlane/index.ts"),
    import("../components/engine/kubernetes/index.ts"),
  ]);
  const cluster = new LabCluster(planned.environment, { plan: planned, hosts }, { parent });
  const engine = new KubernetesEngine(planned.environment, { plan: planned, cluster }, { parent });
  simulateNodes(planned, hosts, {
    parent: cluster,
    provider: engine.provider,
    deletedWith: cluster.resource,
  });
  return { kubeconfig: engine.kubeconfig, teamKubeconfigs: engine.teamKubeconfigs };
}

async function readEnvironment(name: string, values: Readonly<Record<string, string>>): Promise<Spec> {
  try {
    return parseEnvironment(name, fromPulumi(values));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const { withLines } = await import("./config/file.ts");
    throw new pulumi.RunError((await withLines(error)).message);
  }
}
