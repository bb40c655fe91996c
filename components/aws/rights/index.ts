export * from "./backend.ts";
export * from "./grant.ts";
export * from "./kinds/index.ts";
export * from "./policies.ts";
export * from "./registered.ts";
export * from "./rights.ts";
export * from "./scope.ts";
export * from "./statement.ts";
