import * as k8s from "@pulumi/kubernetes/core/v1/index.js";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import { RoleBinding } from "@pulumi/kubernetes/rbac/v1/roleBinding.js";
import { Deployment } from "@pulumi/kubernetes/apps/v1/deployment.js";
import * as pulumi from "@pulumi/pulumi";
import type { Collection, Namespace, Plan } from "../../plan/index.ts";
import { idlePod } from "./idlePod.ts";
import { enforced } from "./enforcement.ts";
import type { Cluster } from "./kubeconfig.ts";
import { networkPolicies } from "./networkPolicy.ts";
import { linkAnnotations, linked } from "./placement.ts";
import { smaller } from "./quantity.ts";
import { planQuotas } from "./quota.ts";

export interface LinkedNamespaceArgs {
  /** Plain, not inputs: they decide which policies there are. */
  readonly plan: Plan;
  readonly namespace: Namespace;
  readonly collection: Collection;
  readonly cluster: Cluster;
  /** The name of the ClusterRole that its team has in it. */
  readonly role: pulumi.Input<string>;
  /** What judges its pods. */
  readonly policies: readonly pulumi.CustomResource[];
}

/** A namespace whose pods run on its collection's nodes and nowhere else, and in which its team alone works. */
export class LinkedNamespace extends pulumi.ComponentResource {
  constructor(name: string, args: LinkedNamespaceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("bulkhead:kubernetes:LinkedNamespace", name, {}, opts);
    const { plan, namespace, collection, cluster, role, policies } = args;
    const made = new k8s.Namespace(
      name,
      {
        metadata: {
          name,
          labels: {
            [linked.group]: namespace.group,
            [linked.collection]: collection.name,
            [linked.zone]: collection.zone,
            ...podSecurity,
          },
          annotations: linkAnnotations(collection),
        },
      },
      { parent: this, deletedWith: cluster.resource },
    );
    // One by one its policies would go before its pods do; Kubernetes takes them in the right order
    // (https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/#ordered-deletion).
    const within = { parent: this, deletedWith: made };
    const metadata = (own: string, why?: string) => ({
      name: own,
      namespace: made.metadata.name,
      ...(why === undefined ? {} : { annotations: { "bulkhead/why": why } }),
    });
    const quotas = Object.entries(planQuotas(namespace)).map(
      ([own, spec]) => new k8s.ResourceQuota(`${name}/${own}`, { metadata: metadata(own), spec }, within),
    );
    const limits = new k8s.LimitRange(
      name,
      { metadata: metadata("limits"), spec: { limits: [containerLimits(namespace)] } },
      within,
    );
    const networks = networkPolicies(plan, namespace).map(
      (policy) =>
        new NetworkPolicy(
          `${name}/${policy.name}`,
          { metadata: metadata(policy.name, policy.why), spec: policy.spec },
          within,
        ),
    );
    // Nobody and nothing gets in before the compartment stands, and has been shown to hold.
    const stands: readonly pulumi.Resource[] = [...quotas, limits, ...networks];
    const ready = {
      ...within,
      dependsOn: enforced(cluster, made.metadata.name, policies).apply(() => [...stands]),
    };
    new RoleBinding(
      name,
      {
        metadata: metadata("team"),
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role },
        subjects: [
          { apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: collection.team.directoryGroup },
        ],
      },
      ready,
    );
    if (namespace.samplePods > 0)
      new Deployment(
        name,
        { metadata: metadata("sample"), spec: sample(namespace.samplePods) },
        // Pods that do nothing run within seconds; the provider would wait ten minutes for a server that is gone.
        { ...ready, customTimeouts: { create: "2m", update: "2m" } },
      );
    this.registerOutputs({});
  }
}

// https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
const podSecurity = Object.fromEntries(
  ["enforce", "audit", "warn"].map((mode) => [`pod-security.kubernetes.io/${mode}`, "restricted"]),
);

/** What a container gets that does not say what it needs, so that a namespace's quota has room for many. */
const usual = { cpu: "500m", memory: "512Mi" };

/**
 * All that the server would fill in is said: an `up` that is killed before it has noted an object applies it anew under
 * another field manager, which conflicts where the object is not just what is asked for.
 */
function containerLimits({ limits }: Namespace) {
  const own = { cpu: smaller(usual.cpu, limits.cpu), memory: smaller(usual.memory, limits.memory) };
  return { type: "Container", max: { ...limits }, default: own, defaultRequest: own };
}

/** A deployment that does nothing, to show that its namespace works. */
function sample(replicas: number) {
  const labels = { app: "sample" };
  return {
    replicas,
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: idlePod({ cpu: "50m", memory: "32Mi" }),
    },
  };
}
