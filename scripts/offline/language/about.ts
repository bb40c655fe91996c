import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import pb from "@pulumi/pulumi/proto/language_pb.js";
import type { AboutResponse } from "@pulumi/pulumi/proto/language_pb.js";
import { textField } from "./json.ts";
import type { Options } from "./options.ts";
import { packageManagerVersion, resolvePackageManager } from "./packageManager.ts";

/** What runs a program, for `pulumi about`. */
export async function about(options: Options, folder: string): Promise<AboutResponse> {
  const manager = resolvePackageManager(options.packageManager, folder);
  const answer = new pb.AboutResponse().setExecutable(process.execPath).setVersion(process.version);
  const metadata = answer.getMetadataMap();
  metadata.set("packagemanager", manager.name);
  metadata.set("packagemanagerVersion", (await packageManagerVersion(manager)) ?? "");
  const typescript = typescriptVersion(folder);
  if (typescript !== undefined) metadata.set("typescriptVersion", typescript);
  return answer;
}

/** Of the compiler that the program would load, which need not be the `tsc` on PATH. */
function typescriptVersion(folder: string): string | undefined {
  try {
    const manifest = createRequire(path.join(folder, "pulumi.cjs")).resolve("typescript/package.json");
    return textField(JSON.parse(fs.readFileSync(manifest, "utf8")), "version");
  } catch {
    return undefined;
  }
}
