import { isDeepStrictEqual } from "node:util";
import { readdir, readFile } from "node:fs/promises";
import { isMap, isSeq, LineCounter, parseDocument, type Document } from "yaml";
import type { Environment } from "../../components/plan/index.ts";
import { checkEnvironment, ConfigError, fromFile, prefix } from "../config.ts";
import { didYouMean, type Problem } from "./problem.ts";

/** A stack file as it stands on disk. */
export interface StackFile {
  readonly environment: string;
  readonly path: string;
  readonly text: string;
}

const folder = new URL("../", import.meta.url);
const pattern = /^Pulumi\.([A-Za-z0-9_.-]+)\.yaml$/;

/** Where an environment's stack file is, whether it is there or not. */
export const stackFileUrl = (environment: string, within = folder): URL =>
  new URL(`Pulumi.${environment}.yaml`, within);

/** The environments that have a stack file, by name. */
export async function listEnvironments(within = folder): Promise<string[]> {
  const names = await readdir(within);
  return names.flatMap((name) => pattern.exec(name)?.[1] ?? []).sort();
}

/** Reads an environment's stack file; where there is none, the error names those that are. */
export async function readStackFile(environment: string, within = folder): Promise<StackFile> {
  const known = await listEnvironments(within);
  if (!known.includes(environment))
    throw new Error(
      `there is no environment "${environment}"${didYouMean(environment, known)}; stacks/ has ${known.join(", ")}`,
    );
  const text = await readFile(stackFileUrl(environment, within), "utf8");
  return { environment, path: `stacks/Pulumi.${environment}.yaml`, text };
}

/** Reads the environment that a stack file describes; throws a ConfigError whose problems name their lines. */
export function parseStackFile({ environment, text }: StackFile): Environment {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: true });
  const [first] = document.errors;
  if (first !== undefined)
    throw new Error(
      `stacks/Pulumi.${environment}.yaml is not YAML: ${first.message.trimEnd().replace(/:$/, "")}`,
    );
  const values = valuesOf(document, environment);
  const result = checkEnvironment(environment, fromFile(values));
  if ("environment" in result) return result.environment;
  throw new ConfigError(environment, result.problems, (problem) => lineOf(document, lines, problem.path));
}

function valuesOf(document: Document, environment: string): Record<string, unknown> {
  try {
    return (document.toJS() as { config?: Record<string, unknown> } | null)?.config ?? {};
  } catch (error) {
    // An alias without its anchor only shows here.
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`stacks/Pulumi.${environment}.yaml cannot be read: ${why}`, { cause: error });
  }
}

/** The same error with the lines of its problems, where the stack file on disk is what was read. */
export async function withLines(error: ConfigError): Promise<ConfigError> {
  try {
    parseStackFile(await readStackFile(error.environment));
  } catch (other) {
    if (other instanceof ConfigError && isDeepStrictEqual(other.problems, error.problems)) return other;
  }
  return error;
}

/** Tells where in a stack file a path stands: `stacks/Pulumi.dev.yaml:21`. */
export function finderIn({ path, text }: StackFile): (place: Problem["path"]) => string | undefined {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: true });
  return (place) => {
    const line = lineOf(document, lines, place);
    return line === undefined ? undefined : `${path}:${line}`;
  };
}

/** The line on which a path stands, or what is nearest above it where it is missing. */
function lineOf(document: Document, lines: LineCounter, path: Problem["path"]): number | undefined {
  const [section, ...rest] = path;
  let keys: (string | number)[] = ["config", `${prefix}${section ?? ""}`, ...rest];
  for (; keys.length > 1; keys = keys.slice(0, -1)) {
    const holder = document.getIn(keys.slice(0, -1));
    const last = keys.at(-1);
    const node = isMap(holder)
      ? holder.items.find((pair) => String(pair.key) === String(last))?.key
      : isSeq(holder)
        ? holder.items[Number(last)]
        : undefined;
    const range = (node as { range?: [number, number, number] } | undefined)?.range;
    if (range !== undefined) return lines.linePos(range[0]).line;
  }
  return undefined;
}
