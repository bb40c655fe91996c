export * from "./cluster.ts";
export * from "./nodes.ts";
export * from "./programs.ts";
export * from "./resource.ts";
export * from "./simulation.ts";
