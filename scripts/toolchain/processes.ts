import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { isCode } from "./report.ts";

/** Whether a process is there and has not ended; one that its parent has not asked about yet has. */
export function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (isCode(error, "ESRCH")) return false;
  }
  const state = stat(pid)?.[0];
  return state !== "Z" && state !== "X";
}

/** When a process started, in a form that tells it from a later one with the same pid; "0" where that is unknown. */
export function startOf(pid: number): string {
  if (process.platform === "linux") return stat(pid)?.[19] ?? "0";
  try {
    const text = execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" });
    return String(Date.parse(text.trim()) / 1000);
  } catch {
    return "0";
  }
}

/** The same as a time, where it can be told; to about a second. The times of /proc/<pid> itself say nothing. */
export function startTime(pid: number): number | undefined {
  if (process.platform !== "linux") {
    const seconds = Number(startOf(pid));
    return seconds > 0 ? seconds * 1000 : undefined;
  }
  const ticks = Number(stat(pid)?.[19]);
  const boot = Number(/^btime (\d+)$/m.exec(readFileSync("/proc/stat", "utf8"))?.[1]);
  // The kernel shows ticks of a hundredth of a second on every platform that Node.js runs on.
  return Number.isFinite(ticks + boot) ? (boot + ticks / 100) * 1000 : undefined;
}

/** proc_pid_stat(5) from its third field on; the second is the command, which may hold spaces and brackets. */
function stat(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}
