import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { command, programPath, type Outcome } from "./command.ts";
import { LabError } from "./error.ts";
import { decideRoot, requireLinux, requirePrograms, unshare } from "./namespaces.ts";

/** What is written down of a lab, in its folder. */
interface Written {
  readonly id: string;
  /** Which stack's it is. */
  readonly owner: string;
  /** The kernel's identity since it started, since a lab does not outlive that. */
  readonly boot: string;
  readonly asRoot: boolean;
}

const holder = join(import.meta.dirname, "holder.sh");
const patience = 10_000;
// What `flock` ends with where a lock is taken: EX_TEMPFAIL of sysexits.h, which nothing else here uses.
const taken = "75";
const outdated = 76;
/** Names the last change, in the lab. */
export const versionFile = "/run/version";

/**
 * One lab: a process that holds namespaces, found again by its folder. In them a gateway (the holder's own network
 * namespace) stands between hosts, each a named network namespace.
 *
 * The folder's `lock` is held by the holder and nobody else, so it tells for certain whether the lab is alive: a pid
 * may belong to another process by now, or to one that has ended and that nobody has reaped.
 */
export class Lab {
  readonly folder: string;
  readonly id: string;
  readonly owner: string;
  /** Whether it runs as root instead of in a user namespace of its own. */
  readonly asRoot: boolean;
  readonly #pid: number;

  private constructor(folder: string, { id, owner, asRoot }: Written, pid: number) {
    this.folder = folder;
    this.id = id;
    this.owner = owner;
    this.asRoot = asRoot;
    this.#pid = pid;
  }

  /** The lab that lives in a folder, if one does. */
  static async find(folder: string): Promise<Lab | undefined> {
    const record = readRecord(folder);
    if (record === undefined) return undefined;
    if (record.boot !== bootId() || !(await isHeld(folder))) return undefined;
    const pid = readPid(folder);
    return pid === undefined ? undefined : new Lab(folder, record, pid);
  }

  /** Starts a lab in a folder, in place of one that is there. Throws a LabError where the machine cannot. */
  static async start(folder: string, id: string, owner: string): Promise<Lab> {
    requireLinux();
    requirePrograms();
    await Lab.stop(folder);
    const asRoot = await decideRoot();
    try {
      fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
      const record: Written = { id, owner, boot: bootId(), asRoot };
      fs.writeFileSync(join(folder, "lab.json"), `${JSON.stringify(record, undefined, 2)}\n`);
      fs.writeFileSync(join(folder, "id"), `${id}\n`);
      await hold(folder, id, asRoot);
      const pid = readPid(folder);
      if (pid === undefined)
        throw new LabError(`the lab's process ended at once, see ${join(folder, "holder.log")}`);
      return new Lab(folder, record, pid);
    } catch (error) {
      await Lab.stop(folder);
      throw error instanceof LabError
        ? error
        : new LabError(`cannot make the lab in ${folder}: ${message(error)}`);
    }
  }

  /** The id of the lab that a folder is or was of. */
  static idIn(folder: string): string | undefined {
    return readRecord(folder)?.id;
  }

  /** Ends the lab in a folder, if there is one, with all that runs in it, and removes the folder. */
  static async stop(folder: string): Promise<void> {
    if (!fs.existsSync(folder)) return;
    // A holder that is on its way up has not written its pid yet, and ends when it does not find its id.
    fs.rmSync(join(folder, "id"), { force: true });
    const pid = readPid(folder);
    if (pid !== undefined && (await isHeld(folder))) {
      const namespace = linkOf(`/proc/${pid}/ns/pid_for_children`);
      kill(pid);
      if (namespace !== undefined) await untilEmpty(namespace);
    }
    const lock = join(folder, "lock");
    const free = ["flock", "-w", String(patience / 1000), lock, "true"];
    if (fs.existsSync(lock) && (await command(free)).code !== 0)
      throw new LabError(`the lab in ${folder} does not end: what runs in it cannot be killed`);
    fs.rmSync(folder, { recursive: true, force: true });
  }

  /** What to put before a command so that it runs in a host, or in the gateway where none is named. */
  enter(host?: string): string[] {
    const own = `/proc/${this.#pid}`;
    return [
      ...["nsenter", "-t", String(this.#pid), "-m", `--pid=${own}/ns/pid_for_children`],
      ...(this.asRoot ? [] : ["-U", "--preserve-credentials"]),
      host === undefined ? "-n" : `--net=${own}/root/run/netns/${host}`,
    ];
  }

  /** Runs a shell script in the gateway, and stops at the first command that fails. */
  run(script: string): Promise<Outcome> {
    return command([...this.enter(), "sh", "-eu"], script);
  }

  /**
   * Runs a script that changes the lab; one at a time, also where a provider that was killed is still at it. Where
   * `version` is given, it must be that of the last change, else nothing is done and the result is false.
   */
  async change(what: string, script: string, version?: string): Promise<boolean> {
    const lock = ["flock", "-F", "-w", "60", "-E", taken, join(this.folder, "change")];
    const check =
      version === undefined ? "" : `[ "$(cat ${versionFile})" = "${version}" ] || exit ${outdated}`;
    const next = `echo ${randomBytes(8).toString("hex")} >${versionFile}`;
    // In braces, so that the shell does nothing at all with a script that a kill of this process cut off.
    const whole = ["{", check, next, script, "}", ""].join("\n");
    const { code, stderr } = await command([...lock, ...this.enter(), "sh", "-eu"], whole);
    if (code === 0) return true;
    if (code === outdated) return false;
    if (!(await this.isAlive()))
      throw new LabError(
        `cannot ${what}: the lab has ended meanwhile. Run the same command again, which makes it anew`,
      );
    throw new LabError(
      `cannot ${what}: ${code === Number(taken) ? "another process keeps changing the lab" : stderr}`,
    );
  }

  /** Whether a stack is known to hold it: one whose making was interrupted may be nobody's. */
  get isClaimed(): boolean {
    return fs.existsSync(join(this.folder, "claimed"));
  }

  claim(): void {
    fs.writeFileSync(join(this.folder, "claimed"), "");
  }

  /** How much memory its processes take, in bytes; what several share counts in parts. */
  get memory(): number {
    const namespace = linkOf(`/proc/${this.#pid}/ns/pid_for_children`);
    return fs
      .readdirSync("/proc")
      .filter((name) => name === String(this.#pid) || linkOf(`/proc/${name}/ns/pid`) === namespace)
      .map(
        (pid) => Number(/^Pss: *(\d+) kB$/m.exec(readOr(`/proc/${pid}/smaps_rollup`, ""))?.[1] ?? 0) * 1024,
      )
      .reduce((sum, bytes) => sum + bytes, 0);
  }

  async isAlive(): Promise<boolean> {
    return (await Lab.find(this.folder))?.id === this.id;
  }
}

/** Starts the holder, and returns when the lab can be entered. */
async function hold(folder: string, id: string, asRoot: boolean): Promise<void> {
  fs.rmSync(join(folder, "pid"), { force: true });
  const log = fs.openSync(join(folder, "holder.log"), "a", 0o600);
  // The shell writes its pid under the lock and becomes `unshare`, whose pid it then is.
  const begin = 'echo $$ >"$1/pid"; shift; exec "$@"';
  const child = spawn(
    "flock",
    [
      ...["-F", "-w", "1", "-E", taken, join(folder, "lock")],
      ...["sh", "-c", begin, "sh", folder, ...unshare(asRoot), "sh", holder, folder, id],
    ],
    {
      cwd: "/",
      detached: true,
      env: holderEnvironment(),
      stdio: ["ignore", log, log, "pipe"],
    },
  );
  fs.closeSync(log);
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => {
      resolve(error.message);
    });
    child.once("exit", (code) => {
      resolve(code === Number(taken) ? "another process holds its lock" : readLog(folder));
    });
  });
  const ready = child.stdio[3] as NodeJS.ReadableStream & { destroy: () => void };
  const why = await Promise.race([ended, text(firstOf(ready)).then(() => undefined)]);
  ready.destroy();
  child.unref();
  if (why !== undefined) throw new LabError(`the lab's process ended at once: ${why}`);
}

/** It lives for long, and its maker's environment may hold passphrases and cloud credentials. */
const holderEnvironment = (): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith("BULKHEAD_"))),
  PATH: programPath(process.env),
});

/** The first piece of a stream, whose end may come only when the lab ends. */
async function* firstOf(stream: NodeJS.ReadableStream): AsyncGenerator<Buffer> {
  for await (const piece of stream) {
    yield piece as Buffer;
    return;
  }
  // It ended without a word, so the process has ended, and says why.
  await sleep(patience, undefined, { ref: false });
}

/** The folder may be gone by the time that the lab ends, which is then why it ended. */
const readLog = (folder: string): string =>
  readOr(join(folder, "holder.log"), "its folder is gone").trim().split("\n").at(-1) ?? "";

function readRecord(folder: string): Written | undefined {
  try {
    return JSON.parse(fs.readFileSync(join(folder, "lab.json"), "utf8")) as Written;
  } catch {
    // Absent, or cut off by a kill or a full disk: no lab was made with it.
    return undefined;
  }
}

function readPid(folder: string): number | undefined {
  try {
    const pid = Number(fs.readFileSync(join(folder, "pid"), "utf8"));
    const line = fs.readFileSync(`/proc/${pid}/cmdline`, "utf8");
    return Number.isInteger(pid) && pid > 1 && line.split("\0").includes(folder) ? pid : undefined;
  } catch {
    return undefined;
  }
}

async function isHeld(folder: string): Promise<boolean> {
  const lock = join(folder, "lock");
  return (
    fs.existsSync(lock) && (await command(["flock", "-n", "-E", taken, lock, "true"])).code === Number(taken)
  );
}

const bootId = (): string => fs.readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself meanwhile.
  }
}

function linkOf(path: string): string | undefined {
  try {
    return fs.readlinkSync(path);
  } catch {
    return undefined;
  }
}

/** Waits until no process is left in a process namespace; the kernel tells nobody when the last one goes. */
async function untilEmpty(namespace: string): Promise<void> {
  const deadline = Date.now() + patience;
  // One that has ended stays until its parent asks about it, which may be never.
  const hasEnded = (pid: string) => /\) [ZX] /.test(readOr(`/proc/${pid}/stat`, ") X "));
  const isIn = (pid: string) => linkOf(`/proc/${pid}/ns/pid`) === namespace && !hasEnded(pid);
  while (fs.readdirSync("/proc").some((name) => /^\d+$/.test(name) && isIn(name))) {
    if (Date.now() > deadline) return;
    await sleep(5);
  }
}

function readOr(path: string, otherwise: string): string {
  try {
    return fs.readFileSync(path, "utf8");
  } catch {
    return otherwise;
  }
}

const message = (error: unknown) => (error instanceof Error ? error.message : String(error));
