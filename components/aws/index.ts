export * from "./current.ts";
export { differences } from "./definition.ts";
export * from "./rolling.ts";
export * from "./target.ts";
