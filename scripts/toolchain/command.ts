import { spawn, type ChildProcess } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { constants as system } from "node:os";
import { delimiter, join } from "node:path";

export interface Finished {
  readonly code: number;
  /** What it wrote, stdout and stderr as they came. */
  readonly output: string;
  readonly stdout: string;
}

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly onLine?: (line: string) => void;
}

const running = new Set<ChildProcess>();

/** Passes a signal on to every program that is still at work, so that none outlives us. */
export function signalRunning(signal: NodeJS.Signals): void {
  for (const child of running) child.kill(signal);
}

/** Waits for a program that was started elsewhere, and lets it have our signals. Returns its exit code. */
export function track(child: ChildProcess): Promise<number> {
  running.add(child);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      running.delete(child);
      resolve(code ?? 1);
    });
  });
}

/** Runs a program to its end. It gets no stdin, so it can never wait for an answer. */
export function run(
  program: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    running.add(child);
    let output = "";
    let stdout = "";
    let rest = "";
    const take = (text: string) => {
      output += text;
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) options.onLine?.(line);
    };
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      take(text);
    });
    child.stderr.setEncoding("utf8").on("data", take);
    child.on("error", (error) => {
      running.delete(child);
      reject(error);
    });
    child.on("close", (code) => {
      running.delete(child);
      resolve({ code: code ?? 1, output, stdout });
    });
  });
}

/**
 * Runs a program in this one's place, with its terminal and its signals, and returns what to end with. What was to be
 * cleaned up at a signal before has to be done by now.
 */
export async function handOver(
  program: string,
  args: readonly string[],
  { cwd, env }: Pick<CommandOptions, "cwd" | "env">,
): Promise<number> {
  const child = spawn(program, args, { cwd, env, stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    const before = process.listeners(signal);
    process.on(signal, () => {
      // A terminal sends Ctrl-C to both, and to Pulumi a second one means to drop everything.
      if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
    });
    // Only now: a signal that comes while nobody listens would be lost.
    for (const listener of before) process.removeListener(signal, listener);
  }
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      resolve(code ?? 128 + (signal === null ? 0 : system.signals[signal]));
    });
  });
}

export const lastLines = (text: string, count: number): string =>
  text.trim().split("\n").slice(-count).join("\n");

export function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

export const searchPath = (env: NodeJS.ProcessEnv): string[] =>
  (env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");

/** Where a program is found on a search path, as a shell would find it. */
export function find(program: string, folders: readonly string[]): string | undefined {
  return folders.map((folder) => join(folder, program)).find(isProgram);
}
