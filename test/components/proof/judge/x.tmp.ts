import { podNetwork, policed } from "../../../../components/proof/kubernetes/index.ts";
import { observe } from "../../../../components/proof/judge/index.ts";
import { manifest, pod, policy } from "../kubernetes/cluster.ts";
const n = 2000;
const net = podNetwork(manifest(...Array.from({ length: n }, (_, i) => pod(`ns${i % 50}/p${i}`, {}, {}, { podIP: `10.${i % 200}.${(i * 7) % 250}.${1 + (i * 13) % 250}` })), ...Array.from({ length: 50 }, (_, i) => policy(`ns${i}/d`, { podSelector: {}, policyTypes: ["Ingress"] }))));
let t = performance.now(); const s = observe({ name: "pods", network: net, source: "x", scope: policed, kind: "pod", itself: true }); console.log("observe", performance.now() - t);
t = performance.now(); let c = 0; for (const _ of s.layers[0]!.outside()) c++; console.log("outside", c, performance.now() - t);
