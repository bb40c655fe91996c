import { given, namespaceItself, type Sourced } from "./objects.ts";
import { anyLabels, labelsOf, noLabels, type Answer, type Labels } from "./selector.ts";
import type { Policy } from "./policy.ts";

/** A namespace, or one of those that are not listed. */
export interface Namespace {
  /** Undefined where it is not known which of the listed ones it is. */
  readonly name: string | undefined;
  readonly labels: Labels;
}

/** Every namespace has this label: https://kubernetes.io/docs/reference/labels-annotations-taints/ */
export const nameLabel = "kubernetes.io/metadata.name";

export const unknownNamespace: Namespace = { name: undefined, labels: anyLabels };

/** Any namespace but these. */
export const elsewhere = (listed: Iterable<string>): Namespace => ({
  name: "*",
  labels: { ...anyLabels, valueless: new Set([nameLabel]), never: new Map([[nameLabel, new Set(listed)]]) },
});

/** The namespaces that are declared, and those that are only used, which then have no label but their name. */
export function namespacesOf(
  objects: readonly Sourced[],
  used: Iterable<string>,
): { namespaces: ReadonlyMap<string, Namespace>; undeclared: readonly string[] } {
  const namespaces = new Map<string, Namespace>();
  for (const sourced of objects) {
    const { object } = sourced;
    if (object.kind !== "Namespace" || object.apiVersion !== "v1") continue;
    const name = namespaceItself(sourced);
    const known = typeof given(object.metadata, "name") === "string";
    namespaces.set(name, { name, labels: named(labelsOf(given(object.metadata, "labels")), name, known) });
  }
  const undeclared = [...new Set(used)].filter((name) => !namespaces.has(name));
  for (const name of undeclared) namespaces.set(name, { name, labels: named(noLabels, name, true) });
  return { namespaces, undeclared };
}

function named(labels: Labels, name: string, known: boolean): Labels {
  const all = new Map(labels.known);
  all.delete(nameLabel);
  return known
    ? { ...labels, known: all.set(nameLabel, name) }
    : { ...labels, known: all, valueless: new Set([...labels.valueless, nameLabel]) };
}

/** Whether a policy stands in a namespace. */
export const standsIn = ({ namespace }: Pick<Policy, "namespace">, { name }: Namespace): Answer =>
  namespace === undefined || name === undefined ? "maybe" : namespace === name ? "yes" : "no";
