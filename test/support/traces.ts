import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/**
 * What there is on this machine that a lab could leave behind, found without the lab's help: processes with
 * this text in their command line, namespaces, mounts and devices.
 */
export function traces(text: string): ReadonlySet<string> {
  const found = new Set<string>();
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    const line = attempt(() => readFileSync(`/proc/${pid}/cmdline`, "utf8")).replaceAll("\0", " ");
    // The third field of proc_pid_stat(5); one that has ended and that nobody has reaped is gone.
    const isOver = /\) [ZX] /.test(attempt(() => readFileSync(`/proc/${pid}/stat`, "utf8")) || ") X ");
    if (isOver) continue;
    if (line.includes(text)) found.add(`process ${pid}: ${line}`);
    for (const kind of ["user", "net", "mnt", "pid"]) {
      const namespace = attempt(() => readlinkSync(`/proc/${pid}/ns/${kind}`));
      if (namespace !== readlinkSync(`/proc/self/ns/${kind}`)) found.add(`namespace ${namespace}`);
    }
  }
  for (const line of readFileSync("/proc/self/mountinfo", "utf8").split("\n"))
    if (line.includes(text) || line.includes("/netns")) found.add(`mount ${line}`);
  for (const device of readFileSync("/proc/net/dev", "utf8").matchAll(/^ *(\S+):/gm))
    found.add(`device ${device[1] ?? ""}`);
  for (const name of list("/run/netns")) found.add(`namespace ${name}`);
  return found;
}

function attempt(read: () => string): string {
  try {
    return read();
  } catch {
    // The process has ended meanwhile, or there is no such folder.
    return "";
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
