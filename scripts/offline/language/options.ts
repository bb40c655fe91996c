import type { ProgramInfo } from "@pulumi/pulumi/proto/language_pb.js";

const packageManagers = ["npm", "yarn", "pnpm", "bun"] as const;
export type PackageManagerName = (typeof packageManagers)[number];

/** `runtime.options` of Pulumi.yaml, checked and with the official defaults (main.go, parseOptions). */
export interface Options {
  readonly typescript: boolean;
  readonly tsconfig: string;
  readonly nodeArguments: readonly string[];
  readonly packageManager: PackageManagerName | "auto";
  /** Install without devDependencies. */
  readonly production: boolean;
}

export function programOptions(info: ProgramInfo): Options {
  return parseOptions(info.getOptions()?.toJavaScript() ?? {});
}

export function parseOptions(raw: Readonly<Record<string, unknown>>): Options {
  const packageManager = option(raw, "packagemanager", "string", "auto");
  if (packageManager !== "auto" && !isPackageManager(packageManager))
    throw new Error(
      `packagemanager option must be one of auto, npm, yarn, pnpm or bun, got "${packageManager}"`,
    );
  return {
    typescript: option(raw, "typescript", "boolean", true),
    tsconfig: option(raw, "tsconfig", "string", ""),
    nodeArguments: splitWords(option(raw, "nodeargs", "string", "")),
    packageManager,
    production: option(raw, "production", "boolean", false),
  };
}

interface OptionTypes {
  boolean: boolean;
  string: string;
}

function option<Type extends keyof OptionTypes>(
  raw: Readonly<Record<string, unknown>>,
  name: string,
  type: Type,
  fallback: OptionTypes[Type],
): OptionTypes[Type] {
  const value = raw[name];
  if (value === undefined) return fallback;
  if (typeof value !== type) throw new Error(`${name} option must be a ${type}`);
  return value as OptionTypes[Type];
}

function isPackageManager(name: string): name is PackageManagerName {
  return (packageManagers as readonly string[]).includes(name);
}

/** Splits as a shell would, with quotes and backslashes but no expansion, as the official host does (shlex). */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === "\\" && quote !== "'") {
      at++;
      if (at === text.length) throw new Error(`nodeargs option ends in a backslash: ${text}`);
      // Within double quotes a shell keeps a backslash that escapes nothing.
      const next = text.charAt(at);
      word = (word ?? "") + (quote === '"' && !['"', "\\", "$", "`"].includes(next) ? `\\${next}` : next);
    } else if (quote !== undefined) {
      if (char === quote) quote = undefined;
      else word = (word ?? "") + char;
    } else if (char === "'" || char === '"') {
      quote = char;
      word ??= "";
    } else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? "") + char;
  }
  if (quote !== undefined) throw new Error(`nodeargs option lacks a closing ${quote}: ${text}`);
  if (word !== undefined) words.push(word);
  return words;
}
