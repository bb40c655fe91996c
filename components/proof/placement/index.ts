export { judgePlacement, type HeldNamespace, type PlacementJudgement } from "./judge.ts";
export type { Plugins } from "./plugins.ts";
export type { Safeguard } from "./check.ts";
