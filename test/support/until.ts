import { setTimeout as sleep } from "node:timers/promises";

/** Waits for a condition, and fails with its name when it does not come about in time. */
export async function until(
  name: string,
  condition: () => boolean | Promise<boolean>,
  patience = 8_000,
): Promise<void> {
  const deadline = Date.now() + patience;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`waited ${String(patience)} ms in vain until ${name}`);
    await sleep(20);
  }
}

/** Whether a process exists and has not ended; one that nobody has reaped yet has. */
export async function isAlive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  if (process.platform !== "linux") return true;
  const { readFile } = await import("node:fs/promises");
  // The state is the first word after the command's name, which stands in parentheses (proc_pid_stat(5)).
  return readFile(`/proc/${String(pid)}/stat`, "utf8").then(
    (stat) => !["Z", "X"].includes(stat.slice(stat.lastIndexOf(")") + 2, stat.lastIndexOf(")") + 3)),
    () => false,
  );
}
