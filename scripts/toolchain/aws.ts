import { isAbsolute, join } from "node:path";
import { find, isProgram } from "./command.ts";
import { install, isOfficial, programOf, wantedVersion } from "./plugins.ts";
import { say, UserError } from "./report.ts";
import { wayIn } from "./way.ts";

// The plugin of the package aws: the official one, which is too large to fetch for who does not ask for it, else this
// repository's stand-in, which plans and makes nothing.

const program = programOf("aws");

export interface AwsPlugin {
  /** A folder that holds it, to be searched before or after all others; undefined where Pulumi finds it by itself. */
  readonly before?: string;
  readonly after?: string;
  /** Whether it is the stand-in. */
  readonly standIn: boolean;
  /** How it came here, for people. */
  readonly origin: string;
}

/**
 * Finds the plugin aws. Only where `asked` is it installed: an environment in AWS is what the run is for, while who
 * loads scripts/env may want the lab alone.
 */
export async function prepareAws(
  root: string,
  env: NodeJS.ProcessEnv,
  pulumi: string,
  searched: readonly string[],
  asked: boolean,
): Promise<AwsPlugin> {
  const named = env["BULKHEAD_PLUGINS"] ?? "";
  // A folder may be for the lab's plugins alone.
  const isElsewhere = !asked && isAbsolute(named) && !isProgram(join(named, program));
  const forced = isElsewhere ? undefined : wayIn(env, "BULKHEAD_PLUGINS", [program]);
  if (typeof forced === "object")
    return { before: forced.folder, standIn: false, origin: `the plugin aws of ${forced.folder}` };
  const version = wantedVersion(root, "aws");
  const plugin = { name: "aws", version };
  if (forced !== "build") {
    const own = find(program, searched);
    if (own !== undefined) return { standIn: false, origin: `the plugin aws on PATH (${own})` };
    if (isOfficial(plugin, env)) return { standIn: false, origin: "the official plugin aws" };
    if (asked) {
      const why = await install([plugin], env, pulumi);
      if (isOfficial(plugin, env)) return { standIn: false, origin: "the official plugin aws" };
      const reason = `the official plugin aws cannot be had here: ${why}`;
      if (forced === "official")
        throw new UserError(
          `BULKHEAD_PLUGINS=official, but ${reason}\nUnset BULKHEAD_PLUGINS to plan without it.`,
        );
      say(reason);
    } else if (forced === "official")
      return { standIn: false, origin: "the official plugin aws where Pulumi installs it" };
  }
  const folder = join(root, "scripts", "offline", "aws");
  const origin = "the plan-only stand-in for the plugin aws";
  return { ...(forced === "build" ? { before: folder } : { after: folder }), standIn: true, origin };
}

/** Also of other clones, whose environment this shell may have had before. */
export const isOwnStandIn = (folder: string): boolean => /\/scripts\/offline\/aws\/?$/.test(folder);
