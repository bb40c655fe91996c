import type { Context } from "mocha";
import { notRun } from "./machine.ts";

// What scripts/test makes or fetches before the tests, since it takes minutes the first time.

/** The folder of Kubernetes' programs; without one the tests of the hook's suite are not run. */
export const kubernetesFolder = (context: Context): string =>
  prepared(context, "BULKHEAD_KUBERNETES_FOLDER", "Kubernetes' programs");

/** The folder of the plugins kubernetes and tls. */
export const pluginsFolder = (context: Context): string =>
  prepared(context, "BULKHEAD_PLUGINS_FOLDER", "the plugins kubernetes and tls");

function prepared(context: Context, variable: string, what: string): string {
  const folder = process.env[variable] ?? "";
  return folder === "" ? notRun(context, `needs ${what}, which scripts/test prepares`) : folder;
}
