export * from "./current.ts";
export * from "./rolling.ts";
export * from "./target.ts";
