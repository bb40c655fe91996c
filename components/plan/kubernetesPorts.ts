import type { Port } from "./port.ts";
import { tcp } from "./traffic.ts";

const upstream = "https://kubernetes.io/docs/reference/networking/ports-and-protocols/";

const distribution = "https://github.com/opencontainers/distribution-spec/blob/main/spec.md";
const nodes = ["manager", "worker"] as const;

/**
 * The ports of upstream Kubernetes with its control plane on the managers. The registry is no node of it, it only
 * serves images. NodePorts open with an exposure only.
 */
export const kubernetesPorts: readonly Port[] = [
  { to: ["manager"], from: nodes, traffic: tcp(6443), why: "Kubernetes API", source: upstream },
  { to: ["manager"], from: ["manager"], traffic: tcp(2379), why: "etcd clients", source: upstream },
  { to: ["manager"], from: ["manager"], traffic: tcp(2380), why: "etcd peers", source: upstream },
  {
    to: nodes,
    from: ["manager"],
    traffic: tcp(10250),
    why: "kubelet: logs, exec, metrics",
    source: upstream,
  },
  {
    to: ["registry"],
    from: nodes,
    traffic: tcp(443),
    why: "image pull and push",
    source: distribution,
  },
  {
    to: ["manager"],
    from: "outside",
    traffic: tcp(6443),
    why: "people reach the Kubernetes API",
    source: upstream,
  },
  {
    to: ["registry"],
    from: "outside",
    traffic: tcp(443),
    why: "people reach the registry",
    source: distribution,
  },
];
