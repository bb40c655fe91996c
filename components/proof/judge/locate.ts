import type { Finding, Statement } from "../statement/index.ts";

/** The same statement with the places in the stack file that its findings are about. */
export function locate(
  statement: Statement,
  find: (place: readonly (string | number)[]) => string | undefined,
): Statement {
  const located = (finding: Finding): Finding => {
    const at = finding.place === undefined || finding.place.length === 0 ? undefined : find(finding.place);
    return at === undefined ? finding : { ...finding, at };
  };
  const { leaks, excused, missing } = statement;
  return {
    ...statement,
    leaks: leaks.map(located),
    excused: excused.map(located),
    missing: missing.map(located),
  };
}
