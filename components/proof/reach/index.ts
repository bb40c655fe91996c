export { Reach, type Passage } from "./reach.ts";
export type { Class } from "./classes.ts";
export type { Polarity, Spot } from "./spots.ts";
