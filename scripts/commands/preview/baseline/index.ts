export { extractBase, previewBase, type Base } from "./base.ts";
export { baselineOf, beforeOf, type Baseline } from "./baseline.ts";
export { writeExport } from "./export.ts";
export { type Place } from "./offline.ts";
export { scrub, type Deployment, type Scrubbed } from "./scrub.ts";
export { stateOf, usedBefore, type UsedBefore } from "./state.ts";
