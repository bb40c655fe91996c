import { closest, distance } from "fastest-levenshtein";

/** Something in a stack file that cannot be, said so that its reader can mend it. */
export interface Problem {
  /** Keys from the top of the configuration, without the project's prefix; list items by number. */
  readonly path: readonly (string | number)[];
  /** What was written there; absent where something is missing. */
  readonly value?: unknown;
  /** What is wrong, what is allowed and the way out, as a lower-case sentence without a full stop. */
  readonly message: string;
}

/** Shows a path as it is found in the stack file: `zones.test-billing.slot`, `flows[2].from`. */
export const showPath = (path: Problem["path"]): string =>
  path
    .map((key, index) => (typeof key === "number" ? `[${key}]` : `${index === 0 ? "" : "."}${key}`))
    .join("");

/** One line for each problem: where, what was written, what is wrong. */
export function showProblem({ path, value, message }: Problem, line?: number): string {
  const where = line === undefined ? showPath(path) : `${showPath(path)} (line ${line})`;
  return value === undefined ? `${where}: ${message}` : `${where}: ${showValue(value)}: ${message}`;
}

function showValue(value: unknown): string {
  // Escaped, so that a value of several lines stays on the problem's one.
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** ` (did you mean "x"?)` where a candidate is near enough to be a slip of the pen, else nothing. */
export function didYouMean(name: string, candidates: readonly string[]): string {
  if (candidates.length === 0 || name.length > 100) return "";
  const nearest = closest(name, candidates);
  return distance(name, nearest) <= Math.max(2, name.length / 3) ? ` (did you mean "${nearest}"?)` : "";
}
