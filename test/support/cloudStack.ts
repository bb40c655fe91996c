import { spawn, type ChildProcess } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import type { Moto } from "./moto.ts";
import { account, region } from "./moto.ts";
import { Worktree, type Outcome } from "./worktree.ts";

/** What became of one resource, such as `+ ec2/subnet:Subnet billing-b`. */
export type Change = string;

export interface Ran extends Outcome {
  /** All that was made, changed or taken away, in the order of their names. */
  readonly changes: readonly Change[];
}

/** A stack of this repository in a simulated cloud, in a clone of its own, run by plain pulumi. */
export class CloudStack {
  readonly clone = new Worktree();
  readonly name: string;
  readonly #url: string | undefined;
  #env: Promise<NodeJS.ProcessEnv> | undefined;
  #runs = 0;

  /** With the text of a stack file; without a simulated cloud it can only plan. */
  constructor(name: string, text: string, url?: string) {
    this.name = name;
    this.#url = url;
    writeFileSync(this.#file, text);
  }

  get #file(): string {
    return path.join(this.clone.path, `stacks/Pulumi.${this.name}.yaml`);
  }

  edit(change: (text: string) => string): void {
    const text = readFileSync(this.#file, "utf8");
    const changed = change(text);
    if (changed === text) throw new Error("the edit changes nothing");
    writeFileSync(this.#file, changed);
  }

  /** What every program is started with: this machine's tools, no account of AWS's, the simulated cloud. */
  env(): Promise<NodeJS.ProcessEnv> {
    this.#env ??= this.#prepare();
    return this.#env;
  }

  async #prepare(): Promise<NodeJS.ProcessEnv> {
    const init = `pulumi stack init ${this.name} --no-select`;
    const text = await this.clone.succeed(`. scripts/env 2>/dev/null && ${init} >&2 && env -0`);
    const variables = text
      .slice(text.lastIndexOf("\n") + 1)
      .split("\0")
      .map((line) => line.split(/=([^]*)/, 2))
      .filter(([name = ""]) => !name.startsWith("AWS_"));
    const env = Object.fromEntries(variables) as NodeJS.ProcessEnv;
    return {
      ...env,
      // An official plugin that this machine has would go to the real AWS.
      PATH: [path.join(this.clone.path, "scripts/offline/aws"), env["PATH"]].join(path.delimiter),
      ...(this.#url === undefined ? {} : { BULKHEAD_SIMULATED_AWS: this.#url }),
      PULUMI_OPTION_COLOR: "never",
      // Without it the engine's events are not to be had.
      PULUMI_DEBUG_COMMANDS: "true",
    };
  }

  async start(
    args: readonly string[],
    more: NodeJS.ProcessEnv = {},
  ): Promise<{ readonly child: ChildProcess; readonly ended: Promise<Ran> }> {
    this.#runs += 1;
    const events = path.join(this.clone.folder.path, `events-${this.#runs}`);
    writeFileSync(events, "");
    const child = spawn(
      "pulumi",
      [...args, "--stack", this.name, "--non-interactive", "--color=never", "--event-log", events],
      {
        cwd: this.clone.path,
        env: { ...(await this.env()), ...more },
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
    const ended = new Promise<Ran>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => {
        const text = readFileSync(events, "utf8");
        resolve({ code, output: stripVTControlCharacters(output), changes: changesIn(text) });
      });
    });
    return { child, ended };
  }

  /** Starts a script of the clone's. */
  async script(
    name: string,
    args: readonly string[],
  ): Promise<{
    readonly child: ChildProcess;
    readonly said: () => string;
    readonly ended: Promise<Outcome>;
  }> {
    const child = spawn(path.join(this.clone.path, "scripts", name), args, {
      cwd: this.clone.path,
      env: { ...(await this.env()), BULKHEAD_PLUGINS: "build" },
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
    return { child, said: () => output, ended };
  }

  /** The process of the run that has locked the stack (pkg/backend/diy). */
  runningPid(): number {
    const locks = path.join(
      this.clone.env["BULKHEAD_STATE"] ?? "",
      "stacks/.pulumi/locks/organization/bulkhead",
      this.name,
    );
    const file = readdirSync(locks).find((name) => name.endsWith(".json")) ?? "";
    return (JSON.parse(readFileSync(path.join(locks, file), "utf8")) as { readonly pid: number }).pid;
  }

  async run(args: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<Ran> {
    return (await this.start(args, more)).ended;
  }

  /** As `run`, for what has to work; gives what was changed. */
  async succeed(args: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<Ran> {
    const ran = await this.run(args, more);
    if (ran.code !== 0)
      throw new Error(`pulumi ${args.join(" ")} ended with ${String(ran.code)}:\n${ran.output}`);
    return ran;
  }

  async up(more: NodeJS.ProcessEnv = {}): Promise<readonly Change[]> {
    return (await this.succeed(updating, more)).changes;
  }

  async refresh(): Promise<readonly Change[]> {
    return (await this.succeed(["refresh", "--yes", "--skip-preview"])).changes;
  }

  async destroy(): Promise<readonly Change[]> {
    return (await this.succeed(["destroy", "--yes", "--skip-preview"])).changes;
  }

  /** Takes away the lock of a run that was killed. */
  async unlock(): Promise<void> {
    await this.clone.succeed(`. scripts/env && pulumi cancel --yes --stack ${this.name}`);
  }

  /** The state's resources. */
  async resources(): Promise<readonly StateResource[]> {
    const child = spawn("pulumi", ["stack", "export", "--stack", this.name], {
      cwd: this.clone.path,
      env: await this.env(),
      stdio: ["ignore", "pipe", "inherit"],
    });
    let text = "";
    for await (const chunk of child.stdout) text += String(chunk);
    const { deployment } = JSON.parse(text) as {
      readonly deployment: { readonly resources?: readonly StateResource[] };
    };
    return deployment.resources ?? [];
  }

  /** The id that a resource has in the cloud, by its name and kind such as `ec2/instance:Instance`. */
  async idOf(kind: string, name: string): Promise<string> {
    const found = (await this.resources()).find(
      ({ type, urn }) => type === `aws:${kind}` && urn.endsWith(`::${name}`),
    );
    if (found?.id === undefined) throw new Error(`the state has no ${kind} ${name}`);
    return found.id;
  }

  delete(): void {
    this.clone.folder.delete();
  }
}

export const updating = ["up", "--yes", "--skip-preview", "--suppress-outputs"];

interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
}

/** The steps of an engine's event log (sdk/go/common/apitype/events.go) that have been taken, or of a preview's. */
function changesIn(log: string): Change[] {
  const signs: Readonly<Record<string, string>> = {
    create: "+",
    update: "~",
    delete: "-",
    "create-replacement": "+-",
  };
  return (
    log
      .split("\n")
      // What follows the last end of a line was not written as a whole before a kill.
      .slice(0, -1)
      .map((line) => JSON.parse(line) as LoggedEvent)
      .flatMap(({ resOutputsEvent }) => {
        if (resOutputsEvent === undefined) return [];
        const { op, urn, type } = resOutputsEvent.metadata;
        const sign = signs[op];
        if (sign === undefined || !type.startsWith("aws:")) return [];
        return [`${sign} ${type.slice("aws:".length)} ${urn.split("::").slice(3).join("::")}`];
      })
      .sort()
  );
}

interface LoggedEvent {
  readonly resOutputsEvent?: {
    readonly metadata: { readonly op: string; readonly urn: string; readonly type: string };
  };
}

interface Small {
  readonly managers?: number;
  /** With upstream Kubernetes there are half as many rules, which takes half of the time. */
  readonly engine?: "mke" | "kubernetes";
}

/** The environment `test` in small: the same kinds of everything, in one availability zone, as few machines as can be. */
export const small = (
  transitGateway: string,
  { managers = 1, engine = "mke" }: Small = {},
): string => `config:
  bulkhead:target: aws
  bulkhead:engine: ${engine}
  bulkhead:network:
    cidr: 10.18.0.0/16
    availabilityZones: [a]
    frontDoor: [10.0.0.0/12]
    services:
      dns: { addresses: [10.0.0.53/32] }
      time: { addresses: [10.0.0.123/32] }
      packages: { addresses: [10.0.8.0/24] }
  bulkhead:management:
    managers: { count: ${managers}, size: medium, spread: [a] }
    registry: { count: 1, size: medium, spread: [a] }
  bulkhead:aws:
    region: ${region}
    account: "${account}"
    images: { linux: { id: ami-0123456789abcdef0 } }
    transitGateway: { id: ${transitGateway}, blocks: [10.0.0.0/12] }
  bulkhead:zones:
    billing: { slot: 1 }
    claims: { slot: 2 }
  bulkhead:groups:
${group("billing")}${group("claims")}`;

/** A group's part of a stack file, with a collection of its own. */
export const group = (name: string, workers = 2): string => `    ${name}:
      team: { directoryGroup: "CN=${name}" }
      collections:
        ${name}: { zone: ${name}, workers: { linux: { count: ${workers}, spread: [a] } } }
      namespaces:
        ${name}: { quota: { cpu: 4, memory: 8Gi, pods: 20 }, limits: { cpu: 1, memory: 2Gi } }
`;

/** A transit gateway that was there before, as the company's networks have it; its id. */
export async function makeTransitGateway({ ec2 }: Moto): Promise<string> {
  const { TransitGateway } = await ec2.createTransitGateway({});
  const id = TransitGateway?.TransitGatewayId;
  if (id === undefined) throw new Error("no transit gateway was made");
  return id;
}
