import type { Plan } from "../../plan/index.ts";
import type { Program } from "../linux/controlPlane.ts";
import { simulator } from "./simulation.ts";

/** What a program is told: the value of each of its flags, by name. */
export type Flags = Readonly<Record<string, string>>;

/** The port of the API server on its host. */
export const apiPort = 6443;

/**
 * How the programs of a lab's control plane are run. Paths are those of its folder.
 *
 * Pods are kept in their compartments by admission plugins that are off unless they are named here
 * (https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers).
 */
export function planPrograms(plan: Plan, address: string): Readonly<Record<Program, Flags>> {
  const { serviceCidr, podCidr } = plan.network;
  return {
    // The keys of its configuration file: https://etcd.io/docs/v3.6/op-guide/configuration.
    etcd: {
      name: "default",
      "data-dir": "data",
      "listen-client-urls": "https://127.0.0.1:2379",
      "advertise-client-urls": "https://127.0.0.1:2379",
      // It has no peers, but does not start without a place for them.
      "listen-peer-urls": "https://127.0.0.1:2380",
      "initial-advertise-peer-urls": "https://127.0.0.1:2380",
      "initial-cluster": "default=https://127.0.0.1:2380",
      "log-level": "warn",
    },
    "kube-apiserver": {
      "advertise-address": address,
      "secure-port": String(apiPort),
      "service-cluster-ip-range": serviceCidr,
      "anonymous-auth": "false",
      "authorization-mode": "Node,RBAC",
      "enable-admission-plugins":
        "NodeRestriction,OwnerReferencesPermissionEnforcement,PodNodeSelector,PodTolerationRestriction",
      "allow-privileged": "false",
      "audit-policy-file": "audit-policy.json",
      "audit-log-path": "audit.log",
      "audit-log-maxsize": "50",
      "audit-log-maxbackup": "3",
      profiling: "false",
      "tls-min-version": "VersionTLS12",
      "service-account-issuer": "https://kubernetes.default.svc.cluster.local",
      "service-account-key-file": "pki/service-accounts.pub",
      "service-account-signing-key-file": "pki/service-accounts.key",
      "client-ca-file": "pki/ca.crt",
      "tls-cert-file": "pki/kube-apiserver.crt",
      "tls-private-key-file": "pki/kube-apiserver.key",
      "etcd-servers": "https://127.0.0.1:2379",
      "etcd-cafile": "pki/etcd-ca.crt",
      "etcd-certfile": "pki/etcd-client.crt",
      "etcd-keyfile": "pki/etcd-client.key",
    },
    "kube-controller-manager": {
      kubeconfig: "kube-controller-manager.json",
      "bind-address": "127.0.0.1",
      "leader-elect": "false",
      profiling: "false",
      // Each controller with its own rights: those of its user alone do not do for all of them.
      "use-service-account-credentials": "true",
      "root-ca-file": "pki/ca.crt",
      "service-account-private-key-file": "pki/service-accounts.key",
    },
    "kube-scheduler": {
      kubeconfig: "kube-scheduler.json",
      "bind-address": "127.0.0.1",
      "leader-elect": "false",
      profiling: "false",
    },
    kwok: {
      kubeconfig: "kwok.json",
      config: "stages.json",
      "manage-nodes-with-annotation-selector": "kwok.x-k8s.io/node=fake",
      // After a restart it takes nodes over only when the lease of the one before has run out.
      "node-lease-duration-seconds": "10",
      // It would write a line for each lease that it renews.
      v: "WARN",
      cidr: podCidr,
    },
  };
}

/**
 * What is written to the audit log: who asked for what, and never what a secret or a token was
 * (https://kubernetes.io/docs/tasks/debug/debug-cluster/audit).
 */
export const auditPolicy = {
  apiVersion: "audit.k8s.io/v1",
  kind: "Policy",
  omitStages: ["RequestReceived"],
  rules: [
    // What the control plane itself reads and renews all the time tells nothing.
    {
      level: "None",
      nonResourceURLs: ["/readyz*", "/livez*", "/healthz*", "/openapi*", "/api*", "/version"],
    },
    {
      level: "None",
      users: ["system:apiserver", "system:kube-scheduler", "system:kube-controller-manager", simulator],
      verbs: ["get", "list", "watch"],
    },
    { level: "None", resources: [{ group: "coordination.k8s.io", resources: ["leases"] }] },
    { level: "Metadata" },
  ],
};
