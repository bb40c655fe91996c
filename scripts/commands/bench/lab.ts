import { writeFileSync } from "node:fs";
import path from "node:path";
import { stringify } from "yaml";
import { decodeOutcomes, encodeProbes, judge, planProbes } from "../../../components/lab/check/index.ts";
import { command } from "../../../components/lab/linux/command.ts";
import { labFolder } from "../../../components/lab/linux/folder.ts";
import { Lab } from "../../../components/lab/linux/lab.ts";
import { plan, type Plan } from "../../../components/plan/index.ts";
import { parseStackFile, readStackFile } from "../../../stacks/config/file.ts";
import { Cache, cacheFolder } from "../../toolchain/cache.ts";
import { prepareProber } from "../../toolchain/prober.ts";
import { spread, timed } from "./figures.ts";
import { copyProject, floorProject, pulumi, resourcesOf, type Project } from "./project.ts";

const up = ["up", "--yes", "--skip-preview"];
const destroy = ["destroy", "--yes", "--skip-preview"];

/** `dev`: alternates with the floor, so that a machine whose speed drifts treats both alike. */
export async function measureLab(runs: number, folder: string): Promise<string[]> {
  const ours = copyProject(path.join(folder, "lab"), { kubernetes: false });
  pulumi(ours, "stack", "init", "dev", "--no-select");
  const floor = floorProject(path.join(folder, "floor"), resourcesOf(ours, "dev"));
  pulumi(floor, "stack", "init", "dev", "--no-select");
  const both = async (...args: string[]) => ({
    ours: await timed(() => {
      pulumi(ours, ...args, "--stack", "dev");
    }),
    floor: await timed(() => {
      pulumi(floor, ...args, "--stack", "dev");
    }),
  });
  const planned = plan(parseStackFile(await readStackFile("dev")));
  const rounds = [];
  let megabytes = 0;
  let described = "";
  try {
    await both(...up);
    await both(...destroy);
    for (let run = 0; run < runs; run++) {
      const made = await both(...up);
      const lab = await labOf(ours, "dev");
      megabytes = Math.max(megabytes, lab.memory / 1e6);
      const checked = await timed(async () => (described = await checkOnce(lab, planned, run)));
      rounds.push({ made, checked, gone: await both(...destroy) });
    }
  } finally {
    await Lab.stop(labFolder("dev", stateOf(ours)));
  }
  const more = rounds.map(({ made }) => made.ours - made.floor);
  return [
    `up from nothing       ${spread(rounds.map(({ made }) => made.ours))}`,
    `floor                 ${spread(rounds.map(({ made }) => made.floor))}`,
    `more than the floor   ${spread(more)}, may be 3000`,
    `destroy               ${spread(rounds.map(({ gone }) => gone.ours))}, may be 5000`,
    `check                 ${spread(rounds.map(({ checked }) => checked))}, may be 3000; ${described}`,
    `memory                ${megabytes.toFixed(1)} MB in the lab's processes, may be 60`,
  ];
}

/** Environments of more and more groups, each with a zone and four hosts. */
export async function measureGroups(_runs: number, folder: string): Promise<string[]> {
  const project = copyProject(path.join(folder, "groups"), { kubernetes: false });
  const lines: string[] = [];
  for (const count of [15, 30, 60]) {
    const name = `groups${count}`;
    writeFileSync(
      path.join(project.folder, "stacks", `Pulumi.${name}.yaml`),
      stringify({ config: withGroups(count) }),
    );
    pulumi(project, "stack", "init", name, "--no-select");
    try {
      const made = await timed(() => {
        pulumi(project, ...up, "--stack", name);
      });
      const lab = await labOf(project, name);
      const hosts = (await lab.run("ls /run/netns | grep -vc outside")).stdout.trim();
      const again = await timed(() => {
        pulumi(project, ...up, "--stack", name);
      });
      const gone = await timed(() => {
        pulumi(project, ...destroy, "--stack", name);
      });
      lines.push(
        `${count} groups, ${hosts} hosts  up ${seconds(made)}, ${(made / count).toFixed(0)} ms a group; up again ${seconds(again)}; destroy ${seconds(gone)}`,
      );
    } finally {
      await Lab.stop(labFolder(name, stateOf(project)));
    }
  }
  return lines;
}

const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(1)} s`;
const stateOf = ({ folder }: Project): NodeJS.ProcessEnv => ({ BULKHEAD_STATE: path.join(folder, "user") });

async function labOf(project: Project, name: string): Promise<Lab> {
  const lab = await Lab.find(labFolder(name, stateOf(project)));
  if (lab === undefined) throw new Error(`there is no lab ${name}`);
  return lab;
}

/** All that `scripts/lab check` does but starting. */
async function checkOnce(lab: Lab, planned: Plan, seed: number): Promise<string> {
  const prober = await prepareProber(new Cache(cacheFolder(process.env)), process.env);
  const probes = planProbes(planned, { seed });
  const input = encodeProbes(planned, probes.probes, { netns: "/run/netns" });
  const { code, stdout, stderr } = await command([...lab.enter(), prober], input);
  if (code !== 0) throw new Error(stderr);
  const { surprises } = judge(planned, probes, decodeOutcomes(stdout, probes.probes));
  return `${probes.probes.length} probes, ${surprises.length} surprises`;
}

function withGroups(count: number): Record<string, unknown> {
  const names = Array.from({ length: count }, (_, index) => `group-${index + 1}`);
  const group = (name: string) => ({
    team: { directoryGroup: name },
    collections: { [name]: { zone: name, workers: { linux: { count: 4 } } } },
    namespaces: {},
  });
  return {
    "bulkhead:target": "lab",
    "bulkhead:engine": "kubernetes",
    "bulkhead:network": { cidr: "10.0.0.0/16" },
    "bulkhead:management": { managers: { count: 1 } },
    "bulkhead:zones": Object.fromEntries(names.map((name, index) => [name, { slot: index + 1 }])),
    "bulkhead:groups": Object.fromEntries(names.map((name) => [name, group(name)])),
  };
}
