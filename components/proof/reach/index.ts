export { Reach, type Passage } from "./reach.ts";
export type { Class } from "./classes.ts";
export type { Polarity, Spot } from "./spots.ts";
export { because, explain, type Decision, type Explanation, type Stop } from "./explain.ts";
export type { Near } from "./near.ts";
export { nameOf, showExplanation } from "./showExplanation.ts";
export { witness } from "./witness.ts";
