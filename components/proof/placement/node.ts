import { given, isFields, nameOf, type Sourced } from "../kubernetes/objects.ts";
import { labelsOf, type Labels } from "../kubernetes/selector.ts";
import type { Origin } from "../network/index.ts";
import { asList, asText } from "../resource/index.ts";
import type { Intent } from "../access/intent.ts";
import { isOn, type Plugins } from "./plugins.ts";
import type { Expression, PodSpec } from "./pod.ts";
import { tolerates, type Taint } from "./toleration.ts";

/** A node, as far as it is known. */
export interface Node {
  readonly name: string;
  readonly labels: Labels;
  /** Those that surely hold pods back that do not tolerate them. */
  readonly taints: readonly Taint[];
  /** Absent where it is of none. */
  readonly collection?: string;
  readonly origin: Origin;
}

export const hostname = "kubernetes.io/hostname";
const holding = new Set(["NoSchedule", "NoExecute"]);

export function nodesOf(objects: readonly Sourced[], { collections }: Intent): Node[] {
  const collectionOf = new Map(collections.flatMap(({ name, hosts }) => hosts.map((host) => [host, name])));
  return objects.flatMap((sourced) => {
    const { object, origin } = sourced;
    if (object.kind !== "Node" || object.apiVersion !== "v1") return [];
    const name = nameOf(sourced);
    const collection = collectionOf.get(name);
    const spec = isFields(object["spec"]) ? object["spec"] : {};
    const taints = asList(given(spec, "taints")).flatMap((taint) => {
      if (!isFields(taint)) return [];
      const [key, effect] = [asText(taint["key"]), asText(taint["effect"])];
      const value = given(taint, "value") ?? "";
      return key !== undefined && effect !== undefined && typeof value === "string" && holding.has(effect)
        ? [{ key, value, effect }]
        : [];
    });
    return [
      {
        name,
        labels: labelsOf(given(object.metadata, "labels")),
        taints,
        ...(collection === undefined ? {} : { collection }),
        origin: { id: origin, text: `Node ${name}` },
      },
    ];
  });
}

/** The labels that all of some nodes have, but for their names. */
export const commonLabels = ([first, ...more]: readonly Node[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...(first?.labels.known ?? [])].filter(
      ([key, value]) => key !== hostname && more.every((node) => surelyHas(node, key, value)),
    ),
  );

/** Whether a node may, or surely does, have a label of this value. */
export const mayHave = ({ labels: { known, valueless, open } }: Node, key: string, value: string): boolean =>
  known.get(key) === value || (!known.has(key) && (open || valueless.has(key)));
export const surelyHas = ({ labels: { known } }: Node, key: string, value: string): boolean =>
  known.get(key) === value;

const meets = (node: Node, { key, operator, values }: Expression): boolean =>
  operator === "In"
    ? values.some((value) => mayHave(node, key, value))
    : !values.some((value) => surelyHas(node, key, value));

/** Whether the scheduler may put a pod on a node: https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node */
export function mayTake(node: Node, { nodeSelector = {}, tolerations = [], affinity }: PodSpec): boolean {
  const terms = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms;
  return (
    Object.entries(nodeSelector).every(([key, value]) => mayHave(node, key, value)) &&
    (terms?.some(
      ({ matchExpressions = [], matchFields = [] }) =>
        matchExpressions.every((expression) => meets(node, expression)) &&
        matchFields.every(({ values }) => values.includes(node.name)),
    ) ??
      true) &&
    toleratesAll(tolerations, node)
  );
}

export const toleratesAll = (tolerations: PodSpec["tolerations"], { taints }: Node): boolean =>
  taints.every((taint) => tolerations?.some((one) => tolerates(one, taint)) === true);

// What a kubelet may say of its own node (kubernetes/staging/src/k8s.io/kubelet/pkg/apis/well_known_labels.go).
const kubeletLabels = new Set([
  ...["kubernetes.io/hostname", "kubernetes.io/os", "kubernetes.io/arch"],
  ...["beta.kubernetes.io/os", "beta.kubernetes.io/arch", "beta.kubernetes.io/instance-type"],
  ...["node.kubernetes.io/instance-type", "topology.kubernetes.io/zone", "topology.kubernetes.io/region"],
  ...["failure-domain.beta.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/region"],
]);
const isOf = (domain: string, parent: string) => domain === parent || domain.endsWith(`.${parent}`);

/**
 * Whether a kubelet can set a label of its own node, so that who has stolen it can:
 * https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#noderestriction.
 */
export function kubeletCanSet(key: string, plugins: Plugins): boolean {
  if (!isOn(plugins, "NodeRestriction")) return true;
  const domain = key.includes("/") ? key.slice(0, key.indexOf("/")) : "";
  if (isOf(domain, "node-restriction.kubernetes.io")) return false;
  if (!isOf(domain, "kubernetes.io") && !isOf(domain, "k8s.io")) return true;
  return (
    kubeletLabels.has(key) || isOf(domain, "kubelet.kubernetes.io") || isOf(domain, "node.kubernetes.io")
  );
}
