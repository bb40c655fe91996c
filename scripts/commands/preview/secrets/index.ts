export { confidentialKind } from "./confidential.ts";
export { gatherEnvironment, gatherSecrets } from "./gather.ts";
export { isMarked, isSecret } from "./mark.ts";
export { hidden, Secrets } from "./secrets.ts";
