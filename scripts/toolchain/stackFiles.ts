import fs from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { lastLines, type run } from "./command.ts";
import { isRunning, startTime } from "./processes.ts";
import { isCode, say, UserError } from "./report.ts";

/** Runs the CLI with a command. */
export type Pulumi = (...command: readonly string[]) => ReturnType<typeof run>;

export interface StackFiles {
  readonly state: string;
  /** The folder of the locks on it. */
  readonly locks: string;
}

/** Where a file backend keeps a stack (pkg/backend/diy); undefined with any other backend. */
export function stackFiles(root: string, env: NodeJS.ProcessEnv, name: string): StackFiles | undefined {
  const backend = env["PULUMI_BACKEND_URL"] ?? "";
  if (!backend.startsWith("file://")) return undefined;
  const [stacks, project] = [stacksIn(root, backend), projectName(root)];
  return {
    state: join(stacks, ".pulumi", "stacks", project, `${name}.json`),
    locks: join(stacks, ".pulumi", "locks", "organization", project, name),
  };
}

/** A run that was killed leaves its lock behind, and Pulumi leaves it to people to find out whether it still runs. */
export async function releaseDeadLocks(folder: string, name: string, pulumi: Pulumi): Promise<void> {
  let files: string[];
  try {
    files = fs.readdirSync(folder).filter((file) => file.endsWith(".json"));
  } catch (error) {
    if (isCode(error, "ENOENT")) return;
    throw error;
  }
  if (files.length === 0) return;
  const owners = files.map((file) => JSON.parse(fs.readFileSync(join(folder, file), "utf8")) as LockOwner);
  if (!owners.every(isGone)) return;
  const pids = owners.map(({ pid }) => pid).join(", ");
  const { code, output } = await pulumi("cancel", "--yes", "--stack", name);
  if (code !== 0)
    throw new UserError(
      `cannot release the lock of a run that was killed (pid ${pids}):\n${lastLines(output, 20)}`,
    );
  say(`released the lock on ${name} of a run that was killed (pid ${pids})`);
}

interface LockOwner {
  readonly pid: number;
  readonly hostname: string;
  readonly timestamp: string;
}

function isGone({ pid, hostname: host, timestamp }: LockOwner): boolean {
  if (host !== hostname()) return false;
  if (!isRunning(pid)) return true;
  // A process that began after the lock was made is another one with the same pid.
  const started = startTime(pid);
  return started !== undefined && started > Date.parse(timestamp) + 10_000;
}

function projectName(root: string): string {
  const name = /^name:\s*["']?([^\s"'#]+)/m.exec(fs.readFileSync(join(root, "Pulumi.yaml"), "utf8"))?.[1];
  if (name === undefined) throw new UserError("Pulumi.yaml has no name.");
  return name;
}

function stacksIn(root: string, backend: string): string {
  const folder = backend.slice("file://".length);
  if (folder.startsWith("~")) return join(process.env["HOME"] ?? "/", folder.slice(1));
  if (!folder.startsWith("/")) return join(root, folder);
  return folder.includes("%") || folder.includes("?") ? fileURLToPath(backend) : folder;
}
