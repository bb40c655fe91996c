import { spawn, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { Folder } from "./folder.ts";

const repository = fileURLToPath(new URL("../..", import.meta.url));

export interface Outcome {
  readonly code: number | null;
  /** What a person would see: both streams, as they came. */
  readonly output: string;
}

/** A clone of this repository as it stands, with a user's state of its own and the real tools. */
export class Worktree {
  readonly folder = new Folder({
    "home/.gitconfig": "[user]\n  name = A Tester\n  email = tester@example.com\n",
  });
  readonly env: NodeJS.ProcessEnv;

  constructor() {
    const files = git(
      repository,
      process.env,
      "ls-files",
      "--cached",
      "--others",
      "--exclude-standard",
      "-z",
    );
    for (const name of files.split("\0").filter((file) => file !== "")) {
      mkdirSync(path.dirname(path.join(this.path, name)), { recursive: true });
      cpSync(path.join(repository, name), path.join(this.path, name));
      // The salt of whoever runs the tests stands in the files, not in what is committed.
      if (name.startsWith("stacks/Pulumi."))
        this.#rewrite(name, (text) => text.replace(/^encryptionsalt:.*\n/m, ""));
    }
    this.env = {
      ...withoutPulumi(process.env),
      HOME: path.join(this.folder.path, "home"),
      // The tools are the machine's, so that they are not made anew for each test.
      BULKHEAD_CACHE:
        process.env["BULKHEAD_CACHE"] ??
        path.join(process.env["XDG_CACHE_HOME"] ?? path.join(homedir(), ".cache"), "bulkhead"),
      BULKHEAD_STATE: path.join(this.folder.path, "state"),
      XDG_STATE_HOME: undefined,
      CI: undefined,
    };
    git(this.path, this.env, "init", "--quiet", "--initial-branch=main");
    git(this.path, this.env, "add", "--all");
    git(this.path, this.env, "commit", "--quiet", "--message=As it stands");
  }

  get path(): string {
    return path.join(this.folder.path, "a clone");
  }

  git(...args: readonly string[]): string {
    return git(this.path, this.env, ...args);
  }

  edit(name: string, change: (text: string) => string): void {
    if (!this.#rewrite(name, change)) throw new Error(`the edit of ${name} changes nothing`);
  }

  #rewrite(name: string, change: (text: string) => string): boolean {
    const file = path.join(this.path, name);
    const text = readFileSync(file, "utf8");
    const changed = change(text);
    writeFileSync(file, changed);
    return changed !== text;
  }

  /** Runs a line of shell in the clone, with nobody at the keyboard. */
  async sh(line: string, onStart: (pid: number) => void = () => undefined): Promise<Outcome> {
    const child = spawn("sh", ["-c", line], {
      cwd: this.path,
      env: this.env,
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    onStart(child.pid ?? 0);
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
    return new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => {
        resolve({ code, output });
      });
    });
  }

  /** As `sh`, for what has to work. */
  async succeed(line: string): Promise<string> {
    const { code, output } = await this.sh(line);
    if (code !== 0) throw new Error(`${line} ended with ${String(code)}:\n${output}`);
    return output;
  }
}

function git(folder: string, env: NodeJS.ProcessEnv, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync("git", args, { cwd: folder, env, encoding: "utf8" });
  if (status !== 0) throw new Error(`git ${args.join(" ")}: ${stderr}`);
  return stdout;
}

const withoutPulumi = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith("PULUMI_")));
