import fs from "node:fs";
import { closest, distance } from "fastest-levenshtein";
import { labFolder, labsFolder } from "../../../components/lab/linux/folder.ts";
import { Lab } from "../../../components/lab/linux/lab.ts";

/** The labs that have a folder, whether they run or not. */
export function labNames(): string[] {
  const folder = labsFolder(process.env);
  return fs.existsSync(folder) ? fs.readdirSync(folder).sort() : [];
}

/** An environment's lab, which has to run. */
export async function requireLab(name: string): Promise<Lab> {
  const names = labNames();
  if (!names.includes(name))
    throw new RangeError(`there is no lab "${name}".${suggestion(name, names)} ${howToMake(name)}`);
  const lab = await Lab.find(labFolder(name, process.env));
  if (lab === undefined)
    throw new RangeError(
      `the lab ${name} has ended, as it does when the machine restarts or its process is killed: scripts/up ${name} makes it anew`,
    );
  return lab;
}

const howToMake = (name: string): string =>
  fs.existsSync(`stacks/Pulumi.${name}.yaml`)
    ? `scripts/up ${name} makes it`
    : "scripts/lab status shows which there are";

/** The name that was probably meant. */
export function suggestion(name: string, names: readonly string[]): string {
  if (names.length === 0) return "";
  const nearest = closest(name, names);
  return distance(name, nearest) <= Math.max(2, Math.floor(name.length / 2))
    ? ` Did you mean ${nearest}?`
    : "";
}
