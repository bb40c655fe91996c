import { writeFileSync } from "node:fs";
import { Command, CommanderError, Option } from "commander";
import { UnreadableError } from "../../components/proof/unreadable.ts";
import { compare } from "./prove/compare.ts";
import { answer } from "./prove/question.ts";
import { formats, isFormat, print } from "./prove/format.ts";
import { read, type Sources } from "./prove/source.ts";

interface Options extends Sources {
  readonly from?: string;
  readonly to?: string;
  readonly traffic?: string;
  readonly diff?: true;
  readonly format: string;
  readonly output?: string;
}

const command = new Command("scripts/prove")
  .description("Computes who can reach whom, and proves that an environment's compartments hold.")
  .argument("[files...]", "with --diff, two plans, states or JSON reports: the old one and the new one")
  .option("--stack <name>", "a stack: what its state holds, or with --live what its lab is")
  .option("--live", "read the running lab and its Kubernetes instead of the stack's state")
  .option("--plan <file>", "what `pulumi preview --json --show-sames` wrote")
  .option("--state <file>", "what `pulumi stack export` wrote")
  .option(
    "--environment <name>",
    "compare a plan or state with another stack file than its own, or what EC2 tells with one",
  )
  .option("--manifests <folder>", "Kubernetes manifests: who can reach whom among their pods")
  .option(
    "--ec2 <files...>",
    "what `aws ec2 describe-...` wrote, as JSON: who can reach whom among instances",
  )
  .option("--from <who>", "ask one question: a machine, pod, zone, role or address that sends")
  .option("--to <whom>", "who receives")
  .option(
    "--traffic <what>",
    "what is sent, such as tcp/443, udp/53, icmp or ip/4; everything where it is left out",
  )
  .option("--diff", "say in words what opened and closed between two files")
  .addOption(new Option("-f, --format <format>", "how to print it").choices(formats).default("text"))
  .option("-o, --output <file>", "write it to a file")
  .addHelpText(
    "after",
    "\nExit codes: 0 it holds, or nothing was asked of what was read; 1 a leak or a missing flow; 2 what was to be read is not readable.",
  )
  .exitOverride()
  .action(async (files: readonly string[], options: Options) => {
    const { format, output } = options;
    if (!isFormat(format)) throw new RangeError(`there is no format ${format}`);
    const { text, holds } = await prove(files, options);
    if (output === undefined) process.stdout.write(text);
    else writeFileSync(output, text);
    process.exitCode = holds ? 0 : 1;
  });

async function prove(files: readonly string[], options: Options): Promise<{ text: string; holds: boolean }> {
  const { format, from, to, traffic } = options;
  if (options.diff === true) return { text: await compare(files, options, format), holds: true };
  if (files.length > 0)
    throw new RangeError(
      `what is ${files.join(" ")}? Files are named after --plan, --state, --ec2 or --diff`,
    );
  const found = await read(options);
  if (from === undefined && to === undefined && traffic === undefined)
    return { text: await print(found.statement, format), holds: found.holds };
  if (from === undefined || to === undefined)
    throw new RangeError("a question has two ends: write --from and --to");
  return {
    text: answer(found, { from, to, ...(traffic === undefined ? {} : { traffic }) }, format),
    holds: true,
  };
}

try {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    // A reader that has seen enough, such as head, is no error.
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
  await command.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else if (error instanceof UnreadableError || (error instanceof Error && !(error instanceof TypeError))) {
    console.error(`error: ${error.message}`);
    process.exitCode = 2;
  } else throw error;
}
