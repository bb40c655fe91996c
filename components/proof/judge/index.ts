export { expectLayers, judge, type ClusterEvidence, type Evidence, type ExpectedLayer } from "./judge.ts";
export { observe, type Observed } from "./observe.ts";
export { dayOf } from "./exceptions.ts";
export type { Forwarding } from "./tunnels.ts";
