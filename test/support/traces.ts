import assert from "node:assert/strict";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { until } from "./until.ts";

/**
 * What there is on this machine that a lab could leave behind, found without the lab's help: processes that have this
 * text in their command line, their environment, which what they start inherits, or their folder, named namespaces,
 * mounts and devices.
 */
export function traces(text: string): ReadonlySet<string> {
  const found = new Set<string>();
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    const line = attempt(() => readFileSync(`/proc/${pid}/cmdline`, "utf8")).replaceAll("\0", " ");
    const environment = attempt(() => readFileSync(`/proc/${pid}/environ`, "utf8"));
    const folder = attempt(() => readlinkSync(`/proc/${pid}/cwd`));
    // The third field of proc_pid_stat(5); one that has ended and that nobody has reaped is gone.
    const isOver = /\) [ZX] /.test(attempt(() => readFileSync(`/proc/${pid}/stat`, "utf8")) || ") X ");
    if (!isOver && [line, environment, folder].some((place) => place.includes(text)))
      found.add(`process ${pid}: ${line}`);
  }
  for (const line of readFileSync("/proc/self/mountinfo", "utf8").split("\n"))
    if (line.includes(text) || line.includes("/netns")) found.add(`mount ${line}`);
  for (const device of readFileSync("/proc/net/dev", "utf8").matchAll(/^ *(\S+):/gm))
    found.add(`device ${device[1] ?? ""}`);
  for (const name of list("/run/netns")) found.add(`namespace ${name}`);
  return found;
}

// The language host waits that long for a CLI that it has never met.
const patience = 35_000;

/** Waits until there is nothing more than before; what the CLI has started may end a moment after it. */
export async function untilNothingIsLeft(
  text: string,
  before: ReadonlySet<string>,
  when = "",
): Promise<void> {
  const left = () => [...traces(text)].filter((trace) => !before.has(trace));
  await until("nothing is left", () => left().length === 0, patience).catch(() => undefined);
  assert.deepEqual(left(), [], when);
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
