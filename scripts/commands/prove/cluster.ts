import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ApiServer } from "../../../components/engine/kubernetes/client.ts";
import { readRecord } from "../../../components/lab/linux/controlPlane.ts";
import { controlPlaneFolder } from "../../../components/lab/linux/folder.ts";
import type { KubernetesObject, Sourced } from "../../../components/proof/kubernetes/index.ts";

/** Everything in a cluster that decides who reaches whom, where pods run and who may do what. */
const kinds: Readonly<Record<string, readonly (readonly [kind: string, resource: string])[]>> = {
  v1: [
    ["Namespace", "namespaces"],
    ["Node", "nodes"],
    ["Pod", "pods"],
    ["ServiceAccount", "serviceaccounts"],
    ["ResourceQuota", "resourcequotas"],
    ["LimitRange", "limitranges"],
  ],
  "apps/v1": [
    ["Deployment", "deployments"],
    ["StatefulSet", "statefulsets"],
    ["DaemonSet", "daemonsets"],
    ["ReplicaSet", "replicasets"],
  ],
  "batch/v1": [
    ["Job", "jobs"],
    ["CronJob", "cronjobs"],
  ],
  "networking.k8s.io/v1": [["NetworkPolicy", "networkpolicies"]],
  "rbac.authorization.k8s.io/v1": [
    ["Role", "roles"],
    ["RoleBinding", "rolebindings"],
    ["ClusterRole", "clusterroles"],
    ["ClusterRoleBinding", "clusterrolebindings"],
  ],
  "admissionregistration.k8s.io/v1": [
    ["ValidatingAdmissionPolicy", "validatingadmissionpolicies"],
    ["ValidatingAdmissionPolicyBinding", "validatingadmissionpolicybindings"],
    ["MutatingAdmissionPolicy", "mutatingadmissionpolicies"],
    ["MutatingAdmissionPolicyBinding", "mutatingadmissionpolicybindings"],
    ["ValidatingWebhookConfiguration", "validatingwebhookconfigurations"],
    ["MutatingWebhookConfiguration", "mutatingwebhookconfigurations"],
  ],
};

/** The flags that a lab's API server was started with. */
export const serverFlags = (name: string): Readonly<Record<string, string>> =>
  readRecord(controlPlaneFolder(name, process.env))?.programs["kube-apiserver"] ?? {};

/** The objects of a lab's cluster, as its API server has them; undefined where the lab has none. */
export async function readCluster(name: string): Promise<Sourced[] | undefined> {
  const folder = controlPlaneFolder(name, process.env);
  const server = readRecord(folder)?.endpoint;
  if (server === undefined) return undefined;
  const pem = (file: string) => readFileSync(join(folder, "pki", file), "utf8");
  const api = new ApiServer({ server, ca: pem("ca.crt"), cert: pem("admin.crt"), key: pem("admin.key") });
  try {
    const lists = Object.entries(kinds).flatMap(([apiVersion, all]) =>
      all.map(([kind, resource]) => listOf(api, apiVersion, kind, resource)),
    );
    return (await Promise.all(lists)).flat();
  } finally {
    api.close();
  }
}

async function listOf(
  api: ApiServer,
  apiVersion: string,
  kind: string,
  resource: string,
): Promise<Sourced[]> {
  const prefix = apiVersion.includes("/") ? "apis" : "api";
  const { status, body, message } = await api.ask("GET", `/${prefix}/${apiVersion}/${resource}`);
  // A kind that this version of Kubernetes does not have yet.
  if (status === 404) return [];
  if (status !== 200) throw new Error(`the API server does not give its ${resource} (${status}): ${message}`);
  const { items = [] } = body as { items?: readonly KubernetesObject[] };
  return items.map((item) => {
    const { namespace, name } = item.metadata as { namespace?: string; name: string };
    return {
      // The items of a list do not say what they are.
      object: { ...item, apiVersion, kind },
      origin: `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`,
    };
  });
}
