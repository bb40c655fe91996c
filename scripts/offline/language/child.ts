import { spawn, type ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

export type Ending =
  | { readonly kind: "exit"; readonly code: number }
  | { readonly kind: "signal"; readonly signal: NodeJS.Signals };

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly folder: string | undefined;
  readonly environment: NodeJS.ProcessEnv;
  readonly onStdout: (chunk: Buffer) => void;
  readonly onStderr: (chunk: Buffer) => void;
}

export interface Child {
  /** Settles when the process has ended and its output has been read; rejects where it could not be started. */
  readonly ended: Promise<Ending>;
  /** Interrupts the process and everything it started, and kills what is left after the grace period. */
  stop(graceMilliseconds: number): Promise<void>;
}

/** As Go's exec.Cmd.WaitDelay in the official host: how long to read on when something kept the output open. */
const outputPatience = 5_000;
const pollInterval = 20;
/** For what outlives the process that started it; where nobody reaps orphans, dead ones seem to as well. */
const orphanGrace = 500;
const running = new Map<number, Child>();

/**
 * Starts a process in a group of its own, so that what it starts in turn can be stopped with it. The official host
 * signals only the process itself, and leaves the rest behind.
 */
export function start(command: Command): Child {
  const child = spawn(command.file, command.args, {
    cwd: command.folder,
    env: command.environment,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const group = child.pid;
  child.stdout.on("data", command.onStdout);
  child.stderr.on("data", command.onStderr);

  let stopping: Promise<void> | undefined;
  const ended = new Promise<Ending>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      const ending: Ending = signal === null ? { kind: "exit", code: code ?? 0 } : { kind: "signal", signal };
      const done = () => {
        clearTimeout(impatience);
        // What a program leaves running on purpose, such as a daemon, stays, as with the official host.
        if (group !== undefined && stopping === undefined) running.delete(group);
        resolve(ending);
      };
      const impatience = setTimeout(() => {
        child.stdout.destroy();
        child.stderr.destroy();
      }, outputPatience);
      child.once("close", done);
    });
  });

  const started: Child = {
    ended,
    stop(graceMilliseconds) {
      if (group === undefined || !running.has(group)) return Promise.resolve();
      stopping ??= stopGroup(group, child, graceMilliseconds);
      return stopping;
    },
  };
  if (group !== undefined) running.set(group, started);
  return started;
}

/** Waits for a child's end, and stops it when the signal comes first. */
export async function endedOrStopped(
  child: Child,
  signal: AbortSignal,
  graceMilliseconds: number,
): Promise<Ending> {
  const stop = () => void child.stop(graceMilliseconds);
  signal.addEventListener("abort", stop);
  try {
    return await child.ended;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

async function stopGroup(group: number, leader: ChildProcess, graceMilliseconds: number): Promise<void> {
  let deadline = Date.now() + graceMilliseconds;
  leader.once("exit", () => (deadline = Math.min(deadline, Date.now() + orphanGrace)));
  signalGroup(group, "SIGINT");
  while (signalGroup(group, 0) && Date.now() < deadline) await sleep(pollInterval);
  signalGroup(group, "SIGKILL");
  running.delete(group);
}

/** Returns whether there was anything to stop. */
export async function stopEverything(graceMilliseconds: number): Promise<boolean> {
  const children = [...running.values()];
  await Promise.all(children.map((child) => child.stop(graceMilliseconds)));
  return children.length > 0;
}

/** The last resort, for when this process must end now. */
export function killEverything(): void {
  for (const group of running.keys()) signalGroup(group, "SIGKILL");
  running.clear();
}

/** Whether the group still had a process to signal. */
function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-group, signal);
  } catch {
    return false;
  }
}
