import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "../../..");

export interface Project {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
}

export function pulumi({ folder, env }: Project, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync("pulumi", [...args, "--non-interactive"], {
    cwd: folder,
    env: {
      ...process.env,
      PULUMI_BACKEND_URL: `file://${folder}/state`,
      PULUMI_HOME: `${folder}/home`,
      PULUMI_CONFIG_PASSPHRASE: "bench",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      BULKHEAD_STATE: `${folder}/user`,
      ...env,
    },
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error(`pulumi ${args.join(" ")} failed:\n${stdout}${stderr}`);
  return stdout;
}

/** This repository's program; without Kubernetes where only the network is measured. */
export function copyProject(folder: string, { kubernetes = true } = {}): Project {
  for (const name of ["Pulumi.yaml", "package.json", "stacks", "components"])
    cpSync(path.join(root, name), path.join(folder, name), { recursive: true });
  // This user's salt would ask for this user's key.
  for (const name of readdirSync(path.join(folder, "stacks")).filter((file) =>
    /^Pulumi\..*\.yaml$/.test(file),
  )) {
    const file = path.join(folder, "stacks", name);
    writeFileSync(file, readFileSync(file, "utf8").replace(/^encryptionsalt:.*\n/m, ""));
  }
  if (!kubernetes) {
    const file = path.join(folder, "stacks/program.ts");
    writeFileSync(file, withoutKubernetes(readFileSync(file, "utf8")));
  }
  prepare(folder);
  return { folder, env: {} };
}

/** The program without Kubernetes: what is not made is not wanted either, so that the proof holds. */
export function withoutKubernetes(program: string): string {
  const cuts = [
    ["await createKubernetes(planned, hosts, environment)", "{}"],
    ["return { plan: planned,", "return { plan: { ...planned, namespaces: [] },"],
  ] as const;
  return cuts.reduce((text, [there, instead]) => {
    if (!text.includes(there)) throw new Error(`stacks/program.ts has no ${there}`);
    return text.replace(there, instead);
  }, program);
}

/** What a Pulumi program usually is: JavaScript, one import, no cache of compiled code. */
export function floorProject(folder: string, resources: readonly string[]): Project {
  mkdirSync(path.join(folder, "program"), { recursive: true });
  const file = (name: string, text: string) => writeFileSync(path.join(folder, name), text);
  file(
    "Pulumi.yaml",
    "name: floor\nruntime: { name: nodejs, options: { typescript: false } }\nmain: program/index.js\n",
  );
  file("package.json", '{ "name": "floor" }');
  file(
    "program/index.js",
    `const pulumi = require("@pulumi/pulumi");
class Plain extends pulumi.ComponentResource {
  constructor(type, name) { super(type, name, {}); this.registerOutputs({}); }
}
for (const [type, name] of ${JSON.stringify(resources.map((resource) => resource.split(/ (.*)/s, 2)))}) new Plain(type, name);
`,
  );
  prepare(folder);
  return { folder, env: { NODE_COMPILE_CACHE: undefined, NODE_DISABLE_COMPILE_CACHE: "1" } };
}

function prepare(folder: string): void {
  mkdirSync(path.join(folder, "state"), { recursive: true });
  symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"));
}

/** Every resource that a project registers, as type and name, without the stack's own. */
export function resourcesOf(project: Project, name: string): string[] {
  const { steps } = JSON.parse(pulumi(project, "preview", "--json", "--stack", name)) as {
    readonly steps: readonly { readonly urn: string }[];
  };
  return steps
    .map(({ urn }) => {
      const [, , types = "", ...rest] = urn.slice("urn:pulumi:".length).split("::");
      return `${types.split("$").at(-1) ?? ""} ${rest.join("::")}`;
    })
    .filter((resource) => !/^pulumi:(?:pulumi|providers):/.test(resource));
}
