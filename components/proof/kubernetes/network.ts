import type { Endpoint, Network, Nic } from "../network/index.ts";
import {
  everyAddress,
  noAddress,
  oneAddress,
  subtractAddresses,
  unionAddresses,
  type Addresses,
} from "../space/index.ts";
import { refuse } from "../unreadable.ts";
import { assumptionsOf } from "./assumptions.ts";
import { checkpointsOf } from "./checkpoints.ts";
import { foreignOf, type Foreign } from "./foreign.ts";
import { Groups } from "./groups.ts";
import { elsewhere, namespacesOf, unknownNamespace, type Namespace } from "./namespaces.ts";
import { nodesOf, type Node } from "./nodes.ts";
import { nodeId, Places } from "./places.ts";
import type { Sourced } from "./objects.ts";
import { podsOf, type Pod } from "./pods.ts";
import { isNetworkPolicy, parsePolicy, type Policy } from "./policy.ts";
import { anyLabels } from "./selector.ts";

export interface PodOptions {
  /** The addresses that pods get, where those are known. */
  readonly podCidr?: Addresses;
  /** Namespaces of which any pod, with whatever labels, stands for itself as `<namespace>/*`, and those of all others as `*\/*`. */
  readonly symbolic?: readonly string[];
  /** Nodes that are not among the objects. */
  readonly nodes?: readonly Node[];
}

/** All of a cluster that decides who reaches whom among its pods, as it was read. */
export interface Cluster {
  readonly namespaces: ReadonlyMap<string, Namespace>;
  readonly undeclared: readonly string[];
  readonly nodes: readonly Node[];
  readonly pods: readonly Pod[];
  readonly policies: readonly Policy[];
  readonly foreign: readonly Foreign[];
}

/**
 * What Kubernetes' network policies let pods say to each other. A pod always reaches itself; the network says of pods
 * only what they say to others, so that those that are alike can be judged as one.
 */
export function podNetwork(objects: readonly Sourced[], options: PodOptions = {}): Network {
  const { podCidr, symbolic = [] } = options;
  const cluster = read(objects, options);
  const { namespaces, nodes, pods, policies, foreign } = cluster;

  const groups = new Groups();
  const places = new Places(nodes);
  const endpoints: Endpoint[] = nodes.map(({ name }) => ({ id: nodeId(name), kind: "node" }));
  const nics: Nic[] = nodes.map(({ name, addresses }) => ({
    id: nodeId(name),
    endpoint: nodeId(name),
    addresses,
  }));
  const add = (
    kind: string,
    pod: Pick<Pod, "id" | "host" | "node" | "labels" | "ports">,
    space: Namespace,
    where: Where,
  ) => {
    const { id, host, labels, ports } = pod;
    endpoints.push({ id, kind });
    nics.push({ id, endpoint: id, ...where });
    groups.add({ namespace: space, labels, host, ports }, { id, ...where });
    places.add(pod);
  };
  for (const pod of pods) add("pod", pod, spaceOf(namespaces, pod.namespace), whereOf(pod, places, podCidr));
  if (symbolic.length > 0)
    for (const space of [...symbolic.map((name) => spaceOf(namespaces, name)), elsewhere(namespaces.keys())])
      add("pods", { ...anyPod, id: `${space.name ?? "?"}/*` }, space, { addresses: [], ...within(podCidr) });

  const taken = [...nics.flatMap(({ addresses }) => addresses.map(oneAddress)), podCidr ?? noAddress];
  return {
    endpoints,
    nics,
    checkpoints: checkpointsOf(groups, policies, foreign),
    shortcuts: places.shortcuts(),
    outside: subtractAddresses(everyAddress, unionAddresses(taken)),
    assumptions: assumptionsOf(cluster, options),
  };
}

type Where = Pick<Nic, "addresses" | "within">;
const within = (addresses: Addresses | undefined) => (addresses === undefined ? {} : { within: addresses });

const anyPod = { host: "no", node: undefined, labels: anyLabels, ports: { known: [], open: true } } as const;

const spaceOf = (namespaces: ReadonlyMap<string, Namespace>, name: string | undefined): Namespace =>
  (name === undefined ? undefined : namespaces.get(name)) ?? unknownNamespace;

/** A pod's own addresses, else those of its node where it has none of its own, else those that it can get. */
function whereOf(pod: Pod, places: Places, podCidr: Addresses | undefined): Where {
  if (pod.host === "no")
    return { addresses: pod.addresses, ...within(pod.addresses.length > 0 ? undefined : podCidr) };
  const addresses =
    pod.addresses.length > 0 || pod.host === "maybe" ? pod.addresses : places.addressesOf(pod);
  return {
    addresses,
    ...within(addresses.length > 0 || pod.host === "maybe" ? undefined : places.addresses),
  };
}

function read(objects: readonly Sourced[], { symbolic = [], nodes = [] }: PodOptions): Cluster {
  const { pods, problems: podProblems } = podsOf(objects);
  const parsed = objects.filter(({ object }) => isNetworkPolicy(object)).map(parsePolicy);
  const problems = [
    ...podProblems,
    ...parsed.flatMap(({ policy: { origin }, problems: own }) => own.map((one) => ({ ...one, origin }))),
  ];
  refuse(
    problems.map(({ origin, path, what, expected }) => ({
      file: origin,
      what: `${path.join(".")}: ${what}`,
      expected,
    })),
  );
  const policies = parsed.map(({ policy }) => policy);
  const foreign = objects.flatMap((sourced) => foreignOf(sourced) ?? []);
  const used = [...pods, ...policies, ...foreign].flatMap(({ namespace }) => namespace ?? []);
  return {
    ...namespacesOf(objects, [...used, ...symbolic]),
    nodes: nodesOf(objects, nodes),
    pods,
    policies,
    foreign,
  };
}
