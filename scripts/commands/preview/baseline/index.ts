export { offlinePlace, type Place } from "./offline.ts";
export { readExport, writeExport } from "./export.ts";
export { scrub, type Deployment, type Scrubbed } from "./scrub.ts";
