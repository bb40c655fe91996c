import path from "node:path";
import { command, type Outcome } from "../../../components/lab/linux/command.ts";
import { temporaryFolder } from "../../support/folder.ts";
import { filesOf } from "./setups.ts";
import type { MachineSetup } from "../../../components/userData/index.ts";

/** What `asMachine` needs. */
export const machinePrograms = ["unshare", "mount", "sh", "ip"] as const;

/**
 * Runs shell commands where a setup's files lie at their paths, over this machine's own, and nothing that is written
 * stays: in namespaces, with a network of its own, and with layers in memory over the folders that are written to.
 * @param programs that stand in for this machine's, by name
 */
export function asMachine(
  setup: MachineSetup,
  sh: string,
  programs: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const under = (folder: string, files: Iterable<readonly [string, string]>) =>
    Object.fromEntries([...files].map(([name, content]) => [path.join(folder, name), content]));
  const { path: folder } = temporaryFolder({
    ...under("given", filesOf(setup)),
    ...under("programs", Object.entries(programs)),
  });
  const scene = `
    given=$1 stand=$2
    memory=$given/../memory
    mkdir -p "$stand" "$memory"
    mount -t tmpfs tmpfs "$memory"
    for over in etc usr var; do
      mkdir -p "$memory/$over/up" "$memory/$over/work"
      [ ! -d "$given/$over" ] || cp -a "$given/$over/." "$memory/$over/up"
      mount -t overlay overlay -o "lowerdir=/$over,upperdir=$memory/$over/up,workdir=$memory/$over/work" "/$over"
    done
    mount -t tmpfs tmpfs /run
    cp -a "$stand" /run/programs
    ip link set lo up
    PATH=/run/programs:/usr/bin:/bin:/usr/sbin:/sbin
    export PATH
    cd /
    ${sh}`;
  const argv = [
    "unshare",
    "--user",
    "--map-root-user",
    "--mount",
    "--net",
    "sh",
    "-euc",
    scene,
    "sh",
    path.join(folder, "given"),
    path.join(folder, "programs"),
  ];
  return command(argv);
}
