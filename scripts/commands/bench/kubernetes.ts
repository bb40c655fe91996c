import { rmSync } from "node:fs";
import path from "node:path";
import {
  tryBreaches,
  surprisesOf,
  type Kubeconfigs,
} from "../../../components/engine/kubernetes/breach/index.ts";
import { controlPlaneFolder, labFolder } from "../../../components/lab/linux/folder.ts";
import { Lab } from "../../../components/lab/linux/lab.ts";
import { plan } from "../../../components/plan/index.ts";
import { parseStackFile, readStackFile } from "../../../stacks/config/file.ts";
import { spread, timed } from "./figures.ts";
import { copyProject, pulumi } from "./project.ts";

/** `dev` with its control plane: from nothing to all pods running, again, checked, and gone. */
export async function measureKubernetes(runs: number, folder: string): Promise<string[]> {
  const project = copyProject(path.join(folder, "kubernetes"));
  const env = { BULKHEAD_STATE: path.join(project.folder, "user") };
  pulumi(project, "stack", "init", "dev", "--no-select");
  const planned = plan(parseStackFile(await readStackFile("dev")));
  const rounds = [];
  let megabytes = 0;
  let described = "";
  try {
    for (let run = 0; run < runs; run++) {
      let output = "";
      const made = await timed(() => {
        output = pulumi(project, "up", "--yes", "--skip-preview", "--stack", "dev");
      });
      const ready = /ControlPlane dev created \(([\d.]+)s\)/.exec(output)?.[1];
      const again = await timed(() => {
        pulumi(project, "up", "--yes", "--skip-preview", "--stack", "dev");
      });
      const text = pulumi(project, "stack", "output", "--json", "--show-secrets", "--stack", "dev");
      const checked = await timed(async () => {
        const breaches = await tryBreaches(planned, JSON.parse(text) as Kubeconfigs);
        const { placement, access } = surprisesOf(breaches);
        described = `${breaches.placement.length} pods and ${breaches.access.length} requests, ${placement.length + access.length} surprises`;
      });
      megabytes = Math.max(megabytes, ((await Lab.find(labFolder("dev", env)))?.memory ?? 0) / 1e6);
      const gone = await timed(() => {
        pulumi(project, "destroy", "--yes", "--skip-preview", "--stack", "dev");
      });
      rounds.push({ made, ready: Number(ready) * 1000, again, checked, gone });
    }
  } finally {
    await Lab.stop(labFolder("dev", env));
    rmSync(controlPlaneFolder("dev", env), { recursive: true, force: true });
  }
  return [
    `control plane ready   ${spread(rounds.map(({ ready }) => ready))}, may be 5000; to the second`,
    `up to all pods        ${spread(rounds.map(({ made }) => made))}, may be 30000`,
    `up again              ${spread(rounds.map(({ again }) => again))}, may be 5000`,
    `check                 ${spread(rounds.map(({ checked }) => checked))}; ${described}`,
    `destroy               ${spread(rounds.map(({ gone }) => gone))}, may be 15000`,
    `memory                ${megabytes.toFixed(0)} MB in the lab's processes, may be 1000`,
  ];
}
