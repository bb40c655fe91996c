import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import path from "node:path";
import { afterwards } from "../../support/afterwards.ts";
import { temporaryFolder, type Folder } from "../../support/folder.ts";
import { isAlive, until } from "../../support/until.ts";

const repository = path.resolve(import.meta.dirname, "../../..");
const toolchain = path.join(repository, "scripts/toolchain");

/** Does as a test does that needs moto, in a process of its own. */
const program = `
  import { Cache } from "${toolchain}/cache.ts";
  import { prepareMoto } from "${toolchain}/moto.ts";
  import { runMain } from "${toolchain}/report.ts";
  const [folder, pins] = process.argv.slice(1);
  await runMain(async () => {
    console.log(JSON.stringify(await prepareMoto(new Cache(folder), process.env, pins)));
  });`;

/** A Python that writes down how it is called, and makes environments that call it again. */
const fakePython = `#!/bin/sh
echo "$*" >>"$CALLS"
case "$*" in
-c*)
  if [ -n "\${NO_VENV-}" ]; then echo "ModuleNotFoundError: No module named 'ensurepip'" >&2; exit 1; fi
  printf '%s\\n%s\\n' "\${FAKE_VERSION-3.12}" "$0"
  ;;
"-m venv "*) mkdir -p "$3/bin" && ln -s "$0" "$3/bin/python" ;;
"-m pip install"*)
  if [ -n "\${PIP_FAILS-}" ]; then echo "ERROR: $PIP_FAILS" >&2; exit 1; fi
  ;;
esac
`;

class User {
  readonly folder: Folder = temporaryFolder({
    "bin/python3": fakePython,
    calls: "",
    "pins.txt": "moto==1\n",
  });
  readonly cache = this.in("cache");

  in(name: string): string {
    return path.join(this.folder.path, name);
  }

  get calls(): readonly string[] {
    return readFileSync(this.in("calls"), "utf8").trim().split("\n");
  }

  get entries(): readonly string[] {
    return existsSync(this.cache) ? readdirSync(this.cache).filter((name) => name !== "CACHEDIR.TAG") : [];
  }

  async prepare(
    env: NodeJS.ProcessEnv = {},
  ): Promise<{ code: number | null; stdout: string; stderr: string }> {
    const child = spawn(
      process.execPath,
      [
        "--disable-warning=ExperimentalWarning",
        "--input-type=module",
        "--eval",
        program,
        this.cache,
        this.in("pins.txt"),
      ],
      {
        env: {
          PATH: `${this.in("bin")}:/usr/bin:/bin`,
          CALLS: this.in("calls"),
          NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"],
          ...env,
        },
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    return new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => {
        resolve({ code, stdout: stdout.trim(), stderr });
      });
    });
  }
}

const pythonIn = (stdout: string): string => (JSON.parse(stdout) as { python: string }).python;

describe("moto's server", function () {
  this.timeout(60_000);

  it("is installed once into the cache, from wheels with pinned hashes alone", async () => {
    const user = new User();
    const first = await user.prepare();
    assert.match(first.stderr, /^moto, the simulated cloud .*\n.*: done after \d+ s\n$/);
    const installs = user.calls.filter((call) => call.startsWith("-m pip install"));
    assert.deepEqual(installs, [
      `-m pip install --require-hashes --only-binary :all: --no-input --requirement ${user.in("pins.txt")}`,
    ]);
    const second = await user.prepare();
    assert.deepEqual([second.stdout, second.stderr], [first.stdout, ""]);
    assert.equal(realpathSync(pythonIn(first.stdout)), realpathSync(user.in("bin/python3")));
  });

  it("is installed anew for other pins, and where the machine's Python has gone from under it", async () => {
    const user = new User();
    const first = pythonIn((await user.prepare()).stdout);
    user.folder.write({ "pins.txt": "moto==2\n" });
    const second = pythonIn((await user.prepare()).stdout);
    assert.notEqual(second, first);
    rmSync(second);
    assert.equal(pythonIn((await user.prepare()).stdout), second);
    assert(existsSync(second));
  });

  for (const [what, env, why] of [
    ["too old", { FAKE_VERSION: "3.9" }, "needs Python 3.10 or newer with venv and pip, and python3 is 3.9"],
    [
      "without venv",
      { NO_VENV: "1" },
      "needs Python 3.10 or newer with venv and pip, and python3 has no venv or no pip: on Debian install python3-venv",
    ],
    [
      "missing",
      { PATH: "/nowhere" },
      "needs Python 3.10 or newer with venv and pip, and there is no python3",
    ],
  ] as const)
    it(`cannot be had where Python is ${what}, which is a reason and no fault`, async () => {
      const user = new User();
      const { code, stdout } = await user.prepare(env);
      assert.deepEqual([code, JSON.parse(stdout)], [0, { why }]);
      assert.deepEqual(user.entries, []);
    });

  it("leaves nothing half installed where it cannot be fetched", async () => {
    const user = new User();
    const { code, stderr } = await user.prepare({ PIP_FAILS: "no route" });
    assert.equal(code, 1);
    assert.match(
      stderr,
      /error: -m pip install failed:\nERROR: no route\nThe tests of the simulated cloud need Python and PyPI, once; the others run without: scripts\/test --only <glob>\.\n$/,
    );
    assert.deepEqual(user.entries, []);
  });

  it("has every package pinned with hashes", () => {
    const pins = readFileSync(path.join(toolchain, "moto/requirements.txt"), "utf8");
    const packages = pins.split(/\n(?=\w)/);
    assert(packages.length > 20);
    for (const one of packages)
      assert.match(one, /^[\w-]+==[\w.]+ .*\\\n(\s+--hash=sha256:[0-9a-f]{64}( \\)?\n?)+/);
  });
});

describe("a simulated AWS for tests", function () {
  this.timeout(300_000);

  it("is one of several side by side, and ends with whoever started it, also by a kill", async function () {
    const { Moto, region } = await import("../../support/moto.ts");
    const [one, other] = await Promise.all([Moto.start(this), Moto.start(this)]);
    afterwards(() => Promise.all([one.stop(), other.stop()]).then(() => undefined));
    assert.notEqual(one.url, other.url);
    await one.ec2.createVpc({ CidrBlock: "10.20.0.0/16" });
    assert.deepEqual(
      [(await one.describe())["Vpcs"]?.length, (await other.describe())["Vpcs"]?.length],
      [1, 0],
    );
    await one.reset();
    assert.deepEqual((await one.describe())["Vpcs"], []);
    assert.equal(region, "eu-central-1");

    const starter = spawn(
      process.execPath,
      [
        "--disable-warning=ExperimentalWarning",
        "--input-type=module",
        "--eval",
        `import { Moto } from "${repository}/test/support/moto.ts";
         const moto = await Moto.start({ timeout() {} });
         console.log(moto.pid);
         setInterval(() => {}, 1000);`,
      ],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    const pid = await new Promise<number>((resolve, reject) => {
      starter.stdout.once("data", (chunk: Buffer) => {
        resolve(Number(chunk.toString()));
      });
      starter.once("close", () => {
        reject(new Error("nothing was started"));
      });
    });
    assert(await isAlive(pid));
    starter.kill("SIGKILL");
    await until("the server has ended with its starter", async () => !(await isAlive(pid)));
  });
});
