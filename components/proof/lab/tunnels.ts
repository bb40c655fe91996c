import { asText, property, type Resources } from "../resource/index.ts";
import { kinds } from "./kinds.ts";

/** What a host does with packets that are not its own. */
export interface TunnelFacts {
  /** Whether it forwards them, such as those that it has taken out of a tunnel; undefined where that is not known. */
  readonly forwards: boolean | undefined;
}

/** A lab makes its hosts so that none forwards packets. By the ids of the hosts' nics. */
export const labTunnelFacts = (resources: Resources): ReadonlyMap<string, TunnelFacts> =>
  new Map(
    resources
      .of(kinds.host)
      .map((host) => [asText(property(host, "name")) ?? host.name, { forwards: false }]),
  );

/**
 * A shell script whose output `parseTunnelFacts` reads, for a lab's gateway. A device may forward where the machine's
 * own setting says no, so each is looked at.
 */
export const tunnelScript =
  'cd /run/netns && for host in *; do echo "$host $(nsenter --net="$host" sh -c "cat /proc/sys/net/ipv4/conf/*/forwarding" | sort -u | tr -d "\\n")"; done';

/** What hosts that run do, of these names; of those that the text does not speak of nothing is known. */
export function parseTunnelFacts(text: string, names: readonly string[]): ReadonlyMap<string, TunnelFacts> {
  const settings = new Map(text.split("\n").map((line) => line.split(" ", 2) as [string, string]));
  return new Map(
    names.map((name) => {
      const setting = settings.get(name);
      return [
        name,
        { forwards: setting === undefined || setting === "" ? undefined : setting.includes("1") },
      ];
    }),
  );
}
