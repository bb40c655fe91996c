import type { Engine, Overlay } from "./environment.ts";
import type { Role } from "./host.ts";
import type { Port } from "./port.ts";
import { ipip, tcp, vxlan } from "./traffic.ts";

const calico = "https://docs.tigera.io/calico/latest/getting-started/kubernetes/requirements";

/** What carries pods' packets between nodes, for an overlay that the engine's own table does not hold already. */
export function overlayPorts(overlay: Overlay, engine: Engine): readonly Port[] {
  const nodes: readonly Role[] = engine === "mke" ? ["manager", "registry", "worker"] : ["manager", "worker"];
  const between = { to: nodes, from: nodes, source: calico };
  if (overlay === "vxlan")
    return engine === "mke"
      ? []
      : [{ ...between, traffic: vxlan, why: "pods' packets between nodes (VXLAN)" }];
  return [
    { ...between, traffic: ipip, why: "pods' packets between nodes (IP-in-IP)" },
    // MKE's table has BGP for every overlay; upstream only IP-in-IP brings it.
    ...(engine === "mke" ? [] : [{ ...between, traffic: tcp(179), why: "Calico's BGP sessions" }]),
  ];
}
