import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir, totalmem } from "node:os";
import path from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { spread, median } from "./bench/figures.ts";
import { measureAws } from "./bench/aws.ts";
import { measureCyclonus } from "./bench/cyclonus.ts";
import { measureGate } from "./bench/gate.ts";
import { measureKubernetes } from "./bench/kubernetes.ts";
import { measureGroups, measureLab } from "./bench/lab.ts";
import { copyProject, floorProject, pulumi, resourcesOf, type Project } from "./bench/project.ts";
import { measurePreviews } from "./bench/previews.ts";
import { measureProof } from "./bench/proof.ts";
import { runCommand } from "./command.ts";

const root = path.resolve(import.meta.dirname, "../..");

interface Measure {
  readonly what: string;
  readonly run: (runs: number, folder: string) => string[] | Promise<string[]>;
}

const measures: Readonly<Record<string, Measure>> = {
  plan: { what: "configuration and plan, from nothing, after imports", run: measurePlan },
  preview: { what: "preview against a plain Pulumi program with as many resources", run: measurePreview },
  previews: { what: "scripts/preview of all environments, and its reports", run: measurePreviews },
  aws: { what: "previews of AWS, against a plain program and a usual one", run: measureAws },
  proof: { what: "who reaches whom, for every two hosts, the processor's time", run: measureProof },
  gate: { what: "preview of dev with and without the proof", run: measureGate },
  cyclonus: { what: "network policies, against Cyclonus' own matcher", run: measureCyclonus },
  modules: { what: "packages that a preview loads", run: measureModules },
  lab: { what: "the lab of dev without Kubernetes, from nothing to nothing", run: measureLab },
  kubernetes: { what: "the lab of dev with Kubernetes, from nothing to nothing", run: measureKubernetes },
  groups: { what: "labs of more and more application groups", run: measureGroups },
};

/** A program in a process of its own, so that nothing is warm; it prints one JSON value. */
function inProcess(program: string): unknown {
  const args = ["--disable-warning=ExperimentalWarning", "--input-type=module", "--eval", program];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
  if (status !== 0) throw new Error(`a measure failed:\n${stderr}`);
  return JSON.parse(stdout);
}

function measurePlan(runs: number): string[] {
  const imports = `
    import { checkEnvironment, fromFile } from "./stacks/config.ts";
    import { plan } from "./components/plan/index.ts";`;
  const dev = `${imports}
    import { readFile } from "node:fs/promises";
    import { parse } from "yaml";
    const { config } = parse(await readFile("stacks/Pulumi.dev.yaml", "utf8"));
    const begin = performance.now();
    plan(checkEnvironment("dev", fromFile(config)).environment);
    console.log(performance.now() - begin);`;
  const groups = (count: number) => `${imports}
    const names = Array.from({ length: ${count} }, (_, index) => "group-" + (index + 1));
    const group = (name) => ({
      team: { directoryGroup: name },
      collections: { [name]: { zone: name, workers: { linux: { count: 2 } } } },
      namespaces: { [name]: { quota: { cpu: 8, memory: "16Gi", pods: 40 }, limits: { cpu: 2, memory: "4Gi" } } },
    });
    const raw = {
      target: "lab", engine: "kubernetes",
      network: { cidr: "10.0.0.0/8", serviceCidr: "172.30.0.0/16" },
      management: { managers: { count: 3 } },
      zones: Object.fromEntries(names.map((name, index) => [name, { slot: index + 1 }])),
      groups: Object.fromEntries(names.map((name) => [name, group(name)])),
    };
    const begin = performance.now();
    plan(checkEnvironment("bench", raw).environment);
    console.log(performance.now() - begin);`;
  const times = (program: string) => spread(Array.from({ length: runs }, () => inProcess(program) as number));
  return [
    `dev                       ${times(dev)}`,
    ...[250, 500, 1000, 2000].map(
      (count) => `${String(count).padStart(4)} application groups    ${times(groups(count))}`,
    ),
  ];
}

/** Alternates the two, so that a machine whose speed drifts treats both alike. */
function measurePreview(runs: number, folder: string): string[] {
  const lines: string[] = [];
  for (const name of ["dev", "dev-tiers"]) {
    const ours = copyProject(path.join(folder, name, "ours"));
    pulumi(ours, "stack", "init", name, "--no-select");
    const floor = floorProject(path.join(folder, name, "floor"), resourcesOf(ours, name));
    pulumi(floor, "stack", "init", name, "--no-select");
    const preview = (project: Project) => {
      const begin = performance.now();
      pulumi(project, "preview", "--stack", name);
      return performance.now() - begin;
    };
    preview(ours);
    preview(floor);
    const pairs = Array.from({ length: runs }, () => [preview(ours), preview(floor)] as const);
    const ratios = pairs.map(([a, b]) => a / b);
    lines.push(
      `${name.padEnd(10)} ours   ${spread(pairs.map(([a]) => a))}`,
      `${name.padEnd(10)} floor  ${spread(pairs.map(([, b]) => b))}`,
      `${name.padEnd(10)} ratio  median ${median(ratios).toFixed(2)}, ${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`,
    );
  }
  return lines;
}

function measureModules(): string[] {
  const loaded = inProcess(`
    import { registerHooks } from "node:module";
    const packages = new Set();
    registerHooks({
      load(url, context, next) {
        const name = /.*node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(url)?.[1];
        if (name !== undefined) packages.add(name);
        return next(url, context);
      },
    });
    await import("./stacks/program.ts");
    console.log(JSON.stringify([...packages].sort()));`) as string[];
  const own = loaded.filter((name) => !name.startsWith("@pulumi/") || name === "@pulumi/pulumi");
  const clouds = loaded.filter((name) => !own.includes(name));
  return [`${loaded.length} packages, of which providers' SDKs: ${clouds.join(", ") || "none"}`];
}

const command = new Command("scripts/bench")
  .description("Measures this machine with this commit; only figures of one run compare.")
  .argument("[measures...]", `which of ${Object.keys(measures).join(", ")}; all where none is named`)
  .option(
    "-n, --runs <count>",
    "runs of each",
    (text) => {
      if (!/^[1-9]\d?$/.test(text)) throw new InvalidArgumentError("write a number from 1 to 99.");
      return Number(text);
    },
    7,
  )
  .action(async (names: string[], { runs }: { runs: number }) => {
    const unknown = names.filter((name) => !Object.hasOwn(measures, name));
    if (unknown.length > 0)
      throw new Error(
        `there is no measure ${unknown.join(", ")}; there are ${Object.keys(measures).join(", ")}`,
      );
    console.log(
      `${cpus().length} cores, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, node ${process.versions.node}, ${runs} runs each`,
    );
    const folder = mkdtempSync(path.join(tmpdir(), "bulkhead-bench-"));
    try {
      for (const [name, { what, run }] of Object.entries(measures)) {
        if (names.length > 0 && !names.includes(name)) continue;
        console.log(`\n${name}: ${what}`);
        for (const line of await run(runs, folder)) console.log(`  ${line}`);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

await runCommand(command);
