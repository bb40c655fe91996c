export * from "./firewall.ts";
export * from "./resources.ts";
export * from "./rule.ts";
export * from "./target.ts";
export * from "./summary.ts";
