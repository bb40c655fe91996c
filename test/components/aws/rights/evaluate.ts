import type { Statement } from "../../../../components/aws/rights/index.ts";

/** What somebody asks AWS for: an action on one thing, and what AWS knows of both. */
export interface Question {
  readonly action: string;
  readonly resource: string;
  readonly keys?: Readonly<Record<string, string | readonly string[]>>;
}

/**
 * Whether policies allow it, as AWS decides where nothing denies
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html), for the operators that
 * are written here. Any other is an error.
 */
export const allows = (statements: readonly Statement[], question: Question): boolean =>
  statements.some(
    ({ Action, Resource, Condition = {} }) =>
      Action.includes(question.action) &&
      Resource.some((pattern) => isLike(question.resource, pattern)) &&
      Object.entries(Condition).every(([operator, keys]) =>
        Object.entries(keys).every(([key, wanted]) =>
          holds(operator, asked(question, key), typeof wanted === "string" ? [wanted] : wanted),
        ),
      ),
  );

function holds(operator: string, values: readonly string[], wanted: readonly string[]): boolean {
  switch (operator) {
    case "StringEquals":
    case "ArnEquals":
    case "Bool":
      return values.some((value) => wanted.includes(value));
    case "StringEqualsIfExists":
      return values.length === 0 || values.some((value) => wanted.includes(value));
    case "Null":
      return wanted.includes(String(values.length === 0));
    case "ForAllValues:StringLike":
      return values.every((value) => wanted.some((pattern) => isLike(value, pattern)));
    case "ForAllValues:StringNotEquals":
      return values.every((value) => !wanted.includes(value));
    default:
      throw new RangeError(`the operator ${operator} is not known here`);
  }
}

function asked({ keys = {} }: Question, key: string): readonly string[] {
  const value = keys[key] ?? [];
  return typeof value === "string" ? [value] : value;
}

const isLike = (text: string, pattern: string): boolean =>
  new RegExp(
    `^${pattern
      .split("*")
      .map((part) => part.replaceAll(/[\\^$.|?+()[\]{}]/g, String.raw`\$&`))
      .join(".*")}$`,
  ).test(text);
