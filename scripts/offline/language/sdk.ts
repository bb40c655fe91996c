import { createRequire } from "node:module";
import path from "node:path";

/** The file of a module as Node finds it from a folder; the official host asks a second Node process for it. */
export function locateModule(name: string, folder: string, installWith: string): string {
  try {
    return createRequire(path.join(folder, "pulumi.cjs")).resolve(name);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "MODULE_NOT_FOUND")
      throw new Error(`It looks like the Pulumi SDK has not been installed. Have you run ${installWith}?`, {
        cause: error,
      });
    throw error;
  }
}
