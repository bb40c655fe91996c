import fs from "node:fs";
import { join } from "node:path";
import { LineCounter, parseAllDocuments, type Document } from "yaml";
import type { Value } from "../resource/index.ts";
import { refuse, type Problem } from "../unreadable.ts";
import { given, isFields, type Fields, type KubernetesObject, type Sourced } from "./objects.ts";
import { podsOf } from "./pods.ts";
import { isNetworkPolicy, parsePolicy } from "./policy.ts";
import { show, type Path, type ShapeProblem } from "./shape.ts";

/** Reads all manifests in a folder, and in those in it; throws an UnreadableError that has everything that is wrong. */
export function readManifests(folder: string): readonly Sourced[] {
  const problems: Problem[] = [];
  const objects = manifestsIn(folder).flatMap((name) =>
    readManifest(name, fs.readFileSync(join(folder, name), "utf8"), problems),
  );
  refuse(problems);
  return objects;
}

const manifestsIn = (folder: string): readonly string[] =>
  fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(?:ya?ml|json)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, "/").length))
    .sort();

/** The objects of one file's text, and what is wrong with it. */
export function readManifest(file: string, text: string, problems: Problem[]): readonly Sourced[] {
  const counter = new LineCounter();
  const lineAt = (offset: number) => counter.linePos(offset).line;
  // As Kubernetes' own tools do: YAML 1.2 with merge keys, and with keys that are there once.
  const documents = parseAllDocuments(text, { lineCounter: counter, merge: true });
  if (!Array.isArray(documents)) return [];
  return documents.flatMap((document) => {
    for (const { message, pos } of document.errors)
      problems.push({
        file,
        line: lineAt(pos[0]),
        what: `not YAML: ${message.split("\n")[0]?.replace(/ at line \d+, column \d+:$/, "") ?? ""}`,
        expected: "manifests of Kubernetes objects, as YAML or JSON",
      });
    if (document.errors.length > 0) return [];
    const content = plain(document, file, problems);
    return content === undefined ? [] : objectsOf(content, []);

    function objectsOf(value: Value, path: Path): Sourced[] {
      const line = lineOf(document, path, lineAt);
      if (value === null) return [];
      if (!isFields(value) || !isObject(value)) {
        problems.push({ file, line, what: `${shorten(show(value))} is no object of Kubernetes`, expected });
        return [];
      }
      const items = given(value, "items");
      if (value.kind.endsWith("List") && Array.isArray(items))
        return items.flatMap((item: Value, index) => objectsOf(item, [...path, "items", index]));
      if (!isFields(given(value, "metadata"))) {
        problems.push({ file, line, what: `${value.kind} has no metadata`, expected });
        return [];
      }
      const sourced = { object: value, origin: `${file}:${line}` };
      for (const { path: inner, what, expected: instead } of problemsOf(sourced))
        problems.push({ file, line: lineOf(document, [...path, ...inner], lineAt), what, expected: instead });
      return [sourced];
    }
  });
}

const expected = "an object with apiVersion, kind and metadata";

const isObject = (value: Fields): value is KubernetesObject =>
  typeof value["apiVersion"] === "string" && typeof value["kind"] === "string";

const problemsOf = (sourced: Sourced): readonly ShapeProblem[] => [
  ...(isNetworkPolicy(sourced.object) ? parsePolicy(sourced).problems : []),
  ...podsOf([sourced]).problems,
];

function plain(document: Document, file: string, problems: Problem[]): Value | undefined {
  try {
    return document.toJS() as Value;
  } catch (error) {
    problems.push({ file, line: 1, what: `not YAML: ${String(error)}`, expected });
    return undefined;
  }
}

/** Where a value stands, or the nearest above it. */
function lineOf(document: Document, path: Path, lineAt: (offset: number) => number): number {
  for (let length = path.length; length >= 0; length--) {
    const node: unknown = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (typeof node === "object" && node !== null && "range" in node && Array.isArray(node.range))
      return lineAt(Number(node.range[0]));
  }
  return 1;
}

const shorten = (text: string): string => (text.length > 60 ? `${text.slice(0, 57)}...` : text);
