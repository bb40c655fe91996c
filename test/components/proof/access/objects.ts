import type { KubernetesObject, Sourced } from "../../../../components/proof/kubernetes/objects.ts";
import type { Value } from "../../../../components/proof/resource/index.ts";

const rbac = "rbac.authorization.k8s.io";

export interface RawRule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

export const sourced = (object: {
  readonly apiVersion: string;
  readonly kind: string;
  readonly [field: string]: unknown;
}): Sourced => {
  const { name, namespace } = object["metadata"] as { readonly name: string; readonly namespace?: string };
  return {
    object: object as unknown as KubernetesObject,
    origin: `${object.kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`,
  };
};

export const clusterRole = (
  name: string,
  rules: Value | readonly RawRule[],
  more: object = {},
  labels: object = {},
) => sourced({ apiVersion: `${rbac}/v1`, kind: "ClusterRole", metadata: { name, labels }, rules, ...more });

export const role = (namespace: string, name: string, rules: readonly RawRule[]) =>
  sourced({ apiVersion: `${rbac}/v1`, kind: "Role", metadata: { name, namespace }, rules });

export const user = (name: string) => ({ apiGroup: rbac, kind: "User", name });
export const group = (name: string) => ({ apiGroup: rbac, kind: "Group", name });
export const account = (namespace: string, name: string) => ({ kind: "ServiceAccount", namespace, name });

/** In a namespace; in the whole cluster where none is named. */
export const binding = (
  namespace: string | undefined,
  name: string,
  roleRef: Value | { readonly kind: string; readonly name: string },
  subjects: readonly object[] | Value,
) =>
  sourced({
    apiVersion: `${rbac}/v1`,
    kind: namespace === undefined ? "ClusterRoleBinding" : "RoleBinding",
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    roleRef,
    subjects,
  });

export const ofClusterRole = (name: string) => ({ apiGroup: rbac, kind: "ClusterRole", name });
export const ofRole = (name: string) => ({ apiGroup: rbac, kind: "Role", name });
