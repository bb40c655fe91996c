import { existsSync, writeFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { dayOf } from "../../components/proof/judge/index.ts";
import { environments as listEnvironments, requireEnvironment } from "../toolchain/environments.ts";
import { say } from "../toolchain/report.ts";
import { root } from "../toolchain/toolchain.ts";
import { touched } from "./preview/changed/index.ts";
import { exportStates } from "./preview/exports.ts";
import { currentCommit } from "./preview/git.ts";
import { previewAll } from "./preview/previews.ts";
import { exitCode, toHtml, toMarkdown, toText, type Report } from "./preview/report/index.ts";

const formats = ["text", "markdown", "json", "html"] as const;
type Format = (typeof formats)[number];

interface Options {
  readonly changed?: string;
  readonly offline?: true;
  readonly state?: string;
  readonly exportState?: true;
  readonly format: Format;
  readonly output?: string;
  readonly json?: string;
  readonly html?: string;
  readonly limit?: number;
}

/** Where scrubbed states are looked for and put where nobody says. */
const exportsFolder = resolve(root, "stacks", "exports");

const command = new Command("scripts/preview")
  .description(
    "Previews environments side by side, and tells in one report what the change would do to each: who can reach whom, what is replaced, what is lost.",
  )
  .argument("[environments...]", "all that have a stack file where none is named")
  .option("--changed <base>", "only those that the change since this commit or branch can touch")
  .option("--offline", "without credentials, passphrase and network: safe for a change that nobody trusts")
  .option(
    "--state <folder>",
    `with --offline, where scrubbed states are (default: ${relative(root, exportsFolder)}, if there)`,
  )
  .option(
    "--export-state",
    `write the states without their secrets to --output (default: ${relative(root, exportsFolder)}), and preview nothing`,
  )
  .addOption(new Option("-f, --format <format>", "how to print it").choices(formats).default("text"))
  .option("-o, --output <file>", "write it to a file")
  .option("--limit <characters>", "with --format markdown, how long it may be (default: 65536)", characters)
  .option("--json <file>", "also write the whole as JSON, for scripts/comment and other programs")
  .option("--html <file>", "also write the whole as a page")
  .addHelpText(
    "after",
    "\nExit codes: 0 fine; 1 a proof fails; 2 an environment cannot be previewed, or the command is wrong.",
  )
  .exitOverride()
  .action(preview);

function characters(text: string): number {
  if (!/^\d{3,8}$/.test(text)) throw new InvalidArgumentError("write a number of characters, at least 100.");
  return Number(text);
}

async function preview(named: readonly string[], options: Options): Promise<void> {
  for (const name of named) requireEnvironment(root, name);
  const wanted = named.length > 0 ? [...new Set(named)] : listEnvironments(root);
  if (options.exportState === true) {
    await exportStates(wanted, resolve(options.output ?? exportsFolder));
    return;
  }
  for (const file of [options.json, options.html, options.output])
    if (file !== undefined && !existsSync(dirname(resolve(file))))
      throw new RangeError(`there is no folder for ${file}: make ${dirname(resolve(file))} first`);
  const report = await reportOn(wanted, options);
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(report, null, 1)}\n`);
  if (options.html !== undefined) writeFileSync(options.html, toHtml(report));
  const text = print(report, options);
  if (options.output === undefined) process.stdout.write(text);
  else writeFileSync(options.output, text);
  process.exitCode = exitCode(report);
}

async function reportOn(wanted: readonly string[], { changed, offline, state }: Options): Promise<Report> {
  if (state !== undefined && offline !== true)
    throw new RangeError("--state goes with --offline; without it the stacks' own states are read");
  const exports =
    state === undefined ? (existsSync(exportsFolder) ? exportsFolder : undefined) : resolve(state);
  const made = new Date();
  const [commit, change] = await Promise.all([
    currentCommit(),
    changed === undefined ? undefined : touched(root, changed, wanted),
  ]);
  const environments = change === undefined ? wanted : wanted.filter((name) => change.touched.has(name));
  const { base } = change ?? {};
  if (environments.length === 0) say(`nothing that ${wanted.join(", ")} is made of has changed`);
  return {
    version: 1,
    made: made.toISOString(),
    ...(commit === undefined ? {} : { commit }),
    ...(base === undefined ? {} : { base }),
    offline: offline === true,
    environments:
      environments.length === 0
        ? []
        : await previewAll({
            environments,
            offline: offline === true,
            ...(exports === undefined ? {} : { exports }),
            ...(base === undefined ? {} : { base }),
            today: dayOf(made),
          }),
    untouched: change?.untouched ?? [],
    ...(change === undefined || change.removed.length === 0 ? {} : { removed: change.removed }),
  };
}

function print(report: Report, { format, limit }: Options): string {
  switch (format) {
    case "markdown":
      return toMarkdown(report, limit);
    case "json":
      return `${JSON.stringify(report, null, 1)}\n`;
    case "html":
      return toHtml(report);
    case "text":
      return toText(report);
  }
}

try {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    // A reader that has seen enough, such as head, is no error.
    if (error.code === "EPIPE") process.exit(process.exitCode ?? 0);
    throw error;
  });
  await command.parseAsync();
} catch (error) {
  process.exitCode = 2;
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else if (error instanceof Error && !(error instanceof TypeError)) say(`error: ${error.message}`);
  else throw error;
}
