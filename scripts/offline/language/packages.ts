import fs from "node:fs";
import path from "node:path";
import pb from "@pulumi/pulumi/proto/plugin_pb.js";
import type { PackageDependency, PackageParameterization } from "@pulumi/pulumi/proto/plugin_pb.js";
import { field, isRecord, textField } from "./json.ts";

export interface RequiredPackages {
  readonly packages: readonly PackageDependency[];
  /** Set where two copies of the SDK cannot work together. */
  readonly warning: string | undefined;
}

interface SdkCopy {
  readonly version: string;
  readonly manifest: string;
}

const policyPackFiles = new Set(["PulumiPolicy.json", "PulumiPolicy.yaml", "PulumiPolicy.yml"]);

/**
 * The provider packages installed anywhere under a program's folder, by the `pulumi` member of their package.json
 * (main.go, getPackagesFromDir). Programs whose `main` is in a subfolder of the project have none there: the engine
 * then learns of each plugin from the resources that need it.
 */
export function requiredPackages(programFolder: string): RequiredPackages {
  const packages: PackageDependency[] = [];
  const copies: SdkCopy[] = [];
  const visited = new Set<string>();

  const visit = (folder: string, inNodeModules: boolean) => {
    if (visited.has(folder)) return;
    visited.add(folder);
    const entries = readFolder(folder);
    // The plugins of a policy pack are no dependencies of the program that lies beside it.
    if (folder !== programFolder && entries.some((entry) => policyPackFiles.has(entry.name))) return;
    for (const entry of entries) {
      const place = entry.isSymbolicLink() ? resolveLink(entry) : ownPlace(entry);
      if (place === undefined) continue;
      if (place.isFolder) visit(place.path, inNodeModules || entry.name === "node_modules");
      else if (inNodeModules && entry.name === "package.json") read(place.path);
    }
  };
  const read = (manifest: string) => {
    const content = readManifest(manifest);
    if (textField(content, "name") === "@pulumi/pulumi")
      copies.push({ version: textField(content, "version"), manifest });
    const dependency = packageOf(content);
    if (dependency !== undefined) packages.push(dependency);
  };

  visit(path.resolve(programFolder), false);
  return { packages, warning: incompatibility(copies) };
}

interface Place {
  readonly path: string;
  readonly isFolder: boolean;
}

function ownPlace(entry: fs.Dirent): Place {
  return { path: path.join(entry.parentPath, entry.name), isFolder: entry.isDirectory() };
}

/** Undefined where the link leads nowhere. */
function resolveLink(entry: fs.Dirent): Place | undefined {
  try {
    const real = fs.realpathSync(path.join(entry.parentPath, entry.name));
    return { path: real, isFolder: fs.statSync(real).isDirectory() };
  } catch {
    return undefined;
  }
}

/** In the order of names, so that a folder which a link also leads to is always reached the same way. */
function readFolder(folder: string): fs.Dirent[] {
  try {
    return fs
      .readdirSync(folder, { withFileTypes: true })
      .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  } catch {
    return [];
  }
}

/** Undefined where there is nothing of use: packages carry broken ones as test data. */
function readManifest(manifest: string): unknown {
  try {
    return JSON.parse(fs.readFileSync(manifest, "utf8"));
  } catch {
    return undefined;
  }
}

/** The plugin a package.json asks for, if it asks for any and names it. */
function packageOf(manifest: unknown): PackageDependency | undefined {
  const pulumi = field(manifest, "pulumi");
  if (field(pulumi, "resource") !== true) return undefined;
  const packageName = textField(manifest, "name");
  const ownName = packageName.startsWith("@pulumi/") ? packageName.slice("@pulumi/".length) : "";
  const name = textField(pulumi, "name") || ownName;
  const version = textField(pulumi, "version") || textField(manifest, "version");
  if (name === "" || version === "") return undefined;
  return new pb.PackageDependency()
    .setName(name)
    .setKind("resource")
    .setVersion(version.startsWith("v") ? version : `v${version}`)
    .setServer(textField(pulumi, "server"))
    .setParameterization(parameterization(field(pulumi, "parameterization")))
    .setExtension$(parameterization(field(pulumi, "extensionParameterization")));
}

function parameterization(value: unknown): PackageParameterization | undefined {
  if (!isRecord(value)) return undefined;
  return new pb.PackageParameterization()
    .setName(textField(value, "name"))
    .setVersion(textField(value, "version"))
    .setValue(textField(value, "value"));
}

function incompatibility(copies: readonly SdkCopy[]): string | undefined {
  const [first, ...others] = copies;
  if (first === undefined) return undefined;
  for (const other of others) {
    const problem = versionConflict(first.version, other.version);
    if (problem !== undefined)
      return [
        `Found incompatible versions of @pulumi/pulumi. ${problem}`,
        ...[first, other].map(({ version, manifest }) => `  Version ${version} referenced at ${manifest}`),
      ].join("\n");
  }
  return undefined;
}

/** What keeps two copies of the SDK from working together: main.go, compatibleVersions. */
export function versionConflict(a: string, b: string): string | undefined {
  const [older, newer] = [parse(a), parse(b)].sort((x, y) => x.major - y.major || x.minor - y.minor);
  if (older === undefined || newer === undefined) return undefined;
  if (newer.major > 2)
    return older.major === newer.major ? undefined : "Differing major versions are not supported.";
  const compatible =
    older.major === 0
      ? newer.major === 0
        ? older.minor === newer.minor
        : newer.major === 1 && older.minor === 17
      : true;
  return compatible ? undefined : "Differing major or minor versions are not supported.";
}

function parse(version: string): { major: number; minor: number } {
  const [major = 0, minor = 0] = version.split(".").map((part) => Number.parseInt(part, 10));
  return { major, minor };
}
