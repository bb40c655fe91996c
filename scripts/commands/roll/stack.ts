import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { lastLines, run } from "../../toolchain/command.ts";
import { say, UserError } from "../../toolchain/report.ts";
import { releaseDeadLocks, stackFiles } from "../../toolchain/stackFiles.ts";
import { root, type Toolchain } from "../../toolchain/toolchain.ts";
import { readThere, type Machine, type There } from "./there.ts";

/** A stack, and what a roll does to it by other programs. */
export class Stack {
  readonly #name: string;
  readonly #tools: Toolchain;
  readonly #env: NodeJS.ProcessEnv;
  #running: ChildProcess | undefined;

  constructor(name: string, tools: Toolchain) {
    this.#name = name;
    this.#tools = tools;
    this.#env = { ...process.env, ...tools.variables };
  }

  /** What there is by its state; undefined where there is no such stack yet. */
  async there(): Promise<There | undefined> {
    const { code, stdout, output } = await run(
      this.#tools.pulumi,
      ["stack", "export", "--stack", this.#name, "--non-interactive"],
      { cwd: root, env: this.#env },
    );
    if (code === 0) return readThere(stdout);
    if (output.includes("no stack named")) return undefined;
    throw new UserError(`the state of ${this.#name} cannot be read:\n${lastLines(output, 10)}`);
  }

  /** Brings it up as `scripts/up` does, and lets that replace these machines alone. */
  async update(chosen: readonly string[], ...options: readonly string[]): Promise<void> {
    const command = join(root, "scripts", "toolchain", "up.ts");
    const args = [
      "--disable-warning=ExperimentalWarning",
      command,
      this.#name,
      "--non-interactive",
      ...options,
    ];
    await this.#run("update", process.execPath, args, { ...process.env, BULKHEAD_ROLL: chosen.join(",") });
  }

  /** Takes a machine out of the load balancers and away. */
  async remove({ urn, targets }: Machine): Promise<void> {
    const pulumi = (...args: readonly string[]) =>
      run(this.#tools.pulumi, [...args, "--non-interactive"], { cwd: root, env: this.#env });
    const files = stackFiles(root, this.#env, this.#name);
    if (files !== undefined) await releaseDeadLocks(files.locks, this.#name, pulumi);
    const urns = [...targets.map((target) => target.urn), urn];
    const options = ["--yes", "--skip-preview", "--non-interactive", "--suppress-outputs"];
    await this.#run(
      "removal",
      this.#tools.pulumi,
      ["destroy", "--stack", this.#name, ...options, ...urns.flatMap((one) => ["--target", one])],
      this.#env,
    );
  }

  /** Lets what runs end early, as Pulumi does it: what has been begun ends, and nothing else begins. */
  cancel(): void {
    this.#running?.kill("SIGINT");
  }

  /** In a process group of its own, so that a terminal's Ctrl-C does not reach it. */
  async #run(what: string, program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
    const child = spawn(program, args, {
      cwd: root,
      env,
      stdio: ["ignore", "inherit", "inherit"],
      detached: true,
    });
    this.#running = child;
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    this.#running = undefined;
    if (code === 0) return;
    say("");
    throw new UserError(`the ${what} ended with ${code ?? "a signal"}; what went wrong stands above`);
  }
}
