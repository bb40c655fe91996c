import * as pulumi from "@pulumi/pulumi";
import { KubernetesEngine } from "../../../../components/engine/kubernetes/index.ts";
import { simulateNodes } from "../../../../components/lab/controlPlane/index.ts";
import { planPrograms } from "../../../../components/lab/controlPlane/programs.ts";
import type { Plan } from "../../../../components/plan/index.ts";
import type { KubernetesObject, Sourced } from "../../../../components/proof/kubernetes/objects.ts";
import type { Intent } from "../../../../components/proof/access/index.ts";
import { clusterOf, recordUnderRoot } from "../../engine/kubernetes/recorded.ts";

/** The objects that the engine and the lab's control plane register for a plan. */
export async function registeredObjects(planned: Plan): Promise<Sourced[]> {
  const { resources } = await recordUnderRoot(
    (root) => {
      const cluster = clusterOf();
      const args = { plan: planned, cluster };
      const { provider } = new KubernetesEngine(planned.environment, args, { parent: root });
      simulateNodes(planned, new Map<string, pulumi.Resource>(), { parent: cluster.resource, provider });
    },
    { preview: true },
  );
  return resources
    .filter(({ type }) => type.startsWith("kubernetes:"))
    .map(({ type, name, inputs }) => ({
      object: inputs as unknown as KubernetesObject,
      origin: `${type}::${name}`,
    }));
}

/** What a plan means, as the proof is told. */
export const intentOf = ({ namespaces, collections }: Plan): Intent => ({
  namespaces: namespaces.map(({ name, collection, group }) => ({
    name,
    collection,
    group,
    zone: collections.find((candidate) => candidate.name === collection)?.zone ?? "",
  })),
  collections,
  teams: [...new Map(collections.map(({ group, team }) => [group, team.directoryGroup]))].map(
    ([group, subject]) => ({
      group,
      subject,
      namespaces: namespaces.filter((one) => one.group === group).map(({ name }) => name),
    }),
  ),
});

/** The admission plugins that the lab's API server runs beyond those that are on by default. */
export const labPlugins = (planned: Plan) => ({
  on: planPrograms(planned, "10.0.0.1")["kube-apiserver"]["enable-admission-plugins"]?.split(",") ?? [],
  off: [],
  known: true,
});
