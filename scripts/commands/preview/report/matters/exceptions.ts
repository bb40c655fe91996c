import { count } from "../../../../../components/proof/report/words.ts";
import type { Proof } from "../report.ts";
import { plainItems, type Section } from "./section.ts";

type Exception = Proof["exceptions"][number];

/** Days before its end from which an exception is shown. */
const near = 14;

/** Exceptions that somebody has to decide about: new ones, and those that end soon or have ended. */
export function exceptionSections(exceptions: readonly Exception[]): Section[] {
  const due = exceptions
    .filter(({ daysLeft, isNew }) => isNew || daysLeft <= near)
    .sort((a, b) => a.daysLeft - b.daysLeft);
  if (due.length === 0) return [];
  return [
    {
      kind: "exception",
      title: `${count(due.length, "exception")} to decide about`,
      items: plainItems(due.map(words)),
    },
  ];
}

const words = ({ what, why, owner, expires, daysLeft, isNew }: Exception): string =>
  `${[...(isNew ? ["new"] : []), until(expires, daysLeft)].join(", ")}: ${what} (${why}; ${owner})`;

function until(expires: string, daysLeft: number): string {
  if (daysLeft < 0) return `EXPIRED on ${expires}, and excuses nothing any more`;
  if (daysLeft === 0) return "expires today";
  return daysLeft <= near ? `expires in ${count(daysLeft, "day")}, on ${expires}` : `until ${expires}`;
}
