import type { Sourced } from "../../../../components/proof/kubernetes/objects.ts";
import type { RawRule } from "./objects.ts";

// Kubernetes' own words, one after the other, on the objects as they are written:
// https://kubernetes.io/docs/reference/access-authn-authz/rbac.

export interface Asking {
  readonly user: string;
  readonly groups: readonly string[];
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly name?: string;
  readonly namespace?: string;
}

interface Raw {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Record<string, string>;
  };
  readonly rules?: readonly RawRule[] | null;
  readonly aggregationRule?: {
    readonly clusterRoleSelectors: readonly { readonly matchLabels: Record<string, string> }[];
  };
  readonly roleRef?: { readonly kind: string; readonly name: string };
  readonly subjects?: readonly {
    readonly kind: string;
    readonly name: string;
    readonly namespace?: string;
  }[];
}

export function naivelyAllowed(objects: readonly Sourced[], asking: Asking): boolean {
  const all = objects.map(({ object }) => object as unknown as Raw);
  for (const binding of all) {
    if (binding.kind !== "RoleBinding" && binding.kind !== "ClusterRoleBinding") continue;
    if (binding.kind === "RoleBinding" && binding.metadata.namespace !== asking.namespace) continue;
    const isSubject = (binding.subjects ?? []).some((subject) => {
      if (subject.kind === "User") return subject.name === asking.user;
      if (subject.kind === "Group") return asking.groups.includes(subject.name);
      return asking.user === `system:serviceaccount:${subject.namespace ?? ""}:${subject.name}`;
    });
    if (!isSubject) continue;
    const referred = all.find(
      ({ kind, metadata }) =>
        kind === binding.roleRef?.kind &&
        metadata.name === binding.roleRef.name &&
        (kind === "ClusterRole" || metadata.namespace === binding.metadata.namespace),
    );
    if (referred !== undefined && rulesOf(referred, all).some((rule) => allows(rule, asking))) return true;
  }
  return false;
}

function rulesOf(role: Raw, all: readonly Raw[]): readonly RawRule[] {
  if (role.aggregationRule === undefined) return role.rules ?? [];
  const found: RawRule[] = [];
  for (const { matchLabels } of role.aggregationRule.clusterRoleSelectors)
    for (const other of all) {
      if (other.kind !== "ClusterRole" || other === role) continue;
      let matches = true;
      for (const [key, value] of Object.entries(matchLabels))
        if (other.metadata.labels?.[key] !== value) matches = false;
      if (matches) found.push(...rulesOf(other, all));
    }
  return found;
}

function allows(rule: RawRule, asking: Asking): boolean {
  const { verbs, apiGroups = [], resources = [], resourceNames = [] } = rule;
  if (!verbs.includes("*") && !verbs.includes(asking.verb)) return false;
  if (!apiGroups.includes("*") && !apiGroups.includes(asking.group)) return false;
  const whole =
    asking.subresource === undefined ? asking.resource : `${asking.resource}/${asking.subresource}`;
  const isOf =
    resources.includes("*") ||
    resources.includes(whole) ||
    (asking.subresource !== undefined && resources.includes(`*/${asking.subresource}`));
  if (!isOf) return false;
  if (resourceNames.length === 0) return true;
  return asking.name !== undefined && resourceNames.includes(asking.name);
}
