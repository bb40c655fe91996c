export { answeredPackets } from "./conntrack.ts";
export { readCheckpoints, type Devices, type ReadRuleset } from "./checkpoints.ts";
export { parseRuleset, type Ruleset } from "./ruleset.ts";
export { sourcesBy } from "./sources.ts";
export type { Alternative } from "./alternative.ts";
export type { ListedSet, Statement } from "./ruleset.ts";
export { readStatements, type Verdict } from "./statement.ts";
