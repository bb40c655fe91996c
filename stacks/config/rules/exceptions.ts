import type { Draft } from "../draft.ts";
import type { Problem } from "../problem.ts";
import type { Written } from "../written.ts";
import { endProblems } from "./flows.ts";

const either =
  "an exception is either about traffic, with from, to and traffic, or about one finding of the proof, with finding";

/** Problems of the exceptions that a stack file makes. */
export function exceptionProblems(draft: Draft, written: Written): Problem[] {
  return (draft.exceptions ?? []).flatMap((exception, index) => {
    if (exception === null) return [];
    const path = ["exceptions", index];
    const { finding, from, to, traffic } = exception;
    const parts = Object.entries({ from, to, traffic }).filter(([, value]) => value !== undefined);
    if (finding !== undefined)
      return parts.map(([key, value]): Problem => ({
        path: [...path, key],
        value,
        message: `${either}; take one out`,
      }));
    const absent = ["from", "to", "traffic"].filter((key) => !parts.some(([present]) => present === key));
    if (absent.length > 0)
      return [
        { path, message: `${either}; ${absent.join(" and ")} ${absent.length === 1 ? "is" : "are"} missing` },
      ];
    return [
      ...endProblems([...path, "from"], from ?? "", draft, written),
      ...endProblems([...path, "to"], to ?? "", draft, written),
    ];
  });
}
