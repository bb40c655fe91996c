import { namespaceItself, namespaceOf, nameOf, type Sourced } from "../kubernetes/objects.ts";
import type { Assumption, Origin } from "../network/index.ts";
import type { Finding } from "../statement/index.ts";
import type { Safeguard } from "./check.ts";
import { Guard, type Court } from "./guard.ts";
import type { IntendedNamespace, Intent } from "../access/intent.ts";
import { commonLabels, nodesOf, type Node } from "./node.ts";
import { about, escaped, idle, pastScheduler, scheduled, stolen, targetsOf } from "./path.ts";
import type { Plugins } from "./plugins.ts";
import type { PodSpec } from "./pod.ts";
import { policiesOf } from "./policy.ts";
import { examine } from "./safeguard.ts";
import { unlinked } from "./unlinked.ts";
import { writersOf } from "./writer.ts";

export interface PlacementJudgement {
  /** Pods that could run where they must not. */
  readonly leaks: readonly Finding[];
  /** Safeguards that are absent, even where another still holds. */
  readonly missing: readonly Finding[];
  readonly safeguards: readonly HeldNamespace[];
  readonly assumptions: readonly Assumption[];
}

/** What holds a namespace's pods. */
export interface HeldNamespace {
  readonly namespace: string;
  readonly collection: string;
  readonly held: Readonly<Partial<Record<Safeguard, readonly Origin[]>>>;
}

/** Whether a pod of a namespace could ever run on a node that is not its collection's, and what keeps it from there. */
export function judgePlacement(
  objects: readonly Sourced[],
  { plugins }: { readonly plugins: Plugins },
  intent: Intent,
): PlacementJudgement {
  const assumptions = new Map<string, Assumption>();
  const doubt = (text: string, origin?: string) =>
    assumptions.set(text, { text, ...(origin === undefined ? {} : { origin }) });
  if (!plugins.known)
    doubt("The API server's admission plugins are not known: only those that are named are taken to work");
  const mutators = objects.filter(({ object }) => mutating.has(object.kind));
  for (const one of mutators)
    doubt(
      `${one.object.kind} ${nameOf(one)} may change pods: it is taken to take node selectors away`,
      one.origin,
    );
  for (const one of objects)
    if (one.object.kind === "RuntimeClass" && one.object["scheduling"] !== undefined)
      doubt(`RuntimeClass ${nameOf(one)} is taken to add no tolerations to pods`, one.origin);
  const court: Court = { plugins, policies: policiesOf(objects, doubt), mutates: mutators.length > 0 };

  const nodes = nodesOf(objects, intent);
  const kinds = targetsOf(nodes);
  const own = Map.groupBy(nodes, ({ collection }) => collection);
  const byNamespace = Map.groupBy(objects, ({ object }) =>
    object.kind === "Namespace" ? undefined : namespaceOf(object),
  );
  const declared = new Map(
    objects
      .filter(({ object: { kind, apiVersion } }) => kind === "Namespace" && apiVersion === "v1")
      .map((sourced) => [namespaceItself(sourced), sourced]),
  );
  const leaks: Finding[] = [];
  const missing: Finding[] = [...absentNodes(nodes, intent)];
  const safeguards: HeldNamespace[] = [];
  for (const namespace of intent.namespaces) {
    const { name, collection } = namespace;
    const team = intent.teams.find(({ namespaces }) => namespaces.includes(name));
    const inside = byNamespace.get(name) ?? [];
    const guard = new Guard(name, declared.get(name), court, writersOf(name, team, inside), doubt);
    if (!declared.has(name)) missing.push(undeclared(namespace));
    const mine = own.get(collection) ?? [];
    const others = nodes.filter((node) => node.collection !== collection);
    const compliant = compliantPod(guard, mine);
    const targets = kinds.filter(({ node }) => node.collection !== collection);
    const subject = { namespace, guard, mine, targets, compliant, plugins };
    leaks.push(...scheduled(subject), ...pastScheduler(subject), ...escaped(subject), ...stolen(subject));
    const held: Partial<Record<Safeguard, readonly Origin[]>> = {};
    for (const check of examine({ guard, collection, own: mine, others, plugins, inside, compliant }))
      if ("because" in check) held[check.safeguard] = check.because;
      else
        missing.push({
          ...about(namespace, collection, check.safeguard),
          message: `namespace ${name} ${check.wrong}`,
          witness: check.witness,
          because: check.at,
          wayOut: check.wayOut,
        });
    missing.push(...idle(subject));
    safeguards.push({ namespace: name, collection, held });
  }
  leaks.push(...unlinked(objects, declared, intent));
  return { leaks, missing, safeguards, assumptions: [...assumptions.values()] };
}

const mutating = new Set(["MutatingAdmissionPolicy", "MutatingWebhookConfiguration"]);

/** A pod as its namespace wants it: for its own nodes, and tolerating their taints. */
const compliantPod = (guard: Guard, mine: readonly Node[]): PodSpec => ({
  nodeSelector: { ...(guard.selector ?? commonLabels(mine)), ...osOf(mine) },
  tolerations: (mine[0]?.taints ?? []).map(({ key, value, effect }) => ({
    key,
    operator: "Equal",
    value,
    effect,
  })),
});

const osKey = "kubernetes.io/os";
/** Where there are nodes of several operating systems, a pod is for one of them. */
const osOf = ([first]: readonly Node[]): Readonly<Record<string, string>> => {
  const os = first?.labels.known.get(osKey);
  return os === undefined ? {} : { [osKey]: os };
};

const undeclared = (namespace: IntendedNamespace): Finding => ({
  ...about(namespace, namespace.collection, "namespace"),
  message: `there is no namespace ${namespace.name}`,
  witness: `a pod of namespace ${namespace.name}`,
  because: [],
  wayOut: "Make the namespace with everything that links it to its collection.",
});

function absentNodes(nodes: readonly Node[], { collections }: Intent): Finding[] {
  const known = new Set(nodes.map(({ name }) => name));
  return collections.flatMap(({ name, hosts }) => {
    const absent = hosts.filter((host) => !known.has(host));
    const [first] = absent;
    if (first === undefined) return [];
    return [
      {
        id: `placement/${name}/nodes`,
        layer: "placement" as const,
        from: name,
        to: name,
        message: `nothing is known of ${absent.length === hosts.length ? "the nodes" : `${absent.length} of the nodes`} of collection ${name}, such as ${first}: neither labels nor taints`,
        witness: `a pod for ${first}`,
        because: [],
        wayOut: "Give the proof the nodes of each collection, with their labels and taints.",
      },
    ];
  });
}
