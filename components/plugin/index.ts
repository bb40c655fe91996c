export * from "./serve.ts";
