import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterwards } from "./afterwards.ts";
import { temporaryFolder, type Folder } from "./folder.ts";

const repository = fileURLToPath(new URL("../..", import.meta.url));

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What npm does as far as the scripts can see; each call is a line in $CALLS. */
const fakeNpm = `#!/bin/sh
echo "npm $*" >>"$CALLS"
case $1 in
--version) echo 11.0.0 ;;
ci)
  if [ -n "\${NPM_FAILS-}" ]; then echo "npm error $NPM_FAILS" >&2; exit 1; fi
  if [ -n "\${NPM_WAITS-}" ]; then while [ -e "$CALLS" ] && [ ! -e "$NPM_WAITS" ]; do sleep 0.05; done; fi
  rm -rf node_modules
  mkdir -p node_modules/one node_modules/@scope/two node_modules/.bin
  cp package-lock.json node_modules/.package-lock.json
  echo 1 >node_modules/one/index.js
  ;;
*) exit 1 ;;
esac
`;

/** A CLI that knows its version, keeps stacks as files and writes a salt as the real one does. */
export const fakePulumi = (version: string): string => `#!/bin/sh
echo "pulumi $*" >>"$CALLS"
stacks=\${PULUMI_BACKEND_URL#file://}
name() { sed -n 's/^name: //p' Pulumi.yaml; }
case "$1 $2" in
"version "*) echo v${version} ;;
"stack init")
  state="$stacks/.pulumi/stacks/$(name)/$3.json"
  if [ -e "$state" ]; then echo "error: stack '$3' already exists" >&2; exit 1; fi
  mkdir -p "\${state%/*}"
  echo '{}' >"$state"
  file=Pulumi.$3.yaml
  if [ -d stacks ]; then file=stacks/$file; fi
  if ! grep -q '^encryptionsalt:' "$file" 2>/dev/null; then
    echo "encryptionsalt: v1:$(od -An -N6 -tx1 /dev/urandom | tr -d ' \\n')=:v1:ab+c/d:ef==" >>"$file"
  fi
  ;;
"cancel --yes") rm -rf "$stacks/.pulumi/locks" ;;
"refresh --yes") : ;;
"up --stack") echo "bringing up: $*"; exit "\${UP_EXITS-0}" ;;
*) exit 9 ;;
esac
`;

/** Kubernetes' programs and the plugins, by the names by which they are called. */
export const kubernetesPrograms = [
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kubectl",
  "kwok",
] as const;
export const pluginPrograms = ["pulumi-resource-kubernetes", "pulumi-resource-tls"] as const;

/** A folder with programs that do nothing. */
export const fakePrograms = (folder: string, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [`${folder}/${name}`, "#!/bin/sh\n"]));

const stackFile = `# The lab.
config:
  bulkhead:target: lab # here
`;

/** A clone of this repository's scripts with a user of its own: a home, a cache, a search path with fake programs. */
export class Clone {
  readonly folder: Folder;
  readonly env: NodeJS.ProcessEnv;

  constructor(shared?: Clone) {
    this.folder = temporaryFolder({
      "clone/Pulumi.yaml": "name: bulkhead\nruntime: nodejs\nmain: stacks/index.ts\nstackConfigDir: stacks\n",
      "clone/package.json": '{ "name": "bulkhead", "version": "1.0.0", "type": "module" }',
      "clone/package-lock.json": '{ "packages": { "": {}, "node_modules/one": { "version": "1.0.0" } } }',
      "clone/.npmrc": "",
      "clone/.gitignore": "/node_modules\n",
      "clone/stacks/Pulumi.dev.yaml": stackFile,
      "clone/stacks/Pulumi.staging.yaml": stackFile.replace(": lab", ": azure"),
      // What it takes for the summary, which needs packages.
      "clone/components/lab/summary.ts":
        "export const describeLab = (name: string) => `the summary of ${name}\\n`;",
      "clone/components/plan/index.ts": "export const plan = (name: string) => name;",
      "clone/stacks/config/file.ts":
        "export const readStackFile = (name: string) => name;\nexport const parseStackFile = (name: string) => name;",
      "home/.gitconfig": "[user]\n  name = A Tester\n  email = tester@example.com\n",
      "bin/npm": fakeNpm,
      ...fakePrograms("kubernetes", kubernetesPrograms),
      ...fakePrograms("plugins", pluginPrograms),
      calls: "",
    });
    mkdirSync(path.join(this.path, "scripts", "offline", "language"), { recursive: true });
    for (const name of ["setup", "env", "up", "test", "toolchain"])
      cpSync(path.join(repository, "scripts", name), path.join(this.path, "scripts", name), {
        recursive: true,
      });
    cpSync(path.join(repository, "components/lab/linux"), path.join(this.path, "components/lab/linux"), {
      recursive: true,
    });
    cpSync(path.join(repository, ".gitattributes"), path.join(this.path, ".gitattributes"));
    const home = shared?.home ?? path.join(this.folder.path, "home");
    this.env = {
      HOME: home,
      TMPDIR: this.folder.path,
      CALLS: shared?.env["CALLS"] ?? path.join(this.folder.path, "calls"),
      // No curl or wget, which are slower to find a host missing; and no programs of this machine's user.
      PATH: [shared?.bin ?? this.bin, path.dirname(process.execPath), "/usr/bin", "/bin"].join(
        path.delimiter,
      ),
      // Compiling is what takes longest here, and has nothing to do with the test.
      NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"],
      BULKHEAD_PULUMI_RELEASES: "http://127.0.0.1:1",
      BULKHEAD_PULUMI_CHECKSUMS: "http://127.0.0.1:1",
      // Fetching and building them are tests of their own.
      BULKHEAD_KUBERNETES: path.join(this.folder.path, "kubernetes"),
      BULKHEAD_PLUGINS: path.join(this.folder.path, "plugins"),
      BULKHEAD_KUBERNETES_RELEASES: "http://127.0.0.1:1",
      BULKHEAD_GITHUB_RELEASES: "http://127.0.0.1:1",
      // What would go to the Internet nevertheless ends at once, and the same on every machine.
      https_proxy: "http://127.0.0.1:1",
    };
    this.git("init", "--quiet", "--initial-branch=main");
    this.git("add", "--all");
    this.git("commit", "--quiet", "--message=The beginning");
  }

  /** A clone whose user has a new enough Pulumi CLI. */
  static withPulumi(version = "3.300.1"): Clone {
    const clone = new Clone();
    clone.folder.write({ "bin/pulumi": fakePulumi(version) });
    return clone;
  }

  /** A search path on which these programs are not found. */
  pathWithout(...programs: readonly string[]): string {
    const all = path.join(this.folder.path, "some-programs");
    mkdirSync(all);
    for (const folder of ["/bin", "/usr/bin"])
      for (const name of readdirSync(folder))
        if (!programs.includes(name) && !existsSync(path.join(all, name)))
          symlinkSync(path.join(folder, name), path.join(all, name));
    for (const name of programs) rmSync(path.join(this.bin, name), { force: true });
    return [this.bin, path.dirname(process.execPath), all].join(path.delimiter);
  }

  get path(): string {
    return path.join(this.folder.path, "clone");
  }

  get bin(): string {
    return path.join(this.folder.path, "bin");
  }

  get home(): string {
    return this.env["HOME"] ?? "";
  }

  get cache(): string {
    return path.join(this.home, ".cache", "bulkhead");
  }

  get state(): string {
    return path.join(this.home, ".local", "state", "bulkhead");
  }

  /** What was called so far, in order. */
  get calls(): readonly string[] {
    return readFileSync(this.env["CALLS"] ?? "", "utf8")
      .split("\n")
      .filter((line) => line !== "");
  }

  read(name: string): string {
    return readFileSync(path.join(this.path, name), "utf8");
  }

  write(name: string, text: string): void {
    writeFileSync(path.join(this.path, name), text);
  }

  has(name: string): boolean {
    return existsSync(path.join(this.path, name));
  }

  git(...args: readonly string[]): string {
    const { status, stdout, stderr } = spawnSync("git", args, {
      cwd: this.path,
      env: this.env,
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`git ${args.join(" ")}: ${stderr}`);
    return stdout;
  }

  start(program: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Running {
    return new Running(
      spawn(program, args, {
        cwd: this.path,
        env: { ...this.env, ...env },
        stdio: ["ignore", "pipe", "pipe"],
      }),
    );
  }

  script(name: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
    return this.start(path.join(this.path, "scripts", name), args, env).ended;
  }

  /** As `script`, for what has to work. */
  async succeed(name: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
    const outcome = await this.script(name, args, env);
    if (outcome.code !== 0)
      throw new Error(`scripts/${name} ended with ${String(outcome.code)}:\n${outcome.stderr}`);
    return outcome;
  }
}

export class Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Outcome>;
  stdout = "";
  stderr = "";

  constructor(child: ChildProcess) {
    this.child = child;
    afterwards(() => {
      child.kill("SIGKILL");
    });
    child.stdout?.on("data", (chunk: Buffer) => (this.stdout += chunk.toString()));
    child.stderr?.on("data", (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.ended = new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => {
        resolve({ code, stdout: this.stdout, stderr: this.stderr });
      });
    });
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }
}
