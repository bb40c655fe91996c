import { spawn } from "node:child_process";
import fs from "node:fs";
import { availableParallelism } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { track, run } from "./command.ts";
import { duration, runMain, say, UserError } from "./report.ts";
import type { Result } from "./reporter.ts";
import { sideBySide } from "./sideBySide.ts";
import { everything, prepareTools, root, type Toolchain } from "./toolchain.ts";

const usage = `usage: scripts/test [--only <ring or glob>] [--official <folder>] [options of mocha]

Sets up what it needs and runs every check: format, lint, types, and the tests. Ends with "N passed, N failed".

  --only pure         the tests that run nothing but Node.js programs of ours
  --only components   the components' tests
  --only engine       the tests on the real Pulumi engine
  --only lab          the tests that send real packets
  --only <glob>       the test files that match
With --only the tests alone run, without the other checks. With --official the tests use the official plugins
pulumi-resource-kubernetes and pulumi-resource-tls of a folder, whatever this machine has. Where CI is true, a test
that cannot run here is a failure.
`;

interface Check {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
}

const checks: readonly Check[] = [
  { name: "format", program: "prettier", args: ["--check", "."] },
  { name: "lint", program: "eslint", args: ["."] },
  { name: "types", program: "tsc", args: [] },
];

/** Beside each other where there are cores to spare. */
const lanes = Math.min(2, availableParallelism());

const all = "test/**/*.test.ts";
const lab = "test/lab/**/*.test.ts";
/** What takes longest by far, for a share of its own. */
const faults = "test/lab/*{f,F}aults.test.ts";

await runMain(async (args) => {
  if (args.includes("--help") || args.includes("-h")) {
    process.stdout.write(usage);
    return;
  }
  const { value: official, rest: others } = splitOption(args, "--official");
  const { value: only, rest } = splitOption(others, "--only");
  const lives = everything.lab && (only === undefined || !["pure", "components"].includes(only));
  const plugins = official === undefined ? {} : { BULKHEAD_PLUGINS: resolve(official) };
  const tools = await prepareTools({ ...process.env, ...plugins }, { lab: lives });
  say(`ready: ${tools.summary}`);
  const work = fs.mkdtempSync(join(fs.realpathSync(process.env["TMPDIR"] ?? "/tmp"), "bulkhead-test-"));
  process.on("exit", () => {
    fs.rmSync(work, { recursive: true, force: true });
  });
  const env = testEnvironment({ ...tools.variables, ...plugins, ...sharedPlugins(tools, work) }, work);
  const failedChecks = only === undefined ? await runChecks(env) : [];
  const tests = await runTests(only, rest, env, work);

  const passed = tests.passed + (only === undefined ? checks.length - failedChecks.length : 0);
  const failed = tests.failed + failedChecks.length;
  const lines = failedChecks.map((name) => `failed: ${name}`);
  const notRun = [...tests.notRun.entries()];
  for (const [why, count] of notRun) lines.push(`${count} not run (${why})`);
  const strict = process.env["CI"] === "true" && notRun.length > 0;
  if (strict) lines.push("CI is true, so a test that is not run fails the whole");
  lines.push(`${passed} passed, ${failed} failed`);
  process.stdout.write(`\n${lines.join("\n")}\n`);
  process.exitCode = failed > 0 || strict ? 1 : 0;
});

/** Takes an option with its value out of a command line. */
function splitOption(
  args: readonly string[],
  option: "--only" | "--official",
): { value: string | undefined; rest: readonly string[] } {
  const at = args.findIndex((arg) => arg === option || arg.startsWith(`${option}=`));
  const arg = args[at];
  if (arg === undefined) return { value: undefined, rest: args };
  const joined = arg !== option;
  const value = joined ? arg.slice(option.length + 1) : args[at + 1];
  if (value === undefined || value === "")
    throw new UserError(
      `${option} needs ${option === "--only" ? "a ring or a glob" : "a folder"}.\n\n${usage}`,
    );
  return { value, rest: args.filter((_, index) => index !== at && (joined || index !== at + 1)) };
}

/** Tests must never see the user's stacks, login or key. */
function testEnvironment(
  variables: Readonly<Record<string, string | undefined>>,
  work: string,
): NodeJS.ProcessEnv {
  const env = { ...process.env };
  for (const name of ["PULUMI_ACCESS_TOKEN", "PULUMI_CONFIG_PASSPHRASE_FILE", "PULUMI_CREDENTIALS_PATH"])
    env[name] = undefined;
  const stacks = join(work, "stacks");
  fs.mkdirSync(stacks);
  return {
    ...env,
    ...variables,
    PULUMI_HOME: join(work, "pulumi"),
    PULUMI_BACKEND_URL: `file://${stacks}`,
    PULUMI_CONFIG_PASSPHRASE: "of the tests",
  };
}

/** Tests have homes of their own, in which Pulumi would install anew what it has installed in the user's. */
function sharedPlugins({ variables }: Toolchain, work: string): Record<string, string> {
  const folders = (variables["BULKHEAD_PLUGINS_FOLDER"] ?? "").split(delimiter);
  if (folders.length === 1) return {};
  const shared = join(work, "plugins");
  fs.mkdirSync(shared);
  for (const folder of folders)
    for (const name of fs.readdirSync(folder).filter((file) => file.startsWith("pulumi-resource-")))
      fs.symlinkSync(join(folder, name), join(shared, name));
  return { BULKHEAD_PLUGINS: shared, BULKHEAD_PLUGINS_FOLDER: shared };
}

function executable(name: string): string {
  return join(root, "node_modules", ".bin", name);
}

/** Runs the checks, and returns the names of those that failed. */
async function runChecks(env: NodeJS.ProcessEnv): Promise<string[]> {
  const failed: string[] = [];
  await sideBySide(checks, lanes, async ({ name, program, args }) => {
    const started = Date.now();
    say(`${name}: ${program} ${args.join(" ")}`.trimEnd());
    const { code, output } = await run(process.execPath, [executable(program), ...args], { cwd: root, env });
    if (code !== 0) {
      failed.push(name);
      process.stdout.write(output);
    }
    say(`${name}: ${code === 0 ? "passed" : "failed"} after ${duration(Date.now() - started)}`);
  });
  return failed;
}

interface Selection {
  readonly spec: readonly string[];
  readonly ignore: readonly string[];
}
interface Tests {
  readonly passed: number;
  readonly failed: number;
  readonly notRun: ReadonlyMap<string, number>;
}

/** Runs the tests; where it is all of them, the lab's beside the others, since both wait for other programs a lot. */
async function runTests(
  only: string | undefined,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  work: string,
): Promise<Tests> {
  if (only !== undefined) return runMocha(only, specFor(only), args, env, work);
  if (!fs.existsSync(join(root, "test", "lab")))
    return runMocha("all", { spec: [all], ignore: [] }, args, env, work);
  const shares: readonly [string, Selection][] = [
    ["all but lab", { spec: [all], ignore: [lab] }],
    ["lab", { spec: [lab], ignore: [faults] }],
    ["the lab's faults", { spec: [faults], ignore: [] }],
  ];
  const results = await sideBySide(shares, lanes, ([name, selection]) =>
    runMocha(name, selection, args, env, work, name !== "all but lab"),
  );
  const notRun = new Map<string, number>();
  for (const [why, count] of results.flatMap((result) => [...result.notRun]))
    notRun.set(why, (notRun.get(why) ?? 0) + count);
  const sum = (kind: "passed" | "failed") => results.reduce((before, result) => before + result[kind], 0);
  return { passed: sum("passed"), failed: sum("failed"), notRun };
}

function specFor(only: string): Selection {
  const real = ["test/engine/**/*.test.ts", lab];
  if (only === "pure") return { spec: [all], ignore: real };
  if (["components", "engine", "lab"].includes(only))
    return { spec: [`test/${only}/**/*.test.ts`], ignore: [] };
  return { spec: [only], ignore: [] };
}

/** Runs a selection of the tests. `later` keeps what they print until they have ended. */
async function runMocha(
  name: string,
  selection: Selection,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  work: string,
  later = false,
): Promise<Tests> {
  // Mocha adds files named on its command line to those of its configuration instead of taking them alone.
  const config = JSON.parse(fs.readFileSync(join(root, ".mocharc.json"), "utf8")) as Record<string, unknown>;
  const folder = fs.mkdtempSync(join(work, "mocha-"));
  const configFile = join(folder, "mocharc.json");
  fs.writeFileSync(configFile, JSON.stringify({ ...config, ...selection }));
  const resultFile = join(folder, "result.json");
  const outputFile = join(folder, "output");
  const output = later ? fs.openSync(outputFile, "w") : "inherit";
  say(`tests: mocha (${name})`);
  const child = spawn(
    process.execPath,
    [
      "--disable-warning=ExperimentalWarning",
      executable("mocha"),
      ...["--config", configFile],
      ...["--reporter", join(root, "scripts", "toolchain", "reporter.ts")],
      ...["--reporter-option", `result=${resultFile}`],
      ...args,
    ],
    { cwd: root, env, stdio: ["ignore", output, output] },
  );
  let patience: NodeJS.Timeout | undefined;
  const watch = setInterval(() => {
    if (patience !== undefined || !fs.existsSync(resultFile)) return;
    patience = setTimeout(() => {
      child.kill("SIGKILL");
    }, 5000);
  }, 200);
  const code = await track(child);
  clearInterval(watch);
  clearTimeout(patience);
  if (typeof output === "number") {
    fs.closeSync(output);
    process.stdout.write(fs.readFileSync(outputFile));
  }
  if (child.killed) say("mocha did not end after the last test: something that a test started still runs");
  if (!fs.existsSync(resultFile)) {
    say("mocha ended before the tests did");
    return { passed: 0, failed: 1, notRun: new Map() };
  }
  const result = JSON.parse(fs.readFileSync(resultFile, "utf8")) as Result;
  const notRun = new Map<string, number>();
  for (const { why } of result.notRun) notRun.set(why, (notRun.get(why) ?? 0) + 1);
  // Mocha also fails where no test failed: a file that does not load, or none that matches.
  return { passed: result.passed, failed: code !== 0 ? Math.max(1, result.failed) : result.failed, notRun };
}
