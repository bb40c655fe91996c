import fs from "node:fs";
import { handOver, lastLines, run } from "./command.ts";
import { environments, requireEnvironment, targetOf } from "./environments.ts";
import { neededFor, requirePrograms } from "./machine.ts";
import { runMain, say, UserError } from "./report.ts";
import { releaseDeadLocks, stackFiles, type Pulumi } from "./stackFiles.ts";
import { prepare, root } from "./toolchain.ts";

const usage = () => `usage: scripts/up <environment> [options of pulumi up]

Sets up what it needs and brings an environment up. In the lab it runs straight through; elsewhere it shows
what would change and asks, unless you pass --yes. It can be interrupted and run again.

Environments: ${environments(root).join(", ")}
`;

/** Options with which the user wants a preview, or says what to skip. */
const showsPreview = /^(--preview-only|--plan|--strict|--diff|--yes|-y|--skip-preview|-f|--help|-h)(=|$)/;
/** Options with which nothing is made. */
const makesNothing = /^(--preview-only|--help|-h)(=|$)/;
/** Options with which nothing is made, or nobody reads along. */
const wantsNoSummary = /^(--preview-only|--help|-h|--json|-j)(=|$)/;

await runMain(async (args) => {
  const [name, ...options] = args;
  if (name === undefined) throw new UserError(`which environment?\n\n${usage()}`);
  if (name === "--help" || name === "-h") {
    process.stdout.write(usage());
    return;
  }
  if (name.startsWith("-")) throw new UserError(`the environment comes first, then options.\n\n${usage()}`);
  requireEnvironment(root, name);
  const target = targetOf(root, name);
  const lab = target === "lab";
  checkOptions(name, lab, options);
  if (lab) requirePrograms(neededFor("lab"), process.env);

  const tools = await prepare(process.env, { lab, aws: target === "aws" });
  say(`ready: ${tools.summary}`);
  if (tools.plansAws && !options.some((option) => makesNothing.test(option))) requireCloud(name);
  const env = { ...process.env, ...tools.variables };
  const pulumi = (...command: readonly string[]) =>
    run(tools.pulumi, [...command, "--non-interactive"], { cwd: root, env });
  const stack = stackFiles(root, env, name);
  if (stack === undefined || !fs.existsSync(stack.state)) {
    const { code, output } = await pulumi("stack", "init", name, "--no-select");
    if (code === 0) say(`stack ${name} created`);
    else if (!output.includes("already exists"))
      throw new UserError(`cannot create the stack ${name}:\n${lastLines(output, 20)}`);
  }
  if (stack !== undefined) {
    await releaseDeadLocks(stack.locks, name, pulumi);
    if (lab) await forgetInterruptedCreates(stack.state, name, pulumi);
  }
  const asks = options.some((option) => showsPreview.test(option));
  const ownOptions = !lab ? [] : ["--suppress-outputs", ...(asks ? [] : ["--yes", "--skip-preview"])];
  if (lab) await tellOfDeadLab(name, env);
  const code = await handOver(tools.pulumi, ["up", "--stack", name, ...ownOptions, ...options], {
    cwd: root,
    env,
  });
  process.exitCode = code;
  if (lab && code === 0 && !options.some((option) => wantsNoSummary.test(option)))
    process.stdout.write(`\n${await summary(name, env)}`);
});

/** Pulumi shows that everything is made anew, and not why. */
async function tellOfDeadLab(name: string, env: NodeJS.ProcessEnv): Promise<void> {
  const { folder, Lab } = await labOf(name, env);
  if (Lab.idIn(folder) !== undefined && (await Lab.find(folder)) === undefined)
    say(
      `the lab ${name} has ended, as it does when the machine restarts or its process is killed: it is made anew`,
    );
}

async function summary(name: string, env: NodeJS.ProcessEnv): Promise<string> {
  const [{ describeLab }, { plan }, { parseStackFile, readStackFile }, { folder, Lab }] = await Promise.all([
    import("../../components/lab/summary.ts"),
    import("../../components/plan/index.ts"),
    import("../../stacks/config/file.ts"),
    labOf(name, env),
  ]);
  const asRoot = (await Lab.find(folder))?.asRoot === true;
  return describeLab(plan(parseStackFile(await readStackFile(name))), asRoot);
}

async function labOf(name: string, env: NodeJS.ProcessEnv) {
  const [{ labFolder }, { Lab }] = await Promise.all([
    import("../../components/lab/linux/folder.ts"),
    import("../../components/lab/linux/lab.ts"),
  ]);
  return { folder: labFolder(name, env), Lab };
}

function checkOptions(name: string, lab: boolean, options: readonly string[]): void {
  if (options.some((option) => /^(--stack|-s)(=|$)/.test(option)))
    throw new UserError(`the stack is the environment, ${name}: leave --stack out.`);
  const answers = options.some((option) =>
    /^(--yes|-y|--skip-preview|-f|--preview-only|--help|-h)(=|$)/.test(option),
  );
  const terminal = process.stdin.isTTY && process.stderr.isTTY;
  if (!lab && !answers && !terminal)
    throw new UserError(
      `bringing ${name} up changes a real environment, which asks for confirmation, and there is no terminal to ask on. ` +
        "Pass --yes to go on without.",
    );
}

/** Stops before anything is touched, since the stand-in could only refuse the first resource. */
function requireCloud(name: string): void {
  if ((process.env["BULKHEAD_SIMULATED_AWS"] ?? "") !== "") return;
  throw new UserError(
    `${name} is in AWS, and there is only the plan-only stand-in for the plugin aws, which makes nothing there.\n` +
      "Ways out:\n" +
      `  see what would be made:  scripts/up ${name} --preview-only\n` +
      "  give this machine access to get.pulumi.com and github.com, from which Pulumi installs the official plugin\n" +
      "  name a folder that has pulumi-resource-aws in BULKHEAD_PLUGINS\n" +
      "  name a simulated cloud in BULKHEAD_SIMULATED_AWS (scripts/offline/aws/README.md)",
  );
}

/**
 * Pulumi keeps creates that a kill interrupted in the state, and warns of them on every later run, since in a cloud
 * they may have left something behind. The lab's resources are found again by name, so there they can be forgotten.
 */
async function forgetInterruptedCreates(file: string, name: string, pulumi: Pulumi): Promise<void> {
  if (!fs.existsSync(file) || !fs.readFileSync(file, "utf8").includes('"pending_operations"')) return;
  say(`clearing what an interrupted run left pending in ${name}`);
  const { code, output } = await pulumi(
    "refresh",
    "--yes",
    "--skip-preview",
    "--clear-pending-creates",
    "--stack",
    name,
  );
  if (code !== 0) say(`pulumi refresh failed; going on without it:\n${lastLines(output, 20)}`);
}
