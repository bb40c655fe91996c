import { isAbsolute, join, resolve } from "node:path";

/** Where this user's own stacks, keys and labs are, outside the repository. */
export function stateFolder(env: NodeJS.ProcessEnv): string {
  const named = env["BULKHEAD_STATE"] ?? "";
  // A relative path is to be ignored, says the XDG Base Directory Specification.
  const xdg = env["XDG_STATE_HOME"] ?? "";
  const home = isAbsolute(xdg) ? xdg : join(env["HOME"] ?? "/", ".local", "state");
  return named === "" ? join(home, "bulkhead") : resolve(named);
}

export const labsFolder = (env: NodeJS.ProcessEnv): string => join(stateFolder(env), "labs");

/** The folder of one environment's lab. */
export const labFolder = (name: string, env: NodeJS.ProcessEnv): string => join(labsFolder(env), name);

/** The folder of one lab's control plane, which outlives the lab. */
export const controlPlaneFolder = (name: string, env: NodeJS.ProcessEnv): string =>
  join(stateFolder(env), "control-planes", name);
