export * from "./matrix.ts";
export * from "./probe.ts";
export * from "./prober.ts";
export * from "./probes.ts";
export * from "./report.ts";
export * from "./verdict.ts";
