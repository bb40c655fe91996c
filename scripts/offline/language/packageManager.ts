import { execFile } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import pb from "@pulumi/pulumi/proto/language_pb.js";
import type { RuntimeOptionPrompt } from "@pulumi/pulumi/proto/language_pb.js";
import { findExecutable, searchUp } from "./executable.ts";
import { field, textField } from "./json.ts";
import type { Options, PackageManagerName } from "./options.ts";

export interface PackageManager {
  readonly name: PackageManagerName;
  readonly executable: string;
}

interface Habits {
  readonly lockFiles: readonly string[];
  readonly install: readonly string[];
  readonly production: readonly string[];
}

// sdk/nodejs/npm/{npm,yarn,pnpm,bun}.go. npm's warnings about missing descriptions would drown what matters; bun's
// `--production` also demands an unchanged lock file (https://github.com/oven-sh/bun/issues/10949).
const habits: Readonly<Record<PackageManagerName, Habits>> = {
  npm: {
    lockFiles: ["package-lock.json"],
    install: ["install", "--loglevel=error"],
    production: ["--production"],
  },
  yarn: { lockFiles: ["yarn.lock"], install: ["install"], production: ["--production"] },
  pnpm: {
    lockFiles: ["pnpm-lock.yaml"],
    install: ["install", "--use-stderr"],
    production: ["--production"],
  },
  bun: { lockFiles: ["bun.lock", "bun.lockb"], install: ["install"], production: [] },
};

/** The one asked for, else the one whose lock file is there and which is installed, else npm (manager.go). */
export function resolvePackageManager(wanted: Options["packageManager"], folder: string): PackageManager {
  if (wanted !== "auto") return installed(wanted);
  const preferYarn = ["1", "true"].includes(process.env["PULUMI_PREFER_YARN"]?.toLowerCase() ?? "");
  for (const name of ["yarn", "pnpm", "bun"] as const) {
    const chosen = (name === "yarn" && preferYarn) || searchUp(folder, habits[name].lockFiles) !== undefined;
    const executable = chosen ? findExecutable(name) : undefined;
    if (executable !== undefined) return { name, executable };
  }
  return installed("npm");
}

function installed(name: PackageManagerName): PackageManager {
  const executable = findExecutable(name);
  if (executable === undefined)
    throw new Error(
      `could not find ${name} on the $PATH` +
        (name === "npm" ? "; npm is installed with Node.js, available at https://nodejs.org/" : ""),
    );
  return { name, executable };
}

/**
 * Undefined where the package manager does not say. The CLI wants to know before every preview, and npm alone takes
 * 0.15 s to say it, so this looks at the package it was installed from first.
 */
export async function packageManagerVersion(manager: PackageManager): Promise<string | undefined> {
  try {
    const folder = searchUp(path.dirname(fs.realpathSync(manager.executable)), ["package.json"]);
    if (folder !== undefined) {
      const manifest: unknown = JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8"));
      if (field(manifest, "name") === manager.name) return textField(manifest, "version");
    }
    const { stdout } = await promisify(execFile)(manager.executable, ["--version"]);
    return stdout.trim();
  } catch {
    return undefined;
  }
}

export function installArguments(name: PackageManagerName, production: boolean): string[] {
  return [...habits[name].install, ...(production ? habits[name].production : [])];
}

/** The root of the npm or yarn workspaces that a folder's package belongs to (sdk/nodejs/npm/workspaces.go). */
export function workspaceRoot(folder: string): string | undefined {
  const member = searchUp(folder, ["package.json"]);
  if (member === undefined) return undefined;
  let from = member;
  for (;;) {
    const root = searchUp(from, ["package.json"]);
    if (root === undefined) return undefined;
    const relative = path.relative(root, member);
    if (workspaces(path.join(root, "package.json")).some((glob) => path.matchesGlob(relative, glob)))
      return root;
    if (root === path.dirname(root)) return undefined;
    from = path.dirname(root);
  }
}

function workspaces(manifest: string): string[] {
  const listed = field(JSON.parse(fs.readFileSync(manifest, "utf8")), "workspaces");
  const globs = Array.isArray(listed) ? listed : field(listed, "packages");
  return Array.isArray(globs)
    ? globs.filter((glob): glob is string => typeof glob === "string").map((glob) => path.normalize(glob))
    : [];
}

/** What `pulumi new` asks: those that are installed come first (MakeExecutablePromptChoices). */
export function packageManagerPrompt(): RuntimeOptionPrompt {
  const { RuntimeOptionPrompt } = pb;
  const text = (value: string, display = "") =>
    new RuntimeOptionPrompt.RuntimeOptionValue()
      .setPrompttype(RuntimeOptionPrompt.RuntimeOptionType.STRING)
      .setStringvalue(value)
      .setDisplayname(display);
  const names = ["npm", "pnpm", "yarn", "bun"];
  const found = names.filter((name) => findExecutable(name) !== undefined);
  const missing = names.filter((name) => !found.includes(name));
  return new RuntimeOptionPrompt()
    .setKey("packagemanager")
    .setDescription("The package manager to use for installing dependencies")
    .setPrompttype(RuntimeOptionPrompt.RuntimeOptionType.STRING)
    .setChoicesList([
      ...found.map((name) => text(name, name)),
      ...missing.map((name) => text(name, `${name} [not found]`)),
    ])
    .setDefault(text("npm"));
}

/**
 * Readies a fresh project for its package manager. pnpm 11 refuses to install while a package's install script is
 * neither allowed nor denied, and the SDK's protobufjs has one that does nothing of use
 * (https://github.com/protobufjs/protobuf.js/pull/2299).
 */
export function prepareTemplate(options: Options, folder: string): void {
  const file = path.join(folder, "pnpm-workspace.yaml");
  if (options.packageManager === "pnpm" && !fs.existsSync(file))
    fs.writeFileSync(file, "allowBuilds:\n  protobufjs: false\n", { mode: 0o600 });
}
