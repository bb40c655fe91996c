import { BlockList, isIPv4 } from "node:net";

// NetworkPolicy as its documentation tells it, packet by packet and slowly, to compare the proof with:
// https://kubernetes.io/docs/concepts/services-networking/network-policies/ and the API reference's NetworkPolicy v1.

export interface Cluster {
  readonly namespaces: readonly { readonly name: string; readonly labels: Words }[];
  readonly nodes: readonly { readonly name: string; readonly ips: readonly string[] }[];
  readonly pods: readonly Pod[];
  readonly policies: readonly Policy[];
}
type Words = Readonly<Record<string, string>>;

export interface Pod {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Words;
  /** Those of its node, where it uses the node's network. */
  readonly ips: readonly string[];
  readonly ports: readonly {
    readonly name: string;
    readonly protocol: string;
    readonly containerPort: number;
  }[];
  readonly node?: string;
  readonly hostNetwork?: boolean;
}

export interface Policy {
  readonly namespace: string;
  readonly name: string;
  readonly spec: {
    readonly podSelector?: Selector;
    readonly policyTypes?: readonly string[];
    readonly ingress?: readonly { readonly from?: readonly Peer[]; readonly ports?: readonly Port[] }[];
    readonly egress?: readonly { readonly to?: readonly Peer[]; readonly ports?: readonly Port[] }[];
  };
}
export interface Selector {
  readonly matchLabels?: Words;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}
export interface Peer {
  readonly podSelector?: Selector;
  readonly namespaceSelector?: Selector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}
export interface Port {
  readonly protocol?: string;
  readonly port?: number | string;
  readonly endPort?: number;
}

/** Somebody at an address: a pod, a node, or nobody who is known. */
export interface Place {
  readonly ip: string;
  readonly pod?: Pod;
  readonly node?: string;
}
export interface Packet {
  readonly from: Place;
  readonly to: Place;
  readonly protocol: string;
  readonly port: number;
}

export function isAllowed(cluster: Cluster, packet: Packet): boolean {
  const { from, to } = packet;
  // "A Pod cannot block access to itself", "traffic to and from the node where a Pod is running is always allowed".
  if (from.pod !== undefined && from.pod === to.pod) return true;
  if (isOnItsHost(from, to) || isOnItsHost(to, from)) return true;
  return passes(cluster, packet, "Egress") && passes(cluster, packet, "Ingress");
}

const usesHost = ({ pod, node }: Place): boolean =>
  pod === undefined ? node !== undefined : pod.hostNetwork === true;
const nodeOf = ({ pod, node }: Place): string | undefined => (pod === undefined ? node : pod.node);
const isOnItsHost = (one: Place, host: Place): boolean =>
  one.pod !== undefined &&
  one.pod.hostNetwork !== true &&
  usesHost(host) &&
  nodeOf(one) !== undefined &&
  nodeOf(one) === nodeOf(host);

function passes(cluster: Cluster, packet: Packet, direction: "Ingress" | "Egress"): boolean {
  const [own, peer] = direction === "Ingress" ? [packet.to, packet.from] : [packet.from, packet.to];
  const { pod } = own;
  if (pod === undefined || pod.hostNetwork === true) return true;
  let isolated = false;
  for (const policy of cluster.policies) {
    if (policy.namespace !== pod.namespace) continue;
    if (!matches(policy.spec.podSelector ?? {}, pod.labels)) continue;
    if (!typesOf(policy).includes(direction)) continue;
    isolated = true;
    const rules =
      direction === "Ingress"
        ? (policy.spec.ingress ?? []).map(({ from, ports }) => ({ peers: from, ports }))
        : (policy.spec.egress ?? []).map(({ to, ports }) => ({ peers: to, ports }));
    for (const { peers, ports } of rules) {
      const isPeer =
        peers === undefined ||
        peers.length === 0 ||
        peers.some((one) => isOneOf(cluster, policy.namespace, one, peer));
      const isPort = ports === undefined || ports.length === 0 || ports.some((one) => isOn(one, packet));
      if (isPeer && isPort) return true;
    }
  }
  return !isolated;
}

function typesOf({ spec }: Policy): readonly string[] {
  if (spec.policyTypes !== undefined && spec.policyTypes.length > 0) return spec.policyTypes;
  return spec.egress !== undefined && spec.egress.length > 0 ? ["Ingress", "Egress"] : ["Ingress"];
}

function isOneOf(cluster: Cluster, namespace: string, peer: Peer, { pod, ip }: Place): boolean {
  if (peer.ipBlock !== undefined) {
    const { cidr, except = [] } = peer.ipBlock;
    return isIn(cidr, ip) && !except.some((one) => isIn(one, ip));
  }
  if (pod === undefined || pod.hostNetwork === true) return false;
  if (peer.namespaceSelector === undefined) {
    if (pod.namespace !== namespace) return false;
  } else {
    const { name, labels } = cluster.namespaces.find((one) => one.name === pod.namespace) ?? {
      name: pod.namespace,
      labels: {},
    };
    if (!matches(peer.namespaceSelector, { ...labels, "kubernetes.io/metadata.name": name })) return false;
  }
  return matches(peer.podSelector ?? {}, pod.labels);
}

function isOn({ protocol = "TCP", port, endPort }: Port, packet: Packet): boolean {
  if (protocol !== packet.protocol) return false;
  if (port === undefined) return true;
  if (typeof port === "number") return packet.port >= port && packet.port <= (endPort ?? port);
  const named = packet.to.pod?.ports.find((one) => one.name === port && one.protocol === protocol);
  return named?.containerPort === packet.port;
}

function matches({ matchLabels = {}, matchExpressions = [] }: Selector, labels: Words): boolean {
  for (const [key, value] of Object.entries(matchLabels)) if (labels[key] !== value) return false;
  for (const { key, operator, values = [] } of matchExpressions) {
    const value = labels[key];
    if (operator === "Exists" && value === undefined) return false;
    if (operator === "DoesNotExist" && value !== undefined) return false;
    if (operator === "In" && (value === undefined || !values.includes(value))) return false;
    if (operator === "NotIn" && value !== undefined && values.includes(value)) return false;
  }
  return true;
}

function isIn(cidr: string, ip: string): boolean {
  const [network = "", prefix = ""] = cidr.split("/");
  const family = isIPv4(network) ? "ipv4" : "ipv6";
  if (family !== (isIPv4(ip) ? "ipv4" : "ipv6")) return false;
  const list = new BlockList();
  list.addSubnet(network, Number(prefix), family);
  return list.check(ip, family);
}
