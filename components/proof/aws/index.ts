export { describedFacts } from "./describe.ts";
export type { DescribedFile } from "./described/files.ts";
export { forwardingOf } from "./hostFirewall/index.ts";
export { namedAs } from "./described/names.ts";
export type { Facts } from "./facts.ts";
export { awsNetwork } from "./network.ts";
export { registeredFacts } from "./registered.ts";
