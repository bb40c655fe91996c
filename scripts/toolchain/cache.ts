import { createHash, randomBytes } from "node:crypto";
import fs from "node:fs";
import { hostname } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { signalRunning } from "./command.ts";
import { isRunning, startOf } from "./processes.ts";
import { isCode, say, size, UserError } from "./report.ts";

// A folder per thing fetched or built, named by what defines it. An entry is made in a folder of its own and renamed
// into place, so it is whole or absent whatever is killed when; locks only save double work.

/** One thing the cache can hold. */
export interface Recipe {
  /** Name, version, platform and checksum of what defines it. */
  readonly name: string;
  /** What it is, for people who wait for it. */
  readonly what: string;
  /** Fills an empty folder. */
  readonly make: (folder: string) => Promise<void>;
  /** Whether an entry in place is still whole; for what others might damage. */
  readonly whole?: (entry: string) => boolean;
}

export function cacheFolder(env: NodeJS.ProcessEnv): string {
  const named = env["BULKHEAD_CACHE"] ?? "";
  if (named !== "") return resolve(named);
  const xdg = env["XDG_CACHE_HOME"] ?? "";
  const home = env["HOME"] ?? "";
  if (isAbsolute(xdg)) return join(xdg, "bulkhead");
  if (home === "")
    throw new UserError("HOME is not set, so there is no place for the cache. Set HOME or BULKHEAD_CACHE.");
  return join(home, ".cache", "bulkhead");
}

export const platform = `${process.platform}-${process.arch}`;

export const checksum = (...parts: readonly (string | Buffer)[]): string => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${part.length}:`).update(part);
  return hash.digest("hex").slice(0, 16);
};

export class Cache {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** The folder of a recipe, if it is there. */
  existing(recipe: Recipe): string | undefined {
    const entry = this.path(recipe.name);
    return fs.existsSync(entry) && (recipe.whole?.(entry) ?? true) ? entry : undefined;
  }

  /** The folder of a recipe, made first if it is not there. */
  async entry(recipe: Recipe): Promise<string> {
    return (
      this.existing(recipe) ??
      (await this.alone(
        recipe.name,
        recipe.what,
        async () => this.existing(recipe) ?? (await this.make(recipe)),
      ))
    );
  }

  /** Does something while no other setup does the same. */
  async alone<T>(name: string, what: string, action: () => Promise<T>): Promise<T> {
    this.prepare();
    this.removeAbandoned();
    const lock = this.path(`.lock-${name}`);
    const locked = await this.lock(lock, what);
    try {
      return await action();
    } finally {
      if (locked) forget(lock);
    }
  }

  /** Removes everything, unless someone is at work here. */
  clean(): { readonly freed: number; readonly left: readonly string[] } {
    const names = fs.existsSync(this.folder) ? fs.readdirSync(this.folder) : [];
    const busy = new Set(names.map((name) => this.atWork(name)).filter((owner) => owner !== undefined));
    if (busy.size > 0)
      throw new UserError(
        `another setup is at work in ${this.folder} (${[...busy].join(", ")}). ` +
          "Wait for it to end, or stop it, and clean again.",
      );
    let freed = 0;
    // What is not ours stays: BULKHEAD_CACHE may name a folder that holds other things too.
    const left = names.filter((name) => !isOurs(name));
    for (const name of names.filter(isOurs)) {
      const path = this.path(name);
      freed += usage(path);
      // Renamed first, so that nobody takes a half-removed entry for a whole one.
      const doomed = name.startsWith(".part-") ? path : this.path(partName());
      if (doomed !== path) fs.renameSync(path, doomed);
      remove(doomed);
    }
    if (left.length === 0) fs.rmSync(this.folder, { recursive: true, force: true });
    return { freed, left };
  }

  private async make(recipe: Recipe): Promise<string> {
    const part = this.path(partName());
    const entry = this.path(recipe.name);
    fs.mkdirSync(part);
    unfinished.add(part);
    try {
      await recipe.make(part);
      if (fs.existsSync(entry) && this.existing(recipe) === undefined) {
        const damaged = this.path(partName());
        fs.renameSync(entry, damaged);
        remove(damaged);
      }
      fs.renameSync(part, entry);
      return entry;
    } catch (error) {
      // Whoever did not see our lock may have been faster; then its entry is as good as ours.
      const theirs = this.existing(recipe);
      if (theirs !== undefined) return theirs;
      if (isCode(error, "ENOENT") && !fs.existsSync(part))
        throw new UserError(`${this.folder} was cleaned while ${recipe.what} went into it. Run this again.`);
      throw error;
    } finally {
      unfinished.delete(part);
      remove(part);
    }
  }

  private prepare(): void {
    try {
      fs.mkdirSync(this.folder, { recursive: true });
      // Backup programs leave out folders with this file (https://bford.info/cachedir/).
      fs.writeFileSync(this.path("CACHEDIR.TAG"), "Signature: 8a477f597d28d172789f06886806bc55\n");
    } catch (error) {
      throw new UserError(
        `cannot write to the cache ${this.folder}: ${String(error)}. Set BULKHEAD_CACHE to a folder that you own.`,
      );
    }
  }

  /** Removes what killed runs left half done. */
  private removeAbandoned(): void {
    for (const name of fs.readdirSync(this.folder))
      if (/^\.(part|lock-\.part)-/.test(name) && this.atWork(name) === undefined) remove(this.path(name));
  }

  /** Who holds an unfinished entry or a lock, unless they are gone. */
  private atWork(name: string): string | undefined {
    const path = this.path(name);
    // The name tells the owner before there is any content.
    const [, pid, start = "", machine = ""] = /^(?:\.lock-)?\.part-(\d+)-(\d+)-(\w+)-/.exec(name) ?? [];
    const owner =
      pid !== undefined
        ? { pid: Number(pid), start, machine }
        : name.startsWith(".lock-")
          ? readLock(path)
          : undefined;
    if (owner === undefined) return undefined;
    if (owner.machine === me.machine) return isAlive(owner) ? `pid ${owner.pid}` : undefined;
    // Another machine or container that shares this folder: all that can be seen from here is how old it is.
    const age = Date.now() - attempt(() => fs.statSync(path).mtimeMs, 0);
    return age < 2 * 3_600_000 ? `pid ${owner.pid} on another machine or in a container` : undefined;
  }

  /** True when the lock is ours; false when it cannot help, and the rename alone must do. */
  private async lock(lock: string, what: string): Promise<boolean> {
    const own = this.path(`.lock-${partName()}`);
    fs.writeFileSync(own, JSON.stringify(me));
    let told = 0;
    try {
      for (;;) {
        try {
          // A link appears with its content; a file that is created and then written can be read while empty.
          fs.linkSync(own, lock);
          held.add(lock);
          return true;
        } catch (error) {
          if (!isCode(error, "EEXIST")) return false;
        }
        const owner = readLock(lock);
        if (owner === undefined) continue;
        if (owner.machine !== me.machine) return false;
        if (!isAlive(owner)) {
          if (takeAway(lock, owner, own))
            say(`taking over ${what} from a setup that was killed (pid ${owner.pid})`);
        } else {
          if (told !== owner.pid)
            say(`waiting for another setup (pid ${owner.pid}), which is at work on ${what}`);
          told = owner.pid;
          await sleep(100);
        }
      }
    } finally {
      fs.rmSync(own, { force: true });
    }
  }
}

interface Owner {
  readonly pid: number;
  /** When the process started, so that a later one with the same pid is not taken for it. */
  readonly start: string;
  /** Pids mean nothing on another machine or in another container. */
  readonly machine: string;
}

const me: Owner = { pid: process.pid, start: startOf(process.pid), machine: machineId() };
const partName = () => `.part-${me.pid}-${me.start}-${me.machine}-${randomBytes(4).toString("hex")}`;
const isOurs = (name: string) =>
  /^(node-|packages-|pulumi-|kubernetes-|plugins-|go-|compile$|versions$|CACHEDIR\.TAG$|\.part-|\.lock-)/.test(
    name,
  );

const held = new Set<string>();
const unfinished = new Set<string>();

function forget(lock: string): void {
  held.delete(lock);
  fs.rmSync(lock, { force: true });
}

for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
] as const)
  process.on(signal, () => {
    signalRunning(signal);
    for (const path of unfinished) remove(path);
    for (const path of held) fs.rmSync(path, { force: true });
    process.exit(code);
  });

function machineId(): string {
  return createHash("sha256")
    .update(hostname() + attempt(() => fs.readlinkSync("/proc/self/ns/pid"), ""))
    .digest("hex")
    .slice(0, 8);
}

const isAlive = ({ pid, start }: Owner): boolean =>
  isRunning(pid) && (start === "0" || start === startOf(pid));

function readLock(path: string): Owner | undefined {
  try {
    const { pid, start, machine } = JSON.parse(fs.readFileSync(path, "utf8")) as Partial<Owner>;
    return { pid: pid ?? 0, start: start ?? "", machine: machine ?? me.machine };
  } catch (error) {
    return isCode(error, "ENOENT") ? undefined : { pid: 0, start: "", machine: me.machine };
  }
}

/**
 * Removes the lock of a dead owner. One at a time and after a second look: the owner may have ended well since, and
 * the lock may be another's by now.
 */
function takeAway(lock: string, dead: Owner, own: string): boolean {
  const guard = `${lock}.takeover`;
  try {
    fs.linkSync(own, guard);
  } catch (error) {
    if (!isCode(error, "EEXIST")) throw error;
    const holder = readLock(guard);
    if (holder !== undefined && !isAlive(holder)) fs.rmSync(guard, { force: true });
    return false;
  }
  try {
    const owner = readLock(lock);
    if (owner?.pid !== dead.pid || owner.start !== dead.start) return false;
    fs.rmSync(lock, { force: true });
    return true;
  } finally {
    fs.rmSync(guard, { force: true });
  }
}

function usage(path: string): number {
  const stat = fs.lstatSync(path);
  if (!stat.isDirectory()) return stat.blocks * 512;
  return fs.readdirSync(path).reduce((sum, name) => sum + usage(join(path, name)), stat.blocks * 512);
}

/** Removes a folder, also one whose folders are read-only, as Go's module cache is. */
export function remove(path: string): void {
  try {
    fs.rmSync(path, { recursive: true, force: true });
  } catch (error) {
    if (!isCode(error, "EACCES") && !isCode(error, "EPERM") && !isCode(error, "ENOTEMPTY")) throw error;
    makeWritable(path);
    fs.rmSync(path, { recursive: true, force: true, maxRetries: 5 });
  }
}

function makeWritable(path: string): void {
  if (!fs.lstatSync(path).isDirectory()) return;
  fs.chmodSync(path, 0o700);
  for (const name of fs.readdirSync(path)) makeWritable(join(path, name));
}

function attempt<T>(action: () => T, otherwise: T): T {
  try {
    return action();
  } catch {
    return otherwise;
  }
}

export const freedLine = (bytes: number): string =>
  bytes === 0 ? "nothing to remove" : `${size(bytes)} freed`;
