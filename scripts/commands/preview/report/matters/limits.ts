import type { Limit } from "../report.ts";
import type { Section } from "./section.ts";

/** The percentage from which a limit is shown whatever changes. */
const high = 80;

/** Limits of which more or less is used than before, or nearly all. */
export function limitSections(limits: readonly Limit[]): Section[] {
  const shown = limits.filter((limit) => isMoved(limit) || percentOf(limit) >= high);
  if (shown.length === 0) return [];
  return [
    {
      kind: "limit",
      title: "Limits",
      items: shown.map((limit) => ({
        text: words(limit),
        rows: percentOf(limit) >= high ? [{ label: "way out", text: limit.wayOut }] : [],
      })),
    },
  ];
}

const isMoved = ({ used, before }: Limit) => before !== undefined && before !== used;

const percentOf = ({ used, limit }: Limit): number =>
  limit > 0 ? Math.floor((used / limit) * 100) : used > 0 ? Infinity : 0;

function words(limit: Limit): string {
  const { what, used, limit: most, before } = limit;
  const share = used > most ? "OVER THE LIMIT" : `${percentOf(limit)} %`;
  return `${what}: ${number(used)} of ${number(most)} (${share})${before === undefined || before === used ? "" : `, ${number(before)} before`}`;
}

const number = (value: number) => value.toLocaleString("en-US");
