import type { Report } from "../../../../scripts/commands/preview/report/index.ts";

/** Fields that a report's reader does not show as text, but decides by. */
const decided = new Set(["kind", "outcome", "op", "made"]);

/** A report with other texts in all places of its texts. */
export function withTexts(report: Report, text: (before: string) => string): Report {
  return JSON.parse(JSON.stringify(report), (key, value: unknown) =>
    typeof value === "string" && !decided.has(key) ? text(value) : value,
  ) as Report;
}
