import type { Section } from "../matters/index.ts";
import type { Growth } from "./growth.ts";

/** What may be missing from a comment, in words. */
export const parts = {
  environment: ["environment", "environments"],
  comparison: ["line on what was compared", "lines on what was compared"],
  group: ["application group's changes", "application groups' changes"],
  component: ["component", "components"],
  map: ["map", "maps"],
  names: ["changed resource's name", "changed resources' names"],
  properties: ["changed resource's properties", "changed resources' properties"],
  counts: ["line of counts", "lines of counts"],
} as const satisfies Readonly<Record<string, Growth["missed"]>>;

export const itemParts: Readonly<Record<Section["kind"], Growth["missed"]>> = {
  failure: ["failure", "failures"],
  "new finding": ["finding", "findings"],
  "old finding": ["earlier finding", "earlier findings"],
  data: ["loss of data", "losses of data"],
  machine: ["line on machines", "lines on machines"],
  reach: ["sentence on who can reach whom", "sentences on who can reach whom"],
  exception: ["exception", "exceptions"],
  limit: ["limit", "limits"],
  note: ["note", "notes"],
};

export const rowParts: readonly [string, string] = ["explanation", "explanations"];
