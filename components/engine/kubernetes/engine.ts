import { ValidatingAdmissionPolicy } from "@pulumi/kubernetes/admissionregistration/v1/validatingAdmissionPolicy.js";
import { ValidatingAdmissionPolicyBinding } from "@pulumi/kubernetes/admissionregistration/v1/validatingAdmissionPolicyBinding.js";
import { Provider } from "@pulumi/kubernetes/provider.js";
import { ClusterRole } from "@pulumi/kubernetes/rbac/v1/clusterRole.js";
import * as pulumi from "@pulumi/pulumi";
import type { Plan } from "../../plan/index.ts";
import { teamRules } from "./access.ts";
import { daemonSetPolicy, podPolicy, secretPolicy, servicePolicy } from "./admission.ts";
import { kubeconfig, type Cluster } from "./kubeconfig.ts";
import { LinkedNamespace } from "./namespace.ts";
import { Team } from "./team.ts";

export interface KubernetesEngineArgs {
  /** Plain, not an input: it decides which resources there are. */
  readonly plan: Plan;
  readonly cluster: Cluster;
}

/** What upstream Kubernetes needs to keep application groups apart: policies, linked namespaces, teams. */
export class KubernetesEngine extends pulumi.ComponentResource {
  /** Of the administrator. */
  readonly kubeconfig: pulumi.Output<string>;
  /** Of each group's team, by the group's name. */
  readonly teamKubeconfigs: Readonly<Record<string, pulumi.Output<string>>>;
  /** As the administrator. */
  readonly provider: Provider;

  constructor(name: string, args: KubernetesEngineArgs, opts?: pulumi.ComponentResourceOptions) {
    super("bulkhead:kubernetes:KubernetesEngine", name, {}, opts);
    const { plan, cluster } = args;
    this.kubeconfig = kubeconfig(cluster, plan.environment, "admin", cluster.admin);
    this.provider = new Provider(
      name,
      { kubeconfig: this.kubeconfig, clusterIdentifier: cluster.clusterId },
      { parent: this },
    );
    const own = { parent: this, provider: this.provider };
    const within = { ...own, deletedWith: cluster.resource };

    const judged = {
      pods: podPolicy,
      daemonsets: daemonSetPolicy,
      services: servicePolicy,
      secrets: secretPolicy,
    };
    const policies = Object.entries(judged).map(([kind, spec]) => {
      const policyName = `bulkhead-${kind}`;
      const policy = new ValidatingAdmissionPolicy(
        policyName,
        { metadata: { name: policyName }, spec },
        within,
      );
      return new ValidatingAdmissionPolicyBinding(
        policyName,
        {
          metadata: { name: policyName },
          spec: { policyName: policy.metadata.name, validationActions: ["Deny"] },
        },
        within,
      );
    });
    const role = new ClusterRole(
      "bulkhead-team",
      { metadata: { name: "bulkhead-team" }, rules: teamRules },
      within,
    );
    for (const namespace of plan.namespaces) {
      const collection = plan.collections.find((candidate) => candidate.name === namespace.collection);
      if (collection === undefined) throw new RangeError(`there is no collection "${namespace.collection}"`);
      new LinkedNamespace(
        namespace.name,
        { plan, namespace, collection, cluster, role: role.metadata.name, policies },
        own,
      );
    }
    const teams = new Map(plan.collections.map(({ group, team }) => [group, team]));
    this.teamKubeconfigs = Object.fromEntries(
      [...teams].map(([group, { directoryGroup }]) => {
        const namespace = plan.namespaces.find((candidate) => candidate.group === group)?.name;
        const team = new Team(
          group,
          {
            environment: plan.environment,
            group,
            directoryGroup,
            ...(namespace === undefined ? {} : { namespace }),
            cluster,
          },
          { parent: this },
        );
        return [group, team.kubeconfig];
      }),
    );
    this.registerOutputs({});
  }
}
