import { tcp, udp, vxlan } from "./traffic.ts";
import type { Port } from "./port.ts";

const table = "docker/docs@03a6e01a:ee/ucp/admin/install/system-requirements.md";
const table37 =
  "https://docs.mirantis.com/mke/3.7/install/predeployment/configure-networking/open-ports.html";
const table35 =
  "https://docs.mirantis.com/mke/3.5/install/predeployment/configure-networking/open-ports.html";
const install38 = "https://docs.mirantis.com/mke/3.8/cli-ref/mke-cli-install.html";
const install39 = "https://docs.mirantis.com/mke4/3.9/cli-ref/mke-cli-install/";
const registry = "matsuand/docs.docker.jp@788814c0:ee/dtr/admin/install/system-requirements.md";
const windows =
  "matsuand/docs.docker.jp@788814c0:ee/ucp/admin/configure/join-nodes/join-windows-nodes-to-cluster.md";

const managers = { to: ["manager"], from: "all" } as const;
const everyone = { to: ["manager", "registry", "worker"], from: "all" } as const;

/**
 * The ports that MKE 3.8 and 3.9 document as needed "from other hosts in the same cluster". The registry is a
 * worker to MKE. Ports that only a host itself uses are left out, and so are those of metrics (9055, 9091, 9100),
 * listed for MKE 3.7 alone: the later tables were not seen whole, so they stay closed until a flow opens them.
 */
export const mkePorts: readonly Port[] = [
  { ...everyone, traffic: tcp(179), why: "Calico's BGP sessions", source: install38 },
  { ...managers, traffic: tcp(443), why: "MKE's web UI and API", source: table37 },
  { ...managers, traffic: tcp(2376), why: "Docker Swarm (classic) API, for older clients", source: table37 },
  { ...managers, traffic: tcp(2377), why: "Swarm-mode control", source: table37 },
  { ...everyone, traffic: vxlan, why: "overlay networks (VXLAN)", source: install38 },
  { ...managers, traffic: tcp(6443), why: "Kubernetes API", source: table37 },
  { ...everyone, traffic: tcp(7946), why: "Swarm's gossip between hosts", source: table37 },
  { ...everyone, traffic: udp(7946), why: "Swarm's gossip between hosts", source: table37 },
  { ...everyone, traffic: tcp(10250), why: "kubelet: logs, exec, metrics", source: install38 },
  { ...everyone, traffic: tcp(12376), why: "TLS proxy to the container engine", source: install38 },
  // 12378 on every host is a reverse proxy to the managers' etcd, so workers need 12379 too.
  { ...managers, traffic: tcp(12379), why: "etcd clients", source: install38 },
  { ...managers, traffic: tcp(12380), why: "etcd peers", source: install38 },
  { ...managers, traffic: tcp(12381), why: "cluster certificate authority", source: install38 },
  { ...managers, traffic: tcp(12382), why: "client certificate authority", source: table35 },
  { ...managers, traffic: tcp(12383), why: "authentication's database", source: table35 },
  { ...managers, traffic: tcp(12384), why: "authentication's database, between managers", source: table35 },
  { ...managers, traffic: tcp(12385), why: "authentication API", source: table35 },
  { ...managers, traffic: tcp(12386), why: "authentication worker", source: table35 },
  { ...managers, traffic: tcp(12387), why: "metrics service", source: table35 },
  { ...managers, traffic: tcp(12388), why: "Kubernetes API, internal", source: table },
  {
    ...managers,
    traffic: tcp(12390),
    why: "listed by the installer, purpose not documented",
    source: install39,
  },
  { to: ["registry"], from: "all", traffic: tcp(443), why: "image pull and push", source: registry },
  {
    to: ["manager"],
    from: "outside",
    traffic: tcp(443),
    why: "people reach MKE's web UI and API",
    source: table37,
  },
  {
    to: ["manager"],
    from: "outside",
    traffic: tcp(6443),
    why: "people reach the Kubernetes API",
    source: table37,
  },
  {
    to: ["registry"],
    from: "outside",
    traffic: tcp(443),
    why: "people reach the registry",
    source: registry,
  },
  {
    to: ["worker"],
    from: "all",
    os: "windows",
    traffic: tcp(2376),
    why: "container engine's TLS port on Windows (docker_local)",
    source: windows,
  },
];
