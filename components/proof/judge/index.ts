export { expectLayers, judge, type ClusterEvidence, type Evidence } from "./judge.ts";
export type { ExpectedLayer } from "./layer.ts";
export { observe, type Observed } from "./observe.ts";
export { locate } from "./locate.ts";
export { dayOf } from "./exceptions.ts";
export type { Forwarding } from "./tunnels.ts";
