import { spawn, type ChildProcess } from "node:child_process";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { Gateway } from "../../components/lab/linux/gateway.ts";
import { Lab } from "../../components/lab/linux/lab.ts";
import { withoutKubernetes } from "../../scripts/commands/bench/project.ts";
import { Worktree, type Outcome } from "./worktree.ts";

/** A stack of a lab in a clone of this repository, run by plain pulumi. */
export class LabStack {
  readonly clone = new Worktree();
  readonly name: string;
  #env: NodeJS.ProcessEnv | undefined;

  /** Without Kubernetes it is made in a tenth of the time, which is enough for what is about the network. */
  constructor(name = "dev", { kubernetes = false } = {}) {
    this.name = name;
    if (kubernetes) return;
    this.clone.edit("stacks/program.ts", withoutKubernetes);
    // So that undoing a test's edits leaves it.
    this.clone.git("commit", "--all", "--quiet", "--message=Without Kubernetes");
  }

  /** The folder of its user's state, which no other stack has. */
  get state(): string {
    return this.clone.env["BULKHEAD_STATE"] ?? "";
  }

  get folder(): string {
    return path.join(this.state, "labs", this.name);
  }

  edit(change: (text: string) => string): void {
    this.clone.edit(`stacks/Pulumi.${this.name}.yaml`, change);
  }

  /** Undoes every edit. */
  restore(): void {
    this.clone.git("checkout", "--", "stacks");
  }

  /** The lab, which has to be up. */
  async gateway(): Promise<Gateway> {
    const lab = await Lab.find(this.folder);
    if (lab === undefined) throw new Error(`there is no lab in ${this.folder}`);
    return new Gateway(lab);
  }

  async env(): Promise<NodeJS.ProcessEnv> {
    if (this.#env !== undefined) return this.#env;
    const text = await this.clone.succeed(". scripts/env 2>/dev/null && env -0");
    await this.clone.succeed(`. scripts/env && pulumi stack init ${this.name} --no-select`);
    const variables = text.split("\0").map((line) => line.split(/=([^]*)/, 2));
    this.#env = { ...Object.fromEntries(variables), PULUMI_OPTION_COLOR: "never" } as NodeJS.ProcessEnv;
    return this.#env;
  }

  async start(...args: readonly string[]): Promise<{ child: ChildProcess; ended: Promise<Outcome> }> {
    const child = spawn("pulumi", [...args, "--stack", this.name, "--non-interactive", "--color=never"], {
      cwd: this.clone.path,
      env: await this.env(),
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
    const ended = new Promise<Outcome>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => {
        resolve({ code, output: stripVTControlCharacters(output) });
      });
    });
    return { child, ended };
  }

  async run(...args: readonly string[]): Promise<Outcome> {
    return (await this.start(...args)).ended;
  }

  /** As `run`, for what has to work. */
  async succeed(...args: readonly string[]): Promise<string> {
    const { code, output } = await this.run(...args);
    if (code !== 0) throw new Error(`pulumi ${args.join(" ")} ended with ${String(code)}:\n${output}`);
    return output;
  }

  up(): Promise<string> {
    return this.succeed("up", "--yes", "--skip-preview", "--suppress-outputs");
  }

  destroy(): Promise<string> {
    return this.succeed("destroy", "--yes", "--skip-preview");
  }

  /** Takes down what there is, whatever a test has left, and the clone with it. */
  async delete(): Promise<void> {
    await Lab.stop(this.folder);
    this.clone.folder.delete();
  }
}
