export * from "./analyzed.ts";
export * from "./resource.ts";
export * from "./resources.ts";
export * from "./stack.ts";
