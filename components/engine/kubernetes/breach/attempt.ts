import type { Plan } from "../../../plan/index.ts";
import { idlePod } from "../idlePod.ts";
import { collectionKey } from "../placement.ts";

/** A pod, or what makes one, that asks for a place on another collection's nodes. */
export interface PlacementAttempt {
  readonly name: string;
  /** For people, of the pod: `asks for the other's nodes by selector`. */
  readonly what: string;
  readonly kind: "Pod" | "DaemonSet";
  /** What is asked for beyond the plain pod. */
  readonly pod: (other: Target) => object;
  /** What a refusal says; absent where the pod may be there, and waits for ever. */
  readonly refusal?: RegExp;
  /** It does harm wherever it is, so that it may not even wait. */
  readonly harms?: true;
}

/** The nodes that are another's. */
export interface Target {
  readonly collection: string;
  readonly node: string;
}

const bySelector = /conflicts with its namespace node label selector/;
const byWhitelist = /conflict with its namespace whitelist/;
const byPolicy = /ValidatingAdmissionPolicy 'bulkhead-/;
const bySecurity = /violates PodSecurity/;
const oneOf = (...patterns: readonly RegExp[]) => new RegExp(patterns.map(({ source }) => source).join("|"));

const hostname = "kubernetes.io/hostname";

/** By which what a check has made is found again. */
export const checkLabel = "bulkhead/check";

export const placementAttempts: readonly PlacementAttempt[] = [
  {
    name: "selector",
    what: "node selector of the other collection",
    kind: "Pod",
    pod: ({ collection }) => ({ nodeSelector: { [collectionKey]: collection } }),
    refusal: bySelector,
  },
  {
    name: "affinity",
    what: "node affinity to the other collection",
    kind: "Pod",
    pod: ({ collection }) => ({
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [
              { matchExpressions: [{ key: collectionKey, operator: "In", values: [collection] }] },
            ],
          },
        },
      },
    }),
    refusal: byPolicy,
  },
  {
    name: "hostname",
    what: "node selector of one of the other's nodes by its name",
    kind: "Pod",
    pod: ({ node }) => ({ nodeSelector: { [hostname]: node } }),
  },
  {
    name: "nodename",
    what: "spec.nodeName, past the scheduler",
    kind: "Pod",
    pod: ({ node }) => ({ nodeName: node }),
    refusal: byPolicy,
  },
  {
    name: "tolerations",
    what: "toleration of every taint, and the name of one of the other's nodes",
    kind: "Pod",
    pod: ({ node }) => ({ tolerations: [{ operator: "Exists" }], nodeSelector: { [hostname]: node } }),
    refusal: oneOf(byWhitelist, byPolicy),
  },
  {
    name: "taint",
    what: "toleration of the other collection's taint",
    kind: "Pod",
    pod: ({ collection, node }) => ({
      tolerations: [{ key: collectionKey, operator: "Equal", value: collection, effect: "NoExecute" }],
      nodeSelector: { [hostname]: node },
    }),
    refusal: oneOf(byWhitelist, byPolicy),
  },
  {
    name: "daemonset",
    what: "DaemonSet on the other collection's nodes",
    kind: "DaemonSet",
    pod: ({ collection }) => ({
      nodeSelector: { [collectionKey]: collection },
      tolerations: [{ key: collectionKey, operator: "Exists" }],
    }),
    refusal: byPolicy,
  },
  {
    name: "antiaffinity",
    what: "anti-affinity to pods of all namespaces, which keeps those from nodes",
    kind: "Pod",
    pod: ({ node }) => ({
      affinity: {
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            // To pods that there are none of, so that it harms nobody where it gets in.
            {
              labelSelector: { matchLabels: { [checkLabel]: "nobody" } },
              namespaceSelector: {},
              topologyKey: hostname,
            },
          ],
        },
      },
      nodeSelector: { [hostname]: node },
    }),
    refusal: /exceeded quota: cross-namespace-affinity/,
    harms: true,
  },
  {
    name: "hostnetwork",
    what: "the node's own network",
    kind: "Pod",
    pod: ({ node }) => ({ hostNetwork: true, nodeSelector: { [hostname]: node } }),
    refusal: oneOf(bySecurity, byPolicy),
  },
  {
    name: "hostpath",
    what: "the node's own files",
    kind: "Pod",
    pod: ({ node }) => ({
      volumes: [{ name: "all", hostPath: { path: "/" } }],
      nodeSelector: { [hostname]: node },
    }),
    refusal: oneOf(bySecurity, byPolicy),
  },
];

/** The object that an attempt creates. */
export function objectOf({ name, kind, pod }: PlacementAttempt, other: Target): object {
  const labels = { [checkLabel]: name };
  // Little, so that a quota that is nearly used up refuses nothing here.
  const spec = { ...idlePod({ cpu: "1m", memory: "1Mi" }), ...pod(other) };
  return kind === "Pod"
    ? { apiVersion: "v1", kind, metadata: { generateName: `breach-${name}-`, labels }, spec }
    : {
        apiVersion: "apps/v1",
        kind,
        metadata: { generateName: `breach-${name}-`, labels },
        spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
      };
}

/** Another collection's nodes for each namespace, in turn, so that, where each has a namespace, each is somebody's target. */
export function targets({ namespaces, collections }: Plan): ReadonlyMap<string, Target> {
  const found = new Map<string, Target>();
  for (const { name, collection } of namespaces) {
    const own = collections.findIndex((candidate) => candidate.name === collection);
    const others = [...collections.slice(own + 1), ...collections.slice(0, own)];
    const other = others.find(({ hosts }) => hosts.length > 0);
    if (other !== undefined) found.set(name, { collection: other.name, node: other.hosts[0] ?? "" });
  }
  return found;
}
