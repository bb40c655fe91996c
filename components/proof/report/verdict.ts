import type { Statement } from "../statement/index.ts";
import { count, list } from "./words.ts";

/** What a statement comes to. */
export interface Verdict {
  /** Whether nothing leaks and nothing is missing; absent where nothing was asked of what was read. */
  readonly holds?: boolean;
  /** `HOLDS`, or what stands in its way: `DOES NOT HOLD: 2 leaks, 1 requirement not met`. */
  readonly words: string;
}

export function verdictOf(statement: Statement): Verdict {
  const wrong = statement.leaks.length + statement.missing.length > 0;
  if (wrong) return { holds: false, words: `DOES NOT HOLD: ${wrongs(statement)}` };
  return statement.environment === undefined
    ? { words: "who can reach whom" }
    : { holds: true, words: "HOLDS" };
}

const wrongs = ({ leaks, missing }: Pick<Statement, "leaks" | "missing">): string =>
  [
    ...(leaks.length === 0 ? [] : [count(leaks.length, "leak")]),
    ...(missing.length === 0 ? [] : [`${count(missing.length, "requirement")} not met`]),
  ].join(", ");

/** What the verdict is about: `the resources as registered: 14 machines in 11 parties, 12 pods in 6 parties`. */
export const scope = ({ source, layers }: Statement): string => {
  const sizes = layers.map(
    ({ name, endpoints, parties }) =>
      `${name === "pods" ? count(endpoints.length, "pod") : count(endpoints.length, "machine")} in ${count(parties.length, "party", "parties")}`,
  );
  return `${source}${sizes.length === 0 ? "" : `: ${list(sizes)}`}`;
};
