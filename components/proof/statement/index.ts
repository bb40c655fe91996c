export * from "./statement.ts";
