import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { field } from "./json.ts";

/**
 * The version of the SDK this host is built on. The `+bulkhead` shows in `pulumi about` that it is the stand-in;
 * build metadata does not count when versions are compared.
 */
export function standInVersion(): string {
  const manifest = createRequire(import.meta.url).resolve("@pulumi/pulumi/package.json");
  const version = field(JSON.parse(readFileSync(manifest, "utf8")), "version");
  if (typeof version !== "string") throw new Error(`${manifest} names no version`);
  return `${version}+bulkhead`;
}
