import { labFolder } from "../../../components/lab/linux/folder.ts";
import { Lab } from "../../../components/lab/linux/lab.ts";
import { labNames, suggestion } from "./find.ts";

export async function takeDown(name: string): Promise<void> {
  const names = labNames();
  if (!names.includes(name)) {
    console.log(`there is no lab "${name}", so there is nothing to do.${suggestion(name, names)}`);
    return;
  }
  await Lab.stop(labFolder(name, process.env));
  console.log(
    `the lab ${name} is gone. Its stack does not know: scripts/up ${name} makes the lab anew, and \`pulumi destroy -s ${name}\` forgets it`,
  );
}
