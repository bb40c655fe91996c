import { spawn, type ChildProcess } from "node:child_process";
import { cpSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterwards } from "./afterwards.ts";
import { Folder } from "./folder.ts";

const repository = fileURLToPath(new URL("../..", import.meta.url));

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProjectFiles {
  /** `program/index.ts`. In a subfolder, as in this repository, so that the CLI installs no plugins it finds. */
  readonly program?: string;
  /** Lines to add to Pulumi.yaml. */
  readonly settings?: string;
  readonly files?: Readonly<Record<string, string>>;
  /** The folder of plugins that it uses. */
  readonly plugins?: string;
}

/** A Pulumi project in a folder of its own, with a backend and a PULUMI_HOME that nothing else uses. */
export class Project {
  readonly folder: Folder;
  readonly #environment: NodeJS.ProcessEnv;

  constructor({ program = "", settings = "", files = {}, plugins }: ProjectFiles) {
    this.folder = new Folder({
      "Pulumi.yaml": [
        "name: shop",
        "runtime: { name: nodejs, options: { typescript: false } }",
        "main: program/index.ts",
        settings,
      ].join("\n"),
      "package.json": '{ "name": "shop", "type": "module" }',
      "program/index.ts": program,
      ...files,
    });
    symlinkSync(path.join(repository, "node_modules"), path.join(this.folder.path, "node_modules"));
    this.#environment = {
      ...withoutPulumi(process.env),
      PATH: [
        ...(plugins === undefined ? [] : [plugins]),
        path.join(repository, "scripts/offline/language"),
        path.dirname(process.execPath),
        process.env["PATH"],
      ].join(path.delimiter),
      PULUMI_HOME: path.join(this.folder.path, "home"),
      PULUMI_BACKEND_URL: `file://${path.join(this.folder.path, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "correct horse",
      PULUMI_STACK: "dev",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      // Shared by every test, so that only the first one compiles the SDK.
      BULKHEAD_CACHE: path.join(tmpdir(), "bulkhead-test-cache"),
    };
  }

  /** A project with the empty stack `dev`: a copy of one that is made once, since the CLI takes its time. */
  static async withStack(files: ProjectFiles): Promise<Project> {
    fresh ??= makeStack();
    const from = await fresh;
    const project = new Project(files);
    afterwards(() => {
      project.folder.delete();
    });
    for (const name of ["state", "home", "Pulumi.dev.yaml"])
      cpSync(path.join(from.folder.path, name), path.join(project.folder.path, name), { recursive: true });
    return project;
  }

  start(args: readonly string[]): ChildProcess {
    return spawn("pulumi", [...args, "--non-interactive", "--color=never"], {
      cwd: this.folder.path,
      env: this.#environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
  }

  pulumi(...args: readonly string[]): Promise<Outcome> {
    const cli = this.start(args);
    let [stdout, stderr] = ["", ""];
    cli.stdout?.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    cli.stderr?.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    return new Promise((resolve, reject) => {
      cli.once("error", reject);
      cli.once("close", (code) => {
        resolve({ code, stdout, stderr });
      });
    });
  }

  /** As `pulumi`, for what has to work. */
  async succeed(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.pulumi(...args);
    if (code !== 0)
      throw new Error(`pulumi ${args.join(" ")} ended with ${String(code)}:\n${stdout}${stderr}`);
    return stdout;
  }
}

let fresh: Promise<Project> | undefined;

async function makeStack(): Promise<Project> {
  const project = new Project({ files: { "state/.keep": "" } });
  process.once("exit", () => {
    project.folder.delete();
  });
  await project.succeed("stack", "init", "dev");
  return project;
}

function withoutPulumi(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith("PULUMI_")));
}
