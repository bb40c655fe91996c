export { stepsBetween } from "./between.ts";
export { changesIn, type Changes } from "./changes.ts";
export { ownershipIn, type Ownership } from "./ownership.ts";
export { nameOf, type Step, type Written } from "./step.ts";
