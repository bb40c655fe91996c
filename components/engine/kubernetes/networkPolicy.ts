import type { networking } from "@pulumi/kubernetes/types/input.js";
import {
  compareNames,
  management,
  showTraffic,
  type Endpoint,
  type Flow,
  type Host,
  type Namespace,
  type Plan,
  type Traffic,
} from "../../plan/index.ts";

/** What may reach a namespace's pods, or be reached by them: one Kubernetes NetworkPolicy. */
export interface NetworkPolicy {
  /** Unique in its namespace; from its content. */
  readonly name: string;
  readonly why: string;
  readonly spec: networking.v1.NetworkPolicySpec;
}

type Direction = "ingress" | "egress";

const everyPod = {};
const nameLabel = "kubernetes.io/metadata.name";
// Where CoreDNS and kube-dns run (https://kubernetes.io/docs/tasks/administer-cluster/dns-custom-nameservers).
const dnsPods = {
  namespaceSelector: { matchLabels: { [nameLabel]: "kube-system" } },
  podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
};

/**
 * The policies of a namespace: nothing passes but names being looked up, what its own pods say to each other where
 * its zone is open inside, and the flows that the stack file adds. The flows of roles are those of machines, not of
 * pods. NetworkPolicies know TCP, UDP and SCTP, so that a flow of another protocol is the firewall's alone.
 */
export function networkPolicies(plan: Plan, namespace: Namespace): NetworkPolicy[] {
  const zone = plan.zones.find(({ name }) => name === zoneOf(plan, namespace));
  return [
    {
      name: "default-deny",
      why: "what no policy allows is dropped, in both directions",
      spec: { podSelector: everyPod, policyTypes: ["Ingress", "Egress"] },
    },
    {
      name: "dns",
      why: "pods look names up",
      spec: {
        podSelector: everyPod,
        policyTypes: ["Egress"],
        egress: [
          { to: [dnsPods], ports: (["UDP", "TCP"] as const).map((protocol) => ({ protocol, port: 53 })) },
        ],
      },
    },
    ...(zone?.inside === "open"
      ? [
          {
            name: "inside",
            why: "the namespace's pods talk freely to each other, as machines of its zone do",
            spec: {
              podSelector: everyPod,
              policyTypes: ["Ingress", "Egress"],
              ingress: [{ from: [{ podSelector: everyPod }] }],
              egress: [{ to: [{ podSelector: everyPod }] }],
            },
          },
        ]
      : []),
    ...flowPolicies(plan, namespace),
  ];
}

function flowPolicies(plan: Plan, namespace: Namespace): NetworkPolicy[] {
  const policies = new Map<string, NetworkPolicy & { readonly whys: readonly string[] }>();
  const add = (direction: Direction, flow: Flow, traffic: Ports, other: Endpoint) => {
    const [word, ends] = direction === "ingress" ? (["from", "from"] as const) : (["to", "to"] as const);
    const others = peers(plan, other);
    // To Kubernetes an empty list is everybody, as that of registries is where there are none.
    if (others.length === 0) return;
    const name = `${word}-${slug(other)}-${showTraffic(traffic).replaceAll("/", "-")}`;
    const why = flow.owner === undefined ? flow.why : `${flow.why} (${flow.owner})`;
    const whys = [...new Set([...(policies.get(name)?.whys ?? []), why])];
    policies.set(name, {
      name,
      whys,
      why: whys.join("; "),
      spec: {
        podSelector: everyPod,
        policyTypes: [direction === "ingress" ? "Ingress" : "Egress"],
        [direction]: [{ [ends]: others, ports: [ports(traffic)] }],
      },
    });
  };
  for (const flow of plan.flows) {
    const { from, to, traffic } = flow;
    if (flow.owner === undefined || traffic.kind !== "ports") continue;
    if (holds(plan, to, namespace)) add("ingress", flow, traffic, from);
    if (holds(plan, from, namespace)) add("egress", flow, traffic, to);
  }
  return [...policies.values()]
    .map(({ name, why, spec }) => ({ name, why, spec }))
    .sort((a, b) => compareNames(a.name, b.name));
}

type Ports = Extract<Traffic, { kind: "ports" }>;

const ports = ({ protocol, from, to }: Ports) => ({
  protocol: protocol.toUpperCase(),
  port: from,
  ...(from === to ? {} : { endPort: to }),
});

const zoneOf = ({ collections }: Plan, { collection }: Namespace): string =>
  collections.find(({ name }) => name === collection)?.zone ?? "";

/** Whether a namespace's pods are at this end of a flow, since their nodes are. */
function holds(plan: Plan, end: Endpoint, namespace: Namespace): boolean {
  switch (end.kind) {
    case "zone":
      return end.zone === zoneOf(plan, namespace);
    case "collection":
      return end.collection === namespace.collection;
    case "role":
      return end.role === "worker";
    case "appliance":
    case "outside":
      return false;
  }
}

function peers(plan: Plan, end: Endpoint): object[] {
  switch (end.kind) {
    case "zone":
      return end.zone === management
        ? addresses(plan, ({ zone }) => zone === management)
        : namespaces(plan, end);
    case "collection":
      return namespaces(plan, end);
    case "role":
      return end.role === "worker" ? namespaces(plan, end) : addresses(plan, ({ role }) => role === end.role);
    case "appliance":
      return plan.appliances
        .filter(({ kind }) => kind === end.appliance)
        .flatMap(({ places }) => places)
        .flatMap(({ address }) => (address === undefined ? [] : [{ ipBlock: { cidr: `${address}/32` } }]));
    case "outside":
      return end.addresses.map((cidr) => ({ ipBlock: { cidr } }));
  }
}

/**
 * By their names, which the API server itself writes on them: any other label of theirs can also be put on a namespace
 * that is linked to nothing (https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/#automatic-labelling).
 */
function namespaces(plan: Plan, end: Endpoint): object[] {
  const values = plan.namespaces.filter((namespace) => holds(plan, end, namespace)).map(({ name }) => name);
  if (values.length === 0) return [];
  return [{ namespaceSelector: { matchExpressions: [{ key: nameLabel, operator: "In", values }] } }];
}

/** Machines that run no pods. */
const addresses = ({ hosts }: Plan, isMeant: (host: Host) => boolean): object[] =>
  hosts.filter(isMeant).map(({ address }) => ({ ipBlock: { cidr: `${address}/32` } }));

/** An end as a part of a name. */
function slug(end: Endpoint): string {
  switch (end.kind) {
    case "zone":
      return end.zone;
    case "collection":
      return `${end.zone}.${end.collection}`;
    case "role":
      return end.role;
    case "appliance":
      return end.appliance;
    case "outside":
      return end.addresses.map((block) => block.replace("/", "-")).join(".");
  }
}
