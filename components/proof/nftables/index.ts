export { answeredPackets } from "./conntrack.ts";
export { readCheckpoints, type Devices, type ReadRuleset } from "./checkpoints.ts";
export { parseRuleset, type Ruleset } from "./ruleset.ts";
export { sourcesBy } from "./sources.ts";
