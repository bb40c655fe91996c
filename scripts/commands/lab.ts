import { Argument, Command, InvalidArgumentError, Option } from "commander";
import { checkLab, parts } from "./lab/check.ts";
import { examine } from "./lab/doctor.ts";
import { enter } from "./lab/enter.ts";
import { takeDown } from "./lab/down.ts";
import { showLabs } from "./lab/status.ts";
import { runCommand } from "./command.ts";

const environment = () => new Argument("<environment>", "whose lab");
const host = () => new Argument("<host>", 'a host of it, "outside" or "gateway"');

const command = new Command("scripts/lab")
  .description("What to do with labs: environments that run on this machine.")
  .enablePositionalOptions();

command
  .command("status")
  .description("Shows the labs of this user, or the zones and hosts of one.")
  .argument("[environment]", "whose lab")
  .option("--json", "print it for programs")
  .action(showLabs);

command
  .command("shell")
  .description("Opens a shell on a host.")
  .addArgument(environment())
  .addArgument(host())
  .action((name: string, on: string) => enter(name, on, []));

command
  .command("run")
  .description("Runs a command on a host, and ends as it does.")
  .addArgument(environment())
  .addArgument(host())
  .argument("<command...>", "after --")
  .passThroughOptions()
  .action(enter);

command
  .command("check")
  .description(
    "Sends real packets, tries to get pods and teams out of their compartments, and says what is not as planned.",
  )
  .addArgument(environment())
  .option("--seed <number>", "repeat the check of that seed", (text) => {
    if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("write a number of at most nine digits.");
    return Number(text);
  })
  .addOption(new Option("--only <part>", "try one part alone").choices(parts))
  .option("--json", "print it for programs")
  .addHelpText("after", "\nExit codes: 0 no surprises, 1 surprises, 2 the check could not run.")
  .action(checkLab);

command.command("doctor").description("Tries whether a lab can run on this machine.").action(examine);

command
  .command("down")
  .description("Ends a lab without Pulumi: a last resort, since the stack's state stays.")
  .addArgument(environment())
  .action(takeDown);

await runCommand(command);
