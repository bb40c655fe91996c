import type { Plan } from "../../../components/plan/index.ts";
import { evidenceOf } from "../../../components/proof/evidence.ts";
import { judge } from "../../../components/proof/judge/index.ts";
import {
  accountOf,
  compareAccounts,
  endpointWords,
  type Account,
  type JsonFinding,
} from "../../../components/proof/report/index.ts";
import { Resources, type StackRead } from "../../../components/proof/resource/index.ts";
import type { Proof, ReportedFinding } from "./report/index.ts";

/** The proof of what a state or a plan holds. */
export async function accountIn(
  plan: Plan,
  { resources }: StackRead,
  source: string,
  today: string,
): Promise<Account> {
  return accountOf(judge(plan, await evidenceOf(plan, new Resources(resources), source), today));
}

export interface Before {
  readonly account: Account;
  /** Whether it was judged by the stack file of before, so that what is missing now was or was not missing then. */
  readonly byOwnFile: boolean;
}

/** What a proof says of a change. */
export function proofOf(
  after: Account,
  before: Before | undefined,
  find: (place: readonly (string | number)[]) => string | undefined,
  today: string,
): Proof {
  const { report } = after;
  const old = before?.account.report;
  const diff = before === undefined ? undefined : compareAccounts(before.account, after);
  const had = {
    leak: new Set(old?.leaks.map(({ id }) => id)),
    missing: new Set(before?.byOwnFile === true ? old?.missing.map(({ id }) => id) : []),
  };
  const has = new Set(report.leaks.map(({ id }) => id));
  const reported = (kind: ReportedFinding["kind"]) => (finding: JsonFinding) =>
    findingOf(kind, finding, !had[kind].has(finding.id), find);
  const known = new Set(old?.assumptions.map(({ text }) => text));
  const exceptions = new Set(old?.exceptions.map(({ what }) => what));
  return {
    holds: report.holds,
    opened: diff?.openedWords ?? [],
    closed: diff?.closedWords ?? [],
    endpoints: diff === undefined ? [] : endpointWords(diff),
    findings: [...report.leaks.map(reported("leak")), ...report.missing.map(reported("missing"))].sort(
      (a, b) => Number(b.isNew) - Number(a.isNew),
    ),
    gone: (old?.leaks ?? []).filter(({ id }) => !has.has(id)).map(({ message }) => message),
    exceptions: report.exceptions.map(({ what, why, owner, expires }) => ({
      what,
      why,
      owner,
      expires,
      daysLeft: daysBetween(today, expires),
      isNew: before?.byOwnFile === true && !exceptions.has(what),
    })),
    assumptions:
      old === undefined
        ? []
        : report.assumptions.filter(({ text }) => !known.has(text)).map(({ text }) => text),
  };
}

function findingOf(
  kind: ReportedFinding["kind"],
  { message, witness, because, wayOut, place }: JsonFinding,
  isNew: boolean,
  find: (place: readonly (string | number)[]) => string | undefined,
): ReportedFinding {
  const at = place === undefined || place.length === 0 ? undefined : find(place);
  return {
    kind,
    isNew,
    message,
    witness,
    because: because.map(({ text, why }) => (why === undefined ? text : `${text} (${why})`)),
    ...(wayOut === undefined ? {} : { wayOut }),
    ...(at === undefined ? {} : { place: at }),
  };
}

const daysBetween = (from: string, to: string): number =>
  Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);
