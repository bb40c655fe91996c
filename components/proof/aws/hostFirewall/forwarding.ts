import type { Overlay } from "../../../plan/index.ts";
import type { Assumption } from "../../network/index.ts";
import type { UserData } from "../facts.ts";
import { readCloudConfig } from "./cloudConfig.ts";
import { dropsFromOverlay } from "./drops.ts";
import { loadsAtBoot } from "./loaded.ts";
import { NotUnderstood } from "./tokens.ts";

/** Where a machine's firewall of its own stands. */
const path = "/etc/bulkhead/firewall.nft";

/**
 * Whether machines forward what comes out of the overlay, by what their user data make of them: false where that is
 * certain not to be so, undefined where it is not known.
 */
export function forwardingOf(
  userData: ReadonlyMap<string, UserData>,
  overlay: Overlay,
): { readonly forwarding: Map<string, boolean | undefined>; readonly assumptions: Assumption[] } {
  const known = new Map<string, string | undefined>();
  const reasonOf = (data: UserData): string | undefined => {
    if ("why" in data) return data.why;
    if (!known.has(data.text)) known.set(data.text, mayForward(data.text, overlay));
    return known.get(data.text);
  };
  const forwarding = new Map<string, boolean | undefined>();
  const reasons = new Map<string, string[]>();
  for (const [machine, data] of userData) {
    const why = reasonOf(data);
    forwarding.set(machine, why === undefined ? false : undefined);
    if (why !== undefined) reasons.set(why, [...(reasons.get(why) ?? []), machine]);
  }
  return {
    forwarding,
    assumptions: [
      ...([...forwarding.values()].includes(false) ? [taken] : []),
      ...[...reasons].map(([why, machines]) => ({
        text: `the user data of ${some(machines)} do not show that they forward nothing of the overlay: ${why}`,
      })),
    ],
  };
}

const taken: Assumption = {
  text: `machines are taken to be as their user data make them: nothing takes the firewall in ${path} out of the kernel later, and packets of pods come past it (which they do not with Calico's eBPF data plane)`,
};

const some = (names: readonly string[]): string =>
  names.length <= 3 ? names.join(", ") : `${names.slice(0, 3).join(", ")} and ${names.length - 3} more`;

/** Why a machine with such user data may forward from the overlay; undefined where it does not. */
function mayForward(text: string, overlay: Overlay): string | undefined {
  const config = readCloudConfig(text);
  if ("why" in config) return config.why;
  const ruleset = config.files.get(path);
  if (ruleset === undefined) return `they write no ${path}, or not as plain text`;
  const others = [...config.files].filter(([at]) => at !== path).map(([, content]) => content);
  if ([...others, ...config.commands].some((one) => unloads.test(one)))
    return "something in them takes rules out of the kernel again";
  if (!loadsAtBoot(config, path)) return `no enabled service of theirs loads ${path} at every start`;
  try {
    return dropsFromOverlay(ruleset, overlay)
      ? undefined
      : `${path} does not drop all that comes out of the overlay and goes elsewhere than to pods`;
  } catch (error) {
    if (!(error instanceof NotUnderstood)) throw error;
    return `${path} has something that the proof does not understand: ${error.message}`;
  }
}

const unloads = /\bnft\b[^\n]*\b(?:flush|delete|destroy|reset|replace)\b|\bflush ruleset\b/;
