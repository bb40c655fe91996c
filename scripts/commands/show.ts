import { Command, Option } from "commander";
import { describePlan, drawPlan, plan, type Plan } from "../../components/plan/index.ts";
import { parseStackFile, readStackFile } from "../../stacks/config/file.ts";
import { runCommand } from "./command.ts";

const formats: Readonly<Record<string, (planned: Plan) => string>> = {
  text: describePlan,
  json: (planned) => `${JSON.stringify(planned, null, 2)}\n`,
  mermaid: drawPlan,
};

const command = new Command("scripts/show")
  .description("Prints what an environment will be: zones, machines, who may reach whom and why, and limits.")
  .argument("<environment>", "the environment of stacks/Pulumi.<environment>.yaml")
  .addOption(
    new Option("-f, --format <format>", "how to print it").choices(Object.keys(formats)).default("text"),
  )
  .action(async (name: string, { format }: { format: string }) => {
    const planned = plan(parseStackFile(await readStackFile(name)));
    process.stdout.write((formats[format] ?? describePlan)(planned));
  });

await runCommand(command);
