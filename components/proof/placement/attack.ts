import { hostname, type Node } from "./node.ts";
import type { Affinity, PodSpec } from "./pod.ts";
import type { Toleration } from "./toleration.ts";

/** A pod that somebody with a team's rights writes to get out of its compartment. */
export interface Attack {
  readonly id: string;
  /** For people, of the pod: `spec.nodeName "claims-1"`. */
  readonly what: string;
  /** The fields that make it; all others are whatever its writer likes. */
  readonly spec: PodSpec;
}

/** Past the scheduler. */
export const byName = (node: string): Attack => ({
  id: "nodename",
  what: `spec.nodeName "${node}"`,
  spec: { nodeName: node },
});

const container = (more: object) => ({ containers: [{ name: "pod", image: "pod", ...more }] });

/** Out of the pod, onto the node that it is on. */
export const escapes: readonly Attack[] = [
  { id: "hostnetwork", what: "hostNetwork: true", spec: { hostNetwork: true } },
  { id: "hostpid", what: "hostPID: true", spec: { hostPID: true } },
  { id: "hostipc", what: "hostIPC: true", spec: { hostIPC: true } },
  {
    id: "hostpath",
    what: "a hostPath volume of /",
    spec: { volumes: [{ name: "node", hostPath: { path: "/" } }] },
  },
  {
    id: "privileged",
    what: "a privileged container",
    spec: container({ securityContext: { privileged: true } }),
  },
  {
    id: "capabilities",
    what: "a container with the capability SYS_ADMIN",
    spec: container({ securityContext: { capabilities: { add: ["SYS_ADMIN"] } } }),
  },
  {
    id: "hostprocess",
    what: "a HostProcess container",
    spec: { securityContext: { windowsOptions: { hostProcess: true } } },
  },
  {
    id: "hostport",
    what: "a port of the node itself",
    spec: container({ ports: [{ containerPort: 8080, hostPort: 8080 }] }),
  },
];

/** What a policy has to refuse by itself, whatever else holds. */
export const forPolicy = (
  { nodeSelector: own = {}, tolerations = [] }: PodSpec,
  other: Readonly<Record<string, string>>,
): Attack[] => [
  byName("another's node"),
  {
    id: "selector",
    what: `nodeSelector ${show(other)}`,
    spec: { nodeSelector: { ...own, ...other } },
  },
  { id: "unselective", what: "no nodeSelector", spec: { nodeSelector: undefined } },
  {
    id: "affinity",
    what: `node affinity to ${show(other)}`,
    spec: { nodeSelector: own, affinity: affinity(other) },
  },
  {
    id: "tolerations",
    what: "a toleration of every taint",
    spec: { tolerations: [...tolerations, { operator: "Exists" }] },
  },
  ...escapes.slice(0, 4),
  {
    id: "priority",
    what: "priorityClassName system-node-critical",
    spec: { priorityClassName: "system-node-critical" },
  },
];

/** Through the scheduler: every way to ask for a node, and every way to tolerate its taints. */
export function toNode(node: Node, own: PodSpec): Attack[] {
  const labels = Object.fromEntries([...node.labels.known].filter(([key]) => key !== hostname));
  const others = Object.fromEntries(
    Object.entries(labels).filter(([key, value]) => own.nodeSelector?.[key] !== value),
  );
  const named = node.labels.known.get(hostname);
  const asking: [id: string, what: string, spec: PodSpec][] = [
    ["plain", "no node selector", { nodeSelector: undefined, affinity: undefined }],
    ["own", "its own collection's node selector", { nodeSelector: own.nodeSelector, affinity: undefined }],
    ["selector", `nodeSelector ${show(others)}`, { nodeSelector: labels, affinity: undefined }],
    ["affinity", `node affinity to ${show(others)}`, { nodeSelector: undefined, affinity: affinity(others) }],
    [
      "field",
      `node affinity to the node ${node.name} by its name`,
      { nodeSelector: own.nodeSelector, affinity: toName(node.name) },
    ],
  ];
  if (named !== undefined)
    asking.push([
      "hostname",
      `nodeSelector ${hostname}=${named}`,
      { nodeSelector: { [hostname]: named }, affinity: undefined },
    ]);
  const tolerating: readonly [id: string, what: string, tolerations: readonly Toleration[] | undefined][] = [
    ["none", "no tolerations", undefined],
    ["own", "its own collection's toleration", own.tolerations],
    ["all", "a toleration of every taint", [{ operator: "Exists" }]],
    ["more", "its own and a toleration of every taint", [...(own.tolerations ?? []), { operator: "Exists" }]],
    [
      "taint",
      "a toleration of the node's taints",
      node.taints.map(({ key, value, effect }) => ({ key, operator: "Equal", value, effect })),
    ],
  ];
  return asking.flatMap(([id, what, spec]) =>
    tolerating.map(([other, also, tolerations]) => ({
      id: `${id}-${other}`,
      what: `${what} and ${also}`,
      spec: { nodeName: undefined, ...spec, tolerations },
    })),
  );
}

function affinity(labels: Readonly<Record<string, string>>): Affinity {
  const matchExpressions = Object.entries(labels).map(([key, value]) => ({
    key,
    operator: "In" as const,
    values: [value],
  }));
  return required([{ matchExpressions }]);
}

const toName = (name: string): Affinity =>
  required([{ matchFields: [{ key: "metadata.name", operator: "In", values: [name] }] }]);

const required = (
  nodeSelectorTerms: NonNullable<
    Affinity["nodeAffinity"]
  >["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"],
): Affinity => ({ nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } });

export const show = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(", ");
