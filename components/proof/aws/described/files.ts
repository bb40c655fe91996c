import * as v from "valibot";
import { refuse, type Problem } from "../../unreadable.ts";
import { lists, type Described, type Key } from "./schema.ts";

/** A file that somebody has written EC2's answers to, by the name that people know it by. */
export interface DescribedFile {
  readonly name: string;
  readonly text: string;
}

const keys = Object.keys(lists) as Key[];
const anyOfThem = `the output of aws ec2 describe-..., an object with any of ${keys.join(", ")}`;

/** What all files say together; throws an UnreadableError with everything that is wrong in them. */
export function readFiles(files: readonly DescribedFile[]): Described {
  const problems: Problem[] = [];
  const whole: Partial<Record<Key, unknown[]>> = {};
  for (const { name, text } of files) {
    const parsed = parse(name, text, problems);
    if (parsed === undefined) continue;
    const own = keys.filter((key) => key in parsed);
    if (own.length === 0) {
      const has = Object.keys(parsed);
      problems.push({
        file: name,
        what: has.length === 0 ? "it is empty" : `it has only ${has.join(", ")}`,
        expected: anyOfThem,
      });
    }
    // The command prints it where it was told to stop early, so that the rest is missing.
    if (typeof parsed["NextToken"] === "string")
      problems.push({
        file: name,
        what: "it ends with NextToken and so is only a part of the list",
        expected: "the whole: run the command without --max-items and --no-paginate",
      });
    for (const key of own) {
      const result = v.safeParse(v.array(lists[key] as v.GenericSchema), parsed[key]);
      if (result.success) (whole[key] ??= []).push(...result.output);
      else for (const issue of result.issues) problems.push(problemOf(name, key, issue));
    }
  }
  refuse(problems);
  return whole as Described;
}

function parse(name: string, text: string, problems: Problem[]): Record<string, unknown> | undefined {
  const expected = "JSON, as aws ec2 describe-... --output json prints it";
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === "object" && parsed !== null && !Array.isArray(parsed))
      return parsed as Record<string, unknown>;
    problems.push({ file: name, what: `it is ${show(parsed)}`, expected: anyOfThem });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    problems.push({ file: name, line: lineOf(message, text), what: "this is not JSON", expected });
  }
  return undefined;
}

/** Where V8 says that it stopped; where it says nothing, the text ends too early. */
function lineOf(message: string, text: string): number {
  const [, position] = / at position (\d+)/.exec(message) ?? [];
  return text.slice(0, position === undefined ? text.length : Number(position)).split("\n").length;
}

function problemOf(file: string, key: Key, issue: v.BaseIssue<unknown>): Problem {
  const path = [key, ...(issue.path ?? []).map(({ key: part }) => part)];
  if (issue.input === undefined)
    return { file, what: `${inWords(path.slice(0, -1))} has no ${String(path.at(-1))}`, expected: "one" };
  return {
    file,
    what: `${inWords(path)} is ${show(issue.input)}`,
    expected: issue.expected === null ? issue.message : expectedOf(issue.expected),
  };
}

const inWords = ([key, ...path]: readonly unknown[]): string =>
  String(key) + path.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`)).join("");

const names: Readonly<Record<string, string>> = {
  string: "a string",
  number: "a number",
  boolean: "true or false",
  Array: "a list",
  Object: "an object",
};

const expectedOf = (expected: string): string =>
  names[expected] ??
  names[expected.replace(/^\((.*) \| undefined\)$/, "$1")] ??
  expected.replace(/[()]/g, "").replaceAll("|", "or");

const show = (value: unknown): string =>
  Array.isArray(value)
    ? "a list"
    : typeof value === "object" && value !== null
      ? "an object"
      : JSON.stringify(value);
