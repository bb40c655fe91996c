import { rename, writeFile } from "node:fs/promises";
import { Command, InvalidArgumentError, Option } from "commander";
import type { Inside, Size } from "../../components/plan/index.ts";
import { addGroup } from "../../stacks/config/addGroup.ts";
import { readStackFile, stackFileUrl } from "../../stacks/config/file.ts";
import { runCommand } from "./command.ts";

interface Options {
  readonly team: string;
  readonly owner?: string;
  readonly zone?: string;
  readonly tier?: string;
  readonly inside?: Inside;
  readonly linux: number;
  readonly windows: number;
  readonly size: Size;
  readonly cpu: string;
  readonly memory: string;
  readonly pods: number;
  readonly limitCpu: string;
  readonly limitMemory: string;
}

function count(text: string): number {
  if (!/^\d{1,5}$/.test(text)) throw new InvalidArgumentError("write a whole number.");
  return Number(text);
}

const command = new Command("scripts/add-group")
  .description(
    "Adds an application group to an environment's stack file, in a zone of its own or in one that is there.",
  )
  .argument("<environment>", "the environment of stacks/Pulumi.<environment>.yaml")
  .argument("<name>", "the group's name, which its collection and its namespace take too")
  .requiredOption("--team <group>", "the directory's group whose members are the team")
  .option("--owner <owner>", "who answers for the group")
  .option("--zone <zone>", "a zone that the group shares (a new one of its own, where left out)")
  .option("--tier <tier>", "the new zone's tier")
  .addOption(
    new Option("--inside <inside>", "whether machines of the new zone talk freely").choices([
      "open",
      "flows",
    ]),
  )
  .option("--linux <count>", "Linux workers", count, 2)
  .option("--windows <count>", "Windows workers", count, 0)
  .addOption(
    new Option("--size <size>", "how large each worker is")
      .choices(["small", "medium", "large", "xlarge"])
      .default("small"),
  )
  .option("--cpu <quantity>", "processors that the namespace may use", "8")
  .option("--memory <quantity>", "memory that the namespace may use", "16Gi")
  .option("--pods <count>", "pods that the namespace may run", count, 40)
  .option("--limit-cpu <quantity>", "processors that one container may use", "2")
  .option("--limit-memory <quantity>", "memory that one container may use", "4Gi")
  .action(async (environment: string, name: string, options: Options) => {
    const { team, owner, zone, tier, inside, linux, windows, size, cpu, memory, pods } = options;
    const file = addGroup(await readStackFile(environment), {
      name,
      directoryGroup: team,
      ...(owner === undefined ? {} : { owner }),
      ...(zone === undefined ? {} : { zone }),
      ...(tier === undefined ? {} : { tier }),
      ...(inside === undefined ? {} : { inside }),
      workers: { linux, windows },
      size,
      quota: { cpu, memory, pods },
      limits: { cpu: options.limitCpu, memory: options.limitMemory },
    });
    const url = stackFileUrl(environment);
    const part = new URL(`${url.href}.part`);
    await writeFile(part, file.text);
    await rename(part, url);
    console.log(`${file.path} has the group ${name} now. See it with:`);
    console.log(`  git diff ${file.path}`);
    console.log(`  scripts/show ${environment}`);
  });

await runCommand(command);
