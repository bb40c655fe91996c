import assert from "node:assert/strict";
import {
  nodeId,
  podNetwork,
  type KubernetesObject,
  type PodOptions,
  type Sourced,
} from "../../../../components/proof/kubernetes/index.ts";
import { readManifest } from "../../../../components/proof/kubernetes/manifests.ts";
import { Reach, type Class, type Polarity } from "../../../../components/proof/reach/index.ts";
import {
  hasAddress,
  intervals,
  parseAddress,
  protocol as numbers,
} from "../../../../components/proof/space/index.ts";
import { refuse, type Problem } from "../../../../components/proof/unreadable.ts";
import type { Cluster, Place } from "./naive.ts";

/** A cluster's objects, as they would be listed. */
export function objectsOf({ namespaces, nodes, pods, policies }: Cluster): Sourced[] {
  const objects: object[] = [
    ...namespaces.map(({ name, labels }) => ({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name, labels },
    })),
    ...nodes.map(({ name, ips }) => ({
      apiVersion: "v1",
      kind: "Node",
      metadata: { name },
      status: { addresses: ips.map((address) => ({ type: "InternalIP", address })) },
    })),
    ...pods.map(({ namespace, name, labels, ips, ports, node, hostNetwork }) => ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { namespace, name, labels },
      spec: {
        containers: [{ name: "main", ports }],
        ...(node === undefined ? {} : { nodeName: node }),
        ...(hostNetwork === undefined ? {} : { hostNetwork }),
      },
      status: { podIP: ips[0] ?? "", podIPs: ips.map((ip) => ({ ip })) },
    })),
    ...policies.map(({ namespace, name, spec }) => ({
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { namespace, name },
      spec,
    })),
  ];
  return objects.map(sourced);
}

export const sourced = (object: object, index = 0): Sourced => ({
  object: object as KubernetesObject,
  origin: `cluster.yaml:${index + 1}`,
});

export const packet = (protocol: string, port = 0): number => (protocols[protocol] ?? NaN) * 65536 + port;
const protocols: Readonly<Record<string, number>> = {
  TCP: numbers.tcp,
  UDP: numbers.udp,
  SCTP: numbers.sctp,
  ICMP: numbers.icmp,
};

/** Asks a cluster's network who reaches whom. */
export class Asked {
  readonly network;
  readonly reach;
  readonly #bySpot = new Map<string, Class>();

  constructor(objects: readonly Sourced[], options: PodOptions = {}) {
    this.network = podNetwork(objects, options);
    this.reach = new Reach(this.network);
    for (const one of this.reach.classes)
      for (const { nic, address } of one.spots)
        this.#bySpot.set(
          address === undefined ? nic.id : `${nic.id} ${address.family} ${address.value}`,
          one,
        );
  }

  /** The class of a nic that has no address, or of one of its addresses, or of an address outside. */
  classOf(id: string | undefined, ip?: string): Class {
    const address = ip === undefined ? undefined : parseAddress(ip);
    const found =
      id === undefined
        ? this.reach.classes.find(
            ({ outside }) => outside !== undefined && address !== undefined && hasAddress(outside, address),
          )
        : this.#bySpot.get(address === undefined ? id : `${id} ${address.family} ${address.value}`);
    assert.ok(found !== undefined, `${id ?? "outside"} ${ip ?? ""}`);
    return found;
  }

  passes(from: Class, to: Class, number: number, polarity: Polarity): boolean {
    return intervals.has(this.reach.between(from, to, polarity), number);
  }

  /** "yes" and "no" where it is sure, by the ids of those that have no address or one. */
  answer(from: string, to: string, number: number): "yes" | "no" | "maybe" {
    const ends = [from, to].map((id) => {
      const addresses = this.network.nics.find((nic) => nic.id === id)?.addresses ?? [];
      const [first] = addresses;
      if (first === undefined) return this.#bySpot.has(id) ? this.classOf(id) : this.classOf(undefined, id);
      const found = this.#bySpot.get(`${id} ${first.family} ${first.value}`);
      assert.ok(found !== undefined, id);
      return found;
    });
    const [a, b] = ends as [Class, Class];
    const sure = this.passes(a, b, number, "sure");
    const maybe = this.passes(a, b, number, "maybe");
    assert.ok(maybe || !sure, "what is sure is possible");
    return sure ? "yes" : maybe ? "maybe" : "no";
  }
}

export const idOf = ({ pod, node }: Place): string | undefined =>
  pod === undefined ? (node === undefined ? undefined : nodeId(node)) : `${pod.namespace}/${pod.name}`;

/** Objects as somebody writes them. */
export function manifest(...texts: readonly string[]): Sourced[] {
  const problems: Problem[] = [];
  const objects = readManifest("cluster.yaml", texts.join("\n---\n"), problems);
  refuse(problems);
  return [...objects];
}

export const namespace = (name: string, labels: object = {}): string =>
  JSON.stringify({ apiVersion: "v1", kind: "Namespace", metadata: { name, labels } });

export const pod = (id: string, labels: object = {}, spec: object = {}, status: object = {}): string => {
  const [own, name] = id.split("/");
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { namespace: own, name, labels },
    spec,
    status,
  });
};

export const policy = (id: string, spec: object): string => {
  const [own, name] = id.split("/");
  return JSON.stringify({
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { namespace: own, name },
    spec,
  });
};
