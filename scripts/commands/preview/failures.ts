import type { Plan } from "../../../components/plan/index.ts";
import { lastLines } from "../../toolchain/command.ts";
import type { Diagnostic, Previewed } from "./engine/index.ts";
import type { Failure } from "./report/index.ts";
import type { Secrets } from "./secrets/index.ts";

/** What the engine says of itself after it has said what is wrong. */
const redundant =
  /^(?:error: )?(?:preview failed|update failed|an unhandled error occurred: Program exited with non-zero exit code: \d+)\s*$/;

/** Why a preview failed, each with the resource and the place in the stack file where it is about one. */
export function failuresOf(
  { digest, output }: Previewed,
  placeOf: (urn: string) => string | undefined,
  secrets: Secrets,
): Failure[] {
  const errors = (digest?.diagnostics ?? []).filter(
    ({ severity, message }) => severity === "error" && !redundant.test(message.trim()),
  );
  const failures = errors.flatMap((error) => failureOf(error, placeOf));
  const all = failures.length > 0 ? failures : [{ message: lastLines(output, 20) }];
  return all.map((failure) => ({ ...failure, message: secrets.redact(failure.message) }));
}

function failureOf({ urn, message }: Diagnostic, placeOf: (urn: string) => string | undefined): Failure[] {
  const text = message.trim().replace(/^error: /, "");
  const problems = problemsIn(text);
  if (problems.length > 0) return problems;
  const place = urn === undefined ? undefined : placeOf(urn);
  return [
    {
      message: text,
      ...(urn === undefined || urn.includes("::pulumi:pulumi:Stack::")
        ? {}
        : { resource: resourceName(urn) }),
      ...(place === undefined ? {} : { place }),
    },
  ];
}

/** What went wrong before there was anything to preview. */
export const failureIn = (message: string): Failure[] =>
  failureOf({ severity: "error", message }, () => undefined);

/** The problems of a stack file, which come as one message: `zones.a.slot (line 29): ...`. */
function problemsIn(text: string): Failure[] {
  const [, file, list] = /^(stacks\/Pulumi\.[^\s]+\.yaml) has \d+ problems?:\n([\s\S]*)$/.exec(text) ?? [];
  if (file === undefined || list === undefined) return [];
  return list
    .split(/\n(?= {2}\S)/)
    .map((problem) => problem.trim())
    .filter((problem) => problem !== "")
    .map((problem) => {
      const line = / \(line (\d+)\): /.exec(problem)?.[1];
      return {
        message: problem.replace(/ \(line \d+\): /, ": "),
        place: line === undefined ? file : `${file}:${line}`,
      };
    });
}

const resourceName = (urn: string): string => {
  const [, , types = "", name = ""] = urn.split("::");
  return `${name} (${types.slice(types.lastIndexOf("$") + 1)})`;
};

/** Tells which part of a stack file a resource comes from. */
export function placesIn(
  { zones, collections, namespaces, hosts }: Plan,
  find: (path: readonly (string | number)[]) => string | undefined,
): (urn: string) => string | undefined {
  const paths = new Map<string, readonly string[]>();
  for (const { name } of zones) paths.set(name, name === "management" ? ["management"] : ["zones", name]);
  for (const { name, group } of collections) paths.set(name, ["groups", group, "collections", name]);
  for (const { name, group } of namespaces)
    if (!paths.has(name)) paths.set(name, ["groups", group, "namespaces", name]);
  for (const { name, collection, role } of hosts)
    paths.set(
      name,
      collection === undefined
        ? ["management", role === "registry" ? "registry" : "managers"]
        : (paths.get(collection) ?? []),
    );
  const names = [...paths.keys()].sort((a, b) => b.length - a.length);
  return (urn) => {
    const own = urn.slice(urn.lastIndexOf("::") + 2).replace(/^(?:zone|team)-/, "");
    const name = names.find(
      (known) => own === known || own.startsWith(`${known}-`) || own.startsWith(`${known}/`),
    );
    const path = name === undefined ? undefined : paths.get(name);
    return path === undefined ? undefined : find(path);
  };
}
