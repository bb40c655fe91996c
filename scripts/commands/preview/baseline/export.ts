import fs from "node:fs";
import { join } from "node:path";
import { UserError, isCode } from "../../../toolchain/report.ts";
import type { Deployment } from "./scrub.ts";

/** A scrubbed state in a folder of them; undefined where there is none of this environment. */
export function readExport(folder: string, name: string): Deployment | undefined {
  const file = join(folder, `${name}.json`);
  let text: string;
  try {
    text = fs.readFileSync(file, "utf8");
  } catch (error) {
    if (isCode(error, "ENOENT") && fs.existsSync(folder)) return undefined;
    throw new UserError(`--state ${folder}: ${error instanceof Error ? error.message : String(error)}`);
  }
  try {
    const { deployment } = JSON.parse(text) as { deployment?: Deployment };
    if (Array.isArray(deployment?.resources)) return deployment;
  } catch {
    // Said below.
  }
  throw new UserError(`${file} is no state that \`scripts/preview --export-state\` wrote`);
}

/** Writes a scrubbed state as `pulumi stack export` would, whole or not at all. */
export function writeExport(folder: string, name: string, deployment: Deployment): string {
  fs.mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}.json`);
  const own = `${file}.${process.pid}`;
  fs.writeFileSync(own, `${JSON.stringify({ version: 3, deployment }, null, 1)}\n`);
  fs.renameSync(own, file);
  return file;
}
