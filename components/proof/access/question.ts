import { some, type ResourceRequest } from "./rule.ts";

/** A power over others or over what keeps them apart. */
export interface Question {
  /** Names it in a finding. */
  readonly id: string;
  readonly requests: readonly ResourceRequest[];
  /** Why it is nobody's even in a namespace of their own; absent where a team may do it there. */
  readonly holds?: string;
  readonly wayOut: string;
}

const write = ["create", "update", "patch", "delete", "deletecollection"];
const read = ["get", "list", "watch"];
const everything = [...read, ...write];

/** What has no name when it is asked for: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-resources */
const isNameless = (verb: string, resource: string): boolean =>
  verb === "deletecollection" || (verb === "create" && !resource.includes("/"));

const asked = (group: string, resources: string, verbs: readonly string[]): ResourceRequest[] =>
  resources
    .split(" ")
    .flatMap((resource) =>
      verbs.map((verb) => ({ verb, group, resource, ...(isNameless(verb, resource) ? {} : { name: some }) })),
    );

const rbacGroup = "rbac.authorization.k8s.io";

export const questions: readonly Question[] = [
  {
    id: "impersonate",
    requests: [
      ...asked("", "users groups", ["impersonate"]),
      ...asked("authentication.k8s.io", "uids userextras/scopes", ["impersonate"]),
    ],
    holds: "whoever impersonates others has all their rights",
    wayOut: 'Take the verb "impersonate" out of the role.',
  },
  {
    // Who works in a namespace can act as its service accounts anyway.
    id: "impersonate-service-accounts",
    requests: asked("", "serviceaccounts", ["impersonate"]),
    wayOut: 'Take the verb "impersonate" out of the role.',
  },
  {
    id: "rights",
    requests: [
      ...asked(rbacGroup, "roles clusterroles", ["escalate", "bind"]),
      ...asked(rbacGroup, "rolebindings roles clusterrolebindings clusterroles", write),
    ],
    holds: "whoever gives rights lets others into the compartment",
    wayOut: "Leave roles and bindings to the platform's administrators: take them out of the role.",
  },
  {
    id: "admission",
    requests: asked(
      "admissionregistration.k8s.io",
      [
        ...["validatingadmissionpolicies", "validatingadmissionpolicybindings"],
        ...["mutatingadmissionpolicies", "mutatingadmissionpolicybindings"],
        ...["validatingwebhookconfigurations", "mutatingwebhookconfigurations"],
      ].join(" "),
      write,
    ),
    wayOut: "Leave what judges pods to the platform's administrators: take it out of the role.",
  },
  {
    id: "namespace",
    requests: [
      ...asked("", "namespaces", ["update", "patch", "delete", "create"]),
      ...asked("", "namespaces/finalize namespaces/status", ["update", "patch"]),
    ],
    holds: "its labels and annotations link it to its nodes",
    wayOut: "Leave namespaces to the platform's administrators: let the role read them and no more.",
  },
  {
    id: "nodes",
    requests: [
      ...asked("", "nodes nodes/status", write),
      ...asked("", "nodes/proxy", everything),
      ...asked("storage.k8s.io", "csinodes volumeattachments", write),
    ],
    wayOut: "Leave nodes to the platform's administrators: take them out of the role.",
  },
  {
    id: "binding",
    requests: asked("", "pods/binding bindings", ["create"]),
    holds: "a binding puts a pod on any node, past the scheduler",
    wayOut: "Take bindings out of the role: the scheduler makes them.",
  },
  {
    id: "network",
    requests: [
      ...asked("networking.k8s.io", "networkpolicies", write),
      ...asked("extensions", "networkpolicies", write),
      ...asked("cilium.io", "ciliumnetworkpolicies ciliumclusterwidenetworkpolicies", write),
      ...asked("crd.projectcalico.org", "networkpolicies globalnetworkpolicies ippools", write),
      ...asked("projectcalico.org", "networkpolicies globalnetworkpolicies tiers ippools", write),
      ...asked(
        "policy.networking.k8s.io",
        "adminnetworkpolicies baselineadminnetworkpolicies clusternetworkpolicies",
        write,
      ),
    ],
    holds: "network policies close the namespace's network",
    wayOut: "Let the role read network policies and no more: what passes is a flow of the stack file.",
  },
  {
    id: "quotas",
    requests: [
      ...asked("", "resourcequotas limitranges", write),
      ...asked("", "resourcequotas/status", ["update", "patch"]),
    ],
    holds: "quotas and limits are the namespace's share of the platform",
    wayOut: "Let the role read quotas and limits and no more: they are the stack file's.",
  },
  {
    id: "exposure",
    requests: [
      ...asked("networking.k8s.io", "ingresses ingressclasses", write),
      ...asked("extensions", "ingresses", write),
      ...asked(
        "gateway.networking.k8s.io",
        "gateways gatewayclasses httproutes grpcroutes tlsroutes tcproutes udproutes referencegrants",
        write,
      ),
    ],
    holds: "whatever is reached from outside is an exposure of the stack file",
    wayOut: "Take ingresses and gateways out of the role: write an exposure in the stack file.",
  },
  {
    // https://github.com/kubernetes/kubernetes/issues/103675 (CVE-2021-25740) and
    // https://github.com/kubernetes/kubernetes/issues/97076 (CVE-2020-8554).
    id: "traffic",
    requests: [
      ...asked("", "endpoints", write),
      ...asked("discovery.k8s.io", "endpointslices", write),
      ...asked("", "services/status pods/status", ["update", "patch"]),
    ],
    holds: "they lead other namespaces' traffic to wherever they say",
    wayOut: "Let the role read them and no more: controllers write them.",
  },
  {
    id: "pods",
    requests: [
      ...asked("", "pods", write),
      ...asked("", "pods/eviction", ["create"]),
      ...asked("", "pods/resize", ["update", "patch"]),
    ],
    wayOut: "Take the subject out of the binding.",
  },
  {
    id: "exec",
    requests: [
      ...asked("", "pods/exec pods/attach pods/portforward", ["create", "get"]),
      ...asked("", "pods/proxy services/proxy", everything),
      ...asked("", "pods/ephemeralcontainers", ["update", "patch"]),
    ],
    wayOut: "Take the subject out of the binding.",
  },
  {
    id: "workloads",
    requests: [
      ...asked("apps", "deployments statefulsets daemonsets replicasets", write),
      ...asked("apps", "deployments/scale statefulsets/scale replicasets/scale", ["update", "patch"]),
      ...asked("batch", "jobs cronjobs", write),
      ...asked("", "replicationcontrollers", write),
    ],
    wayOut: "Take the subject out of the binding.",
  },
  {
    id: "secrets",
    requests: asked("", "secrets", everything),
    wayOut: "Take the subject out of the binding.",
  },
  {
    id: "tokens",
    requests: [...asked("", "serviceaccounts/token", ["create"]), ...asked("", "serviceaccounts", write)],
    wayOut: "Take the subject out of the binding.",
  },
  {
    id: "configmaps",
    requests: asked("", "configmaps", everything),
    wayOut: "Take the subject out of the binding.",
  },
  {
    id: "services",
    requests: asked("", "services persistentvolumeclaims", write),
    wayOut: "Take the subject out of the binding.",
  },
  {
    id: "certificates",
    requests: [
      ...asked("certificates.k8s.io", "certificatesigningrequests", write),
      ...asked(
        "certificates.k8s.io",
        "certificatesigningrequests/approval certificatesigningrequests/status",
        ["update", "patch"],
      ),
      ...asked("certificates.k8s.io", "signers", ["approve", "sign", "attest"]),
      ...asked("certificates.k8s.io", "clustertrustbundles", write),
    ],
    wayOut: "Leave certificates to the platform's administrators: they make anybody of their holder.",
  },
  {
    id: "storage",
    requests: [
      ...asked("", "persistentvolumes", everything),
      ...asked("storage.k8s.io", "storageclasses csidrivers", write),
    ],
    wayOut: "Leave volumes to the platform's administrators: one can be any node's files.",
  },
  {
    id: "extensions",
    requests: [
      ...asked("apiextensions.k8s.io", "customresourcedefinitions", write),
      ...asked("apiregistration.k8s.io", "apiservices", write),
    ],
    wayOut: "Leave what the API server itself is made of to the platform's administrators.",
  },
  {
    id: "leases",
    requests: asked("coordination.k8s.io", "leases", write),
    wayOut: "Take leases out of the role: they say which nodes and controllers live.",
  },
];
