import fs from "node:fs";
import path from "node:path";
import { unsupported } from "./answer.ts";
import { searchUp } from "./executable.ts";
import { field, isRecord, textField } from "./json.ts";
import type { Options } from "./options.ts";
import { resolvePackageManager } from "./packageManager.ts";

export interface Dependency {
  readonly name: string;
  readonly version: string;
}

interface LockedPackage extends Dependency {
  /** At the top of node_modules, where the program itself finds it. */
  readonly top: boolean;
}

const lockFile = "package-lock.json";
const modules = "node_modules/";

/** What a program depends on, as its lock file has it: all of it, or only what its package.json names. */
export function programDependencies(options: Options, folder: string, transitive: boolean): Dependency[] {
  const manager = resolvePackageManager(options.packageManager, folder);
  if (manager.name !== "npm")
    throw unsupported(`listing the dependencies of a project that uses ${manager.name}`);
  const root = searchUp(folder, [lockFile]);
  if (root === undefined) throw new Error(`no ${lockFile} found (searching upwards from ${folder})`);
  const locked = readLock(path.join(root, lockFile));
  if (transitive) return locked;
  const named = directNames(path.join(root, "package.json"));
  // The official host takes the first copy of a name, which may lie below another package.
  return locked.filter((dependency) => dependency.top && named.has(dependency.name));
}

function directNames(manifest: string): ReadonlySet<string> {
  const content = readJson(manifest);
  return new Set(
    ["dependencies", "devDependencies"].flatMap((kind) => {
      const members = field(content, kind);
      return isRecord(members) ? Object.keys(members) : [];
    }),
  );
}

function readLock(file: string): LockedPackage[] {
  const lock = readJson(file);
  const packages = field(lock, "packages");
  if (isRecord(packages)) return fromPackages(packages);
  const tree = field(lock, "dependencies");
  return isRecord(tree) ? fromTree(tree, true) : [];
}

/** Lock files of version 2 and 3 name every package by its place. */
function fromPackages(packages: Readonly<Record<string, unknown>>): LockedPackage[] {
  return Object.entries(packages).flatMap(([place, entry]) => {
    const at = place.lastIndexOf(modules);
    // The program itself, and the sources of workspaces, whose links in node_modules are listed too.
    if (at < 0) return [];
    const name = place.slice(at + modules.length);
    // A link carries no version; its target does.
    const target = packages[textField(entry, "resolved")];
    const version = textField(entry, "version") || textField(target, "version");
    return [{ name, version, top: at === 0 }];
  });
}

/** Lock files of version 1 nest them. */
function fromTree(tree: Readonly<Record<string, unknown>>, top: boolean): LockedPackage[] {
  return Object.entries(tree).flatMap(([name, entry]) => {
    const below = field(entry, "dependencies");
    return [
      { name, version: textField(entry, "version"), top },
      ...(isRecord(below) ? fromTree(below, false) : []),
    ];
  });
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(fs.readFileSync(file, "utf8"));
  } catch (error) {
    throw new Error(`could not read ${file}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}
