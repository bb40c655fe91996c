export * from "./engine.ts";
export * from "./kubeconfig.ts";
export * from "./placement.ts";
