export { describedFacts } from "./describe.ts";
export type { DescribedFile } from "./described/files.ts";
export type { Facts } from "./facts.ts";
export { awsNetwork } from "./network.ts";
export { registeredFacts } from "./registered.ts";
