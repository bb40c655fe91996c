import * as pulumi from "@pulumi/pulumi";
import { Environment } from "../components/environment/index.ts";
import { plan, type Environment as Spec } from "../components/plan/index.ts";
import { ConfigError, fromPulumi, parseEnvironment } from "./config.ts";

/** Brings up the stack's environment; its outputs are the stack's. */
export async function program(): Promise<Record<string, unknown>> {
  const spec = await readEnvironment(pulumi.getStack(), pulumi.runtime.allConfig());
  if (spec.target !== "lab")
    throw new pulumi.RunError(
      `the ${spec.target} target is not built yet: "scripts/show ${spec.name}" shows what it will be`,
    );
  const planned = plan(spec);
  const environment = new Environment(spec.name, { plan: planned });
  const { createLab } = await import("../components/lab/index.ts");
  const { LabCluster, simulateNodes } = await import("../components/lab/controlPlane/index.ts");
  const { KubernetesEngine } = await import("../components/engine/kubernetes/index.ts");
  const { hosts } = createLab(planned, environment);
  const parent = environment;
  const cluster = new LabCluster(spec.name, { plan: planned, hosts }, { parent });
  const engine = new KubernetesEngine(spec.name, { plan: planned, cluster }, { parent });
  simulateNodes(planned, hosts, {
    parent: cluster,
    provider: engine.provider,
    deletedWith: cluster.resource,
  });
  return { ...environment.outputs, kubeconfig: engine.kubeconfig, teamKubeconfigs: engine.teamKubeconfigs };
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
