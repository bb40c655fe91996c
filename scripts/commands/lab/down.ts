import fs from "node:fs";
import { controlPlaneFolder, labFolder } from "../../../components/lab/linux/folder.ts";
import { Lab } from "../../../components/lab/linux/lab.ts";
import { labNames, suggestion } from "./find.ts";

export async function takeDown(name: string): Promise<void> {
  const names = labNames();
  const controlPlane = controlPlaneFolder(name, process.env);
  if (!names.includes(name) && !fs.existsSync(controlPlane)) {
    console.log(`there is no lab "${name}", so there is nothing to do.${suggestion(name, names)}`);
    return;
  }
  await Lab.stop(labFolder(name, process.env));
  fs.rmSync(controlPlane, { recursive: true, force: true });
  console.log(
    `the lab ${name} is gone. Its stack does not know: scripts/up ${name} makes the lab anew, and \`pulumi destroy -s ${name}\` forgets it`,
  );
}
