import { apiGroup, nameOf, namespaceOf, type Sourced } from "./objects.ts";

/** An object that decides on pods' traffic in a way that is not understood here. */
export interface Foreign {
  /** For people: `AdminNetworkPolicy "quarantine"`. */
  readonly name: string;
  readonly origin: string;
  /** Whether it may open what network policies close. */
  readonly opens: boolean;
  /** The namespace to whose pods it applies; absent where it may apply to all. */
  readonly namespace?: string;
}

interface Kind {
  readonly group: RegExp;
  readonly kind: RegExp;
  readonly opens: boolean;
  readonly wide: boolean;
}

const kinds: readonly Kind[] = [
  // Those of the tier Admin decide before network policies do, those of Baseline only where none selects the pod:
  // https://network-policy-api.sigs.k8s.io/api-overview/. A ClusterNetworkPolicy may be of either tier.
  { group: /^policy\.networking\.k8s\.io$/, kind: /^BaselineAdminNetworkPolicy$/, opens: false, wide: true },
  { group: /^policy\.networking\.k8s\.io$/, kind: /NetworkPolicy$/, opens: true, wide: true },
  // Cilium lets pass what any rule of any kind allows: https://docs.cilium.io/en/stable/network/kubernetes/policy/
  { group: /^cilium\.io$/, kind: /^Cilium(?:NetworkPolicy|LocalRedirectPolicy)$/, opens: true, wide: false },
  {
    group: /^cilium\.io$/,
    kind: /^CiliumClusterwide(?:NetworkPolicy|EnvoyConfig)$/,
    opens: true,
    wide: true,
  },
  // The first policy by `order` that decides does so for good:
  // https://docs.tigera.io/calico/latest/reference/resources/networkpolicy
  { group: /(?:^|\.)projectcalico\.org$/, kind: /^NetworkPolicy$/, opens: true, wide: false },
  {
    group: /(?:^|\.)projectcalico\.org$/,
    kind: /^(?:GlobalNetworkPolicy|HostEndpoint|Profile)$/,
    opens: true,
    wide: true,
  },
  // https://antrea.io/docs/main/docs/antrea-network-policy/
  { group: /(?:^|\.)antrea\.io$/, kind: /^(?:NetworkPolicy|AntreaNetworkPolicy)$/, opens: true, wide: false },
  { group: /(?:^|\.)antrea\.io$/, kind: /^ClusterNetworkPolicy$/, opens: true, wide: true },
  // A mesh's proxies see a packet after network policies did, and can only refuse it. One in Istio's root namespace is
  // for all: https://istio.io/latest/docs/reference/config/security/authorization-policy/
  {
    group: /^security\.istio\.io$/,
    kind: /^(?:AuthorizationPolicy|PeerAuthentication|RequestAuthentication)$/,
    opens: false,
    wide: true,
  },
  { group: /^policy\.linkerd\.io$/, kind: /./, opens: false, wide: true },
  { group: /^kuma\.io$/, kind: /^(?:MeshTrafficPermission|TrafficPermission)$/, opens: false, wide: true },
  // https://docs.openshift.com/container-platform/latest/networking/network_security/egress_firewall
  { group: /^k8s\.ovn\.org$/, kind: /^EgressFirewall$/, opens: false, wide: false },
  { group: /^network\.openshift\.io$/, kind: /^EgressNetworkPolicy$/, opens: false, wide: false },
];

/** Kinds that nobody has told about here, but whose names do. */
const suspicious = /NetworkPolicy|Firewall|AuthorizationPolicy/;
const harmless = /^Staged|^NetworkPolicy(?:Recommendation|Report)/;

export function foreignOf(sourced: Sourced): Foreign | undefined {
  const { object, origin } = sourced;
  const group = apiGroup(object);
  if (group === "networking.k8s.io" || group === "extensions" || harmless.test(object.kind)) return undefined;
  const known =
    kinds.find((one) => one.group.test(group) && one.kind.test(object.kind)) ??
    (suspicious.test(object.kind) ? { opens: true, wide: true } : undefined);
  if (known === undefined) return undefined;
  const namespace = known.wide ? undefined : namespaceOf(object);
  return {
    name: `${object.kind} "${nameOf(sourced)}"`,
    origin,
    opens: known.opens,
    ...(namespace === undefined ? {} : { namespace }),
  };
}

export const assumptionOf = ({ name, opens }: Foreign): string =>
  opens
    ? `${name} is not understood: it may open what network policies close, and so its pods are taken for open; nothing that it may close counts as sure`
    : `${name} is not understood: it may close what is listed here, and opens nothing more`;
