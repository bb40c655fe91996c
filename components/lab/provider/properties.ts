import { parseBlock, showBlock } from "../../plan/index.ts";
import { asComment, isGroup, parseRule, showRule } from "../rule.ts";
import type { Reader } from "./kind.ts";

// Readers of the resources' properties.

export const text: Reader<string> = (value) => {
  if (typeof value !== "string" || value === "") throw new RangeError("write a text");
  return value;
};

/** Names of namespaces, sets and chains in the kernel. */
export const name: Reader<string> = (value) => {
  if (!/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(text(value)))
    throw new RangeError(
      "write 1 to 63 lower-case letters, digits and hyphens, without a hyphen at either end",
    );
  return text(value);
};

export const hostName: Reader<string> = (value) => {
  if (value === "outside") throw new RangeError('"outside" is the host that has every address outside');
  return name(value);
};

/** A block that has room for a gateway and hosts. */
export const block: Reader<string> = (value) => {
  const parsed = parseBlock(text(value));
  if (parsed.prefix > 30)
    throw new RangeError("a block needs room for a gateway and hosts: write a /30 or larger");
  return showBlock(parsed);
};

export const address: Reader<string> = (value) => {
  parseBlock(`${text(value)}/32`);
  return text(value);
};

export const inside: Reader<"open" | "flows"> = (value) => {
  if (value !== "open" && value !== "flows") throw new RangeError('write "open" or "flows"');
  return value;
};

export const groups: Reader<readonly string[]> = (value) => {
  const names = Array.isArray(value) ? value : [value];
  for (const one of names)
    if (typeof one !== "string" || !isGroup(one))
      throw new RangeError(`${JSON.stringify(one)} is no group, such as role/worker or zone/test-portal`);
  return [...new Set(names as string[])].sort();
};

/** Rules with why each is there, both as the kernel keeps them. */
export const rules: Reader<Readonly<Record<string, string>>> = (value) => {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new RangeError("write an object of rules, each with why it is there");
  const problems: string[] = [];
  const read = Object.entries(value).flatMap(([rule, why]) => {
    try {
      return [[showRule(parseRule(rule)), asComment(text(why))] as const];
    } catch (error) {
      problems.push(`"${rule}": ${error instanceof Error ? error.message : String(error)}`);
      return [];
    }
  });
  if (problems.length > 0) throw new RangeError(problems.join("; "));
  return Object.fromEntries(read.sort());
};

const record = (value: unknown, what: string): Readonly<Record<string, unknown>> => {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new RangeError(`write ${what}`);
  return value as Readonly<Record<string, unknown>>;
};

/** Each program's flags. */
export const flags: Reader<Readonly<Record<string, Readonly<Record<string, string>>>>> = (value) =>
  Object.fromEntries(
    Object.entries(record(value, "an object of programs, each with its flags")).map(([program, own]) => [
      program,
      Object.fromEntries(
        Object.entries(record(own, `an object of the flags of ${program}`)).map(([flag, one]) => [
          flag,
          text(one),
        ]),
      ),
    ]),
  );

/** Files by their paths, which stay within a folder. */
export const paths: Reader<Readonly<Record<string, string>>> = (value) =>
  Object.fromEntries(
    Object.entries(record(value, "an object of files, each with its content")).map(([path, content]) => {
      if (!/^[\w-][\w.-]*(?:\/[\w-][\w.-]*)*$/.test(path))
        throw new RangeError(`${JSON.stringify(path)} is no path within a folder`);
      return [path, text(content)];
    }),
  );
