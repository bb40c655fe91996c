import { isVague, namesOf } from "../access/names.ts";
import { given, isFields, nameOf, namespaceOf, type Fields, type Sourced } from "../kubernetes/objects.ts";
import type { Origin } from "../network/index.ts";
import { list } from "../report/words.ts";
import { asList, isUnknown } from "../resource/index.ts";
import type { Check, Examined } from "./check.ts";
import { creating } from "./guard.ts";
import { isOn } from "./plugins.ts";

// What holds a namespace's pods back from their nodes, and from others' share of them and of the network.

export function podSecurity({ guard }: Examined): Check {
  const safeguard = "pod-security";
  if (guard.security === "restricted")
    return {
      safeguard,
      because: [
        { ...guard.origin, text: `${guard.origin.text}: pod-security.kubernetes.io/enforce=restricted` },
      ],
    };
  return {
    safeguard,
    wrong:
      guard.security === undefined
        ? "enforces no Pod Security level that is known"
        : `enforces the Pod Security level ${guard.security}, which is not restricted`,
    witness: "a pod that runs as root",
    at: [guard.origin],
    wayOut:
      'Label the namespace with pod-security.kubernetes.io/enforce: "restricted", with the admission plugin PodSecurity on.',
  };
}

const ofKind = (inside: readonly Sourced[], kind: string, apiVersion: string): readonly Sourced[] =>
  inside.filter(({ object }) => object.kind === kind && object.apiVersion === apiVersion);
const specOf = ({ object }: Sourced): Fields => (isFields(object["spec"]) ? object["spec"] : {});
const originOf = (sourced: Sourced): Origin => ({
  id: sourced.origin,
  text: `${sourced.object.kind} ${namespaceOf(sourced.object) ?? "?"}/${nameOf(sourced)}`,
});

export function quota({ guard, inside, plugins }: Examined): Check {
  const safeguard = "quota";
  const limited = ["cpu", "memory", "pods"];
  const missing = (quotas: readonly Sourced[]) => {
    const names = quotas.flatMap((one) =>
      Object.keys(isFields(specOf(one)["hard"]) ? (specOf(one)["hard"] as Fields) : {}),
    );
    return limited.filter(
      (what) =>
        !names.some((name) => [what, `requests.${what}`, `limits.${what}`, `count/${what}`].includes(name)),
    );
  };
  // One with a scope is for some of the pods.
  const whole = ofKind(inside, "ResourceQuota", "v1").filter(
    (one) => given(specOf(one), "scopes") === undefined && given(specOf(one), "scopeSelector") === undefined,
  );
  const open = isOn(plugins, "ResourceQuota") ? missing(whole) : limited;
  if (open.length === 0) return { safeguard, because: whole.map(originOf) };
  return {
    safeguard,
    wrong: `has no quota of ${list(open)}${isOn(plugins, "ResourceQuota") ? "" : " that is known to be enforced"}`,
    witness: "pods that use up the nodes of others in the collection",
    at: [guard.origin],
    wayOut:
      "Give the namespace a ResourceQuota of cpu, memory and pods, with the admission plugin ResourceQuota on.",
  };
}

export function limits({ guard, inside, plugins }: Examined): Check {
  const safeguard = "limits";
  const ranges = ofKind(inside, "LimitRange", "v1").filter((one) =>
    asList(specOf(one)["limits"]).some(
      (item) => isFields(item) && item["type"] === "Container" && isFields(item["max"]),
    ),
  );
  if (ranges.length > 0 && isOn(plugins, "LimitRanger")) return { safeguard, because: ranges.map(originOf) };
  return {
    safeguard,
    wrong: `has no limit of what a container may use${ranges.length === 0 ? "" : " that is known to be enforced"}`,
    witness: "a container that uses up its node",
    at: [guard.origin],
    wayOut:
      "Give the namespace a LimitRange with a maximum for containers, with the admission plugin LimitRanger on.",
  };
}

/**
 * A pod that may not be near pods of other namespaces keeps those from a whole zone:
 * https://kubernetes.io/docs/concepts/policy/resource-quotas/#cross-namespace-pod-affinity-quota.
 */
export function affinity({ guard, inside, plugins }: Examined): Check {
  const safeguard = "affinity";
  const quotas = ofKind(inside, "ResourceQuota", "v1").filter((one) => {
    const { hard, scopes, scopeSelector } = specOf(one);
    const selected = asList(isFields(scopeSelector) ? scopeSelector["matchExpressions"] : undefined);
    const isOfAffinity =
      (scopes !== undefined &&
        asList(scopes).every((scope) => scope === crossNamespace) &&
        asList(scopes).length > 0) ||
      (selected.length === 1 &&
        selected.every(
          (item) => isFields(item) && item["scopeName"] === crossNamespace && item["operator"] === "Exists",
        ));
    return isOfAffinity && isFields(hard) && (hard["pods"] === "0" || hard["pods"] === 0);
  });
  if (quotas.length > 0 && isOn(plugins, "ResourceQuota"))
    return { safeguard, because: quotas.map(originOf) };
  const refusal = guard.policyRefusal(creating({ affinity: antiAffinity }));
  if (refusal !== undefined) return { safeguard, because: [refusal] };
  return {
    safeguard,
    wrong: "lets its pods keep those of other namespaces from nodes",
    witness: "a pod with anti-affinity to pods of all namespaces, by zone",
    at: [guard.origin],
    wayOut: `Give the namespace a ResourceQuota of no pods with the scope ${crossNamespace}.`,
  };
}

const crossNamespace = "CrossNamespacePodAffinity";
const antiAffinity = {
  podAntiAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: [
      { labelSelector: {}, namespaceSelector: {}, topologyKey: "topology.kubernetes.io/zone" },
    ],
  },
};

/** https://kubernetes.io/docs/concepts/services-networking/network-policies/#default-policies */
export function closed({ guard, inside }: Examined, direction: "Ingress" | "Egress"): Check {
  const safeguard = direction === "Ingress" ? "closed-in" : "closed-out";
  const policies = ofKind(inside, "NetworkPolicy", "networking.k8s.io/v1").filter((one) => {
    const spec = specOf(one);
    const pods = given(spec, "podSelector") ?? {};
    if (isUnknown(pods) || !isFields(pods) || isVague(pods)) return false;
    const isEvery =
      Object.keys(isFields(pods["matchLabels"]) ? pods["matchLabels"] : {}).length === 0 &&
      asList(pods["matchExpressions"]).length === 0;
    const types = given(spec, "policyTypes");
    const closes =
      types === undefined
        ? direction === "Ingress" || asList(given(spec, "egress")).length > 0
        : namesOf(types).known.includes(direction);
    return isEvery && closes && asList(given(spec, direction.toLowerCase())).length === 0;
  });
  if (policies.length > 0) return { safeguard, because: policies.map(originOf) };
  const what = direction === "Ingress" ? "what enters" : "what leaves";
  return {
    safeguard,
    wrong: `has no network policy that closes it to ${what} of all its pods`,
    witness: "a pod that no other policy selects",
    at: [guard.origin],
    wayOut: `Give the namespace a NetworkPolicy with an empty podSelector and the policy type ${direction}, and no rules.`,
  };
}
