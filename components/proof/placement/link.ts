import { list } from "../report/words.ts";
import type { Origin } from "../network/index.ts";
import { forPolicy, show } from "./attack.ts";
import { toCel } from "./cel.ts";
import type { Check, Examined } from "./check.ts";
import { creating } from "./guard.ts";
import { kubeletCanSet, mayHave, surelyHas, type Node } from "./node.ts";
import type { Plugins } from "./plugins.ts";

// What links a namespace to its collection's nodes, and keeps its pods from all others.

export function selector({ guard, collection, own, others }: Examined): Check {
  const safeguard = "selector";
  const asked = guard.selector;
  const wrong = (text: string, witness: string, at: readonly Origin[]): Check => ({
    safeguard,
    wrong: text,
    witness,
    at,
    wayOut: `Annotate the namespace with a node selector that all nodes of ${collection} meet and no other does, and turn the admission plugin PodNodeSelector on.`,
  });
  if (asked === undefined)
    return wrong("asks for no node selector that is known to be enforced", "a pod without a node selector", [
      guard.origin,
    ]);
  const unmet = own.find((node) => !meets(node, asked, surelyHas));
  if (unmet !== undefined)
    return wrong(
      `asks for ${show(asked)}, which its own node ${unmet.name} does not have`,
      `a pod that waits for ${unmet.name}`,
      [guard.origin, unmet.origin],
    );
  const foreign = others.find((node) => meets(node, asked, mayHave));
  if (foreign !== undefined)
    return wrong(
      `asks for ${show(asked)}, which the node ${foreign.name} has, too`,
      `a pod without a node selector, for ${foreign.name}`,
      [guard.origin, foreign.origin],
    );
  return {
    safeguard,
    because: [{ ...guard.origin, text: `${guard.origin.text}: node selector ${show(asked)}` }],
  };
}

const meets = (node: Node, asked: Readonly<Record<string, string>>, has: typeof mayHave): boolean =>
  Object.entries(asked).every(([key, value]) => has(node, key, value));

export function label({ guard, plugins, compliant }: Examined): Check {
  const safeguard = "label";
  const keys = Object.keys(guard.selector ?? compliant.nodeSelector ?? {});
  const firm = keys.filter((key) => !kubeletCanSet(key, plugins));
  if (firm.length > 0)
    return { safeguard, because: firm.map((key) => ({ ...guard.origin, text: `label ${key}` })) };
  return {
    safeguard,
    wrong: `goes by labels that any node's kubelet can give itself: ${keys.length === 0 ? "none at all" : list(keys)}`,
    witness: "a stolen node that says it is of this collection",
    at: [guard.origin],
    wayOut:
      "Use a label under node-restriction.kubernetes.io/, and turn the admission plugin NodeRestriction on.",
  };
}

export function taint({ collection, own, guard }: Examined): Check {
  const safeguard = "taint";
  const bare = own.find(({ taints }) => taints.length === 0);
  if (own.length > 0 && bare === undefined)
    return {
      safeguard,
      because: own.map(({ origin, taints: [first] }) => ({
        ...origin,
        text: `${origin.text}: taint ${first?.key ?? ""}=${first?.value ?? ""}`,
      })),
    };
  return {
    safeguard,
    wrong:
      bare === undefined
        ? `has no node that is known: collection ${collection} has none among the objects`
        : `is on the node ${bare.name}, which has no taint that keeps others' pods away`,
    witness: "a pod of another namespace, without a toleration",
    at: [bare?.origin ?? guard.origin],
    wayOut: `Taint each node of ${collection} with the effect NoExecute.`,
  };
}

export function tolerations({ guard, compliant }: Examined): Check {
  const safeguard = "tolerations";
  const everything = [...(compliant.tolerations ?? []), { operator: "Exists" }];
  if (guard.whitelist !== undefined && !guard.isTolerated(everything))
    return {
      safeguard,
      because: [{ ...guard.origin, text: `${guard.origin.text}: whitelist of tolerations` }],
    };
  const policyOrigin = guard.policyRefusal(creating({ tolerations: everything }));
  if (policyOrigin !== undefined) return { safeguard, because: [policyOrigin] };
  return {
    safeguard,
    wrong: "lets its pods tolerate every taint",
    witness: "a pod with a toleration of every taint",
    at: [guard.origin],
    wayOut:
      "Annotate the namespace with a whitelist of tolerations, with the admission plugin PodTolerationRestriction on, or refuse others' tolerations by an admission policy.",
  };
}

/** A label that another collection has of another value: of those that no kubelet can set, where there is one. */
function anothers(
  own: Readonly<Record<string, string>>,
  others: readonly Node[],
  plugins: Plugins,
): Readonly<Record<string, string>> {
  const found = Object.keys(own).flatMap((key) => {
    const values = new Set(others.flatMap(({ labels }) => labels.known.get(key) ?? []));
    const [value] = [...values].filter((one) => one !== own[key]);
    return value === undefined && values.size > 0 ? [] : [{ key, value: value ?? "another" }];
  });
  const best = found.find(({ key }) => !kubeletCanSet(key, plugins)) ?? found[0];
  return best === undefined ? {} : { [best.key]: best.value };
}

export function policy({ guard, compliant, others, plugins }: Examined): Check {
  const safeguard = "policy";
  const { nodeSelector = {}, tolerations: ownTolerations = [] } = compliant;
  const other = anothers(nodeSelector, others, plugins);
  const everything = [...ownTolerations, { operator: "Exists" }];
  const found = new Map<string, Origin>();
  const open = forPolicy(compliant, other).filter(({ spec }) => {
    const refusal = guard.policyRefusal(creating(spec));
    if (refusal !== undefined) found.set(refusal.id, refusal);
    return refusal === undefined;
  });
  const whole = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "pod", namespace: guard.name },
    spec: { containers: [{ name: "pod", image: "pod" }], ...compliant },
  };
  const changed = { ...whole, spec: { ...whole.spec, tolerations: everything } };
  const change = guard.policyRefusal({
    operation: "UPDATE",
    object: toCel(changed) as object,
    oldObject: toCel(whole) as object,
  });
  const whats = [
    ...open.map(({ what }) => what),
    ...(change === undefined ? ["a toleration of every taint that is added later"] : []),
  ];
  const [first] = whats;
  if (first === undefined) return { safeguard, because: [...found.values()] };
  return {
    safeguard,
    wrong: `has no admission policy that refuses pods with ${list(whats)}`,
    witness: `a pod with ${first}`,
    at: [guard.origin],
    wayOut:
      "Put a ValidatingAdmissionPolicy in force for the namespace's pods that refuses them whatever else they say, with the failure policy Fail and a binding that denies.",
  };
}
