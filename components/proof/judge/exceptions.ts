import { endpoint, showTraffic, type Endpoint, type ExceptionSpec, type Plan } from "../../plan/index.ts";
import type { Ends } from "../network/index.ts";
import { intervals, packetsOf } from "../space/index.ts";
import type { Finding, StatedException } from "../statement/index.ts";
import type { Excused } from "./expectation.ts";

/** The machines, pods or addresses that one end of a flow stands for in some layer. */
export type EndsOf = (endpoint: Endpoint) => Ends;

/** The day of a time, in UTC, such as `2027-01-31`. */
export const dayOf = (time: Date): string => time.toISOString().slice(0, 10);

const isExpired = ({ expires }: ExceptionSpec, today: string): boolean => expires < today;

/** The exceptions about traffic that still hold. */
export const excusedTraffic = ({ exceptions }: Plan, endsOf: EndsOf, today: string): Excused[] =>
  exceptions.flatMap((exception, index) =>
    exception.kind !== "flow" || isExpired(exception, today)
      ? []
      : [
          {
            from: endsOf(endpoint(exception.from)),
            to: endsOf(endpoint(exception.to)),
            packets: intervals.unionOf(exception.traffic.map(packetsOf)),
            index,
          },
        ],
  );

/** Tells the findings apart that an exception names which still holds, and notes what it excuses. */
export function excuseFindings(
  { exceptions }: Plan,
  findings: readonly Finding[],
  today: string,
  excuses: Map<number, Set<string>>,
): { others: Finding[]; excused: Finding[] } {
  const named = new Map<string, number[]>();
  for (const [index, exception] of exceptions.entries())
    if (exception.kind === "finding" && !isExpired(exception, today))
      named.set(exception.finding, [...(named.get(exception.finding) ?? []), index]);
  const [others, excused]: [Finding[], Finding[]] = [[], []];
  for (const finding of findings) {
    const indices = named.get(finding.id) ?? [];
    (indices.length === 0 ? others : excused).push(finding);
    for (const index of indices)
      excuses.set(index, (excuses.get(index) ?? new Set<string>()).add(finding.id));
  }
  return { others, excused };
}

export const stateExceptions = (
  { exceptions }: Plan,
  today: string,
  excuses: ReadonlyMap<number, ReadonlySet<string>>,
): StatedException[] =>
  exceptions.map((exception, index) => ({
    what: whatOf(exception),
    why: exception.why,
    owner: exception.owner,
    expires: exception.expires,
    expired: isExpired(exception, today),
    excuses: [...(excuses.get(index) ?? [])],
  }));

const whatOf = (exception: ExceptionSpec): string =>
  exception.kind === "finding"
    ? exception.finding
    : `${exception.from} -> ${exception.to}: ${exception.traffic.map(showTraffic).join(", ")}`;
