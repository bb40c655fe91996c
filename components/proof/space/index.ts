export * from "./addresses.ts";
export * from "./packets.ts";
export * as intervals from "./intervals.ts";
export type { Intervals } from "./intervals.ts";
