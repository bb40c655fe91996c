import { Node } from "@pulumi/kubernetes/core/v1/node.js";
import { ClusterRole } from "@pulumi/kubernetes/rbac/v1/clusterRole.js";
import { ClusterRoleBinding } from "@pulumi/kubernetes/rbac/v1/clusterRoleBinding.js";
import type * as pulumi from "@pulumi/pulumi";
import { nodeLabels, nodeTaints } from "../../engine/kubernetes/index.ts";
import type { Plan } from "../../plan/index.ts";
import { nodeAddress, simulated, simulator } from "./simulation.ts";

/** What the simulator does with the API server, in the place of kubelets. */
const rules = [
  { apiGroups: [""], resources: ["nodes"], verbs: ["get", "list", "watch", "patch"] },
  { apiGroups: [""], resources: ["nodes/status"], verbs: ["get", "patch", "update"] },
  { apiGroups: [""], resources: ["pods"], verbs: ["get", "list", "watch", "patch", "delete"] },
  { apiGroups: [""], resources: ["pods/status"], verbs: ["get", "patch", "update"] },
  { apiGroups: ["", "events.k8s.io"], resources: ["events"], verbs: ["create", "patch", "update"] },
  {
    apiGroups: ["coordination.k8s.io"],
    resources: ["leases"],
    verbs: ["get", "list", "watch", "create", "patch", "update", "delete"],
  },
];

/** Makes a simulated node for each worker of a plan, as its kubelet would. */
export function simulateNodes(
  { hosts }: Plan,
  machines: ReadonlyMap<string, pulumi.Resource>,
  opts: pulumi.CustomResourceOptions,
): void {
  const role = new ClusterRole(simulator, { metadata: { name: simulator }, rules }, opts);
  new ClusterRoleBinding(
    simulator,
    {
      metadata: { name: simulator },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role.metadata.name },
      subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: simulator }],
    },
    opts,
  );
  for (const host of hosts.filter(({ role: hostRole }) => hostRole === "worker")) {
    const machine = machines.get(host.name);
    new Node(
      host.name,
      {
        metadata: {
          name: host.name,
          labels: { ...nodeLabels(host), "kubernetes.io/arch": architecture },
          annotations: { ...simulated, [nodeAddress]: host.address },
        },
        spec: { taints: nodeTaints(host) },
      },
      { ...opts, dependsOn: machine === undefined ? [] : [machine] },
    );
  }
}

// The lab is on the machine that the program runs on. Names: https://go.dev/doc/install/source#environment.
const architecture = process.arch === "x64" ? "amd64" : process.arch;
