import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterwards } from "../../support/afterwards.ts";
import { temporaryFolder, type Folder } from "../../support/folder.ts";
import { requires } from "../../support/machine.ts";
import { until } from "../../support/until.ts";

const toolchain = path.resolve(import.meta.dirname, "../../../scripts/toolchain");

/** Does as a script does that needs the prober, in a process of its own. */
const program = `
  import { Cache } from "${toolchain}/cache.ts";
  import { prepareProber } from "${toolchain}/prober.ts";
  import { runMain } from "${toolchain}/report.ts";
  const [folder, sources] = process.argv.slice(1);
  await runMain(async () => {
    console.log(await prepareProber(new Cache(folder), process.env, sources));
  });`;

/** A Go that writes down how it is called, waits where it is told to, and builds a script that says its sources. */
const fakeGo = `#!/bin/sh
echo "go $*" >>"$CALLS"
case $1 in
env) echo "\${FAKE_VERSION-go1.26.8}" ;;
build)
  env | grep -E '^(CGO_ENABLED|GO[A-Z]+)=' | sort >"$CALLS.env"
  if [ -n "\${GO_WAITS-}" ]; then while [ -e "$CALLS" ] && [ ! -e "$GO_WAITS" ]; do sleep 0.05; done; fi
  if [ -n "\${GO_FAILS-}" ]; then echo "./main.go:1:1: $GO_FAILS" >&2; exit 1; fi
  text=$(cat *.go)
  while [ "$1" != -o ]; do shift; done
  printf '#!/bin/sh\\necho "%s"\\n' "$text" >"$2"
  chmod +x "$2"
  ;;
esac
`;

const sources = {
  "sources/go.mod": "module example.test/prober\n\ngo 1.22\n",
  "sources/main.go": "the first",
  "sources/main_test.go": "a test",
};

class User {
  readonly folder: Folder;
  readonly cache: string;

  constructor(files: Readonly<Record<string, string>> = {}) {
    this.folder = temporaryFolder({ "bin/go": fakeGo, calls: "", ...sources, ...files });
    this.cache = path.join(this.folder.path, "cache");
  }

  in(name: string): string {
    return path.join(this.folder.path, name);
  }

  get builds(): number {
    return readFileSync(this.in("calls"), "utf8").split("go build").length - 1;
  }

  /** What there is in the cache, locks and unfinished entries included. */
  get entries(): readonly string[] {
    return existsSync(this.cache) ? readdirSync(this.cache).filter((name) => name !== "CACHEDIR.TAG") : [];
  }

  start(env: NodeJS.ProcessEnv = {}) {
    const child = spawn(
      process.execPath,
      [
        "--disable-warning=ExperimentalWarning",
        "--input-type=module",
        "--eval",
        program,
        this.cache,
        this.in("sources"),
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
    afterwards(() => {
      child.kill("SIGKILL");
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => {
        resolve({ code, stdout: stdout.trim(), stderr });
      });
    });
    return { child, ended };
  }

  /** The prober's path, and what was said on the way. */
  async prepare(env: NodeJS.ProcessEnv = {}): Promise<{ prober: string; stderr: string }> {
    const { code, stdout, stderr } = await this.start(env).ended;
    assert.equal(code, 0, stderr);
    return { prober: stdout, stderr };
  }
}

const said = (prober: string): string => spawnSync(prober, [], { encoding: "utf8" }).stdout.trim();

describe("the lab's prober", function () {
  this.timeout(60_000);

  it("is built once into the cache, and only then anything is said", async () => {
    const user = new User();
    const first = await user.prepare();
    assert.match(first.stderr, /^building the lab's prober .*\n.*: done after \d+ s\n$/);
    const second = await user.prepare();
    assert.deepEqual(second, { prober: first.prober, stderr: "" });
    assert.equal(said(first.prober), "the first");
    assert.equal(user.builds, 1);
    assert.deepEqual(user.entries, [path.basename(path.dirname(first.prober))]);
    assert.deepEqual(readdirSync(path.dirname(first.prober)), ["prober"], "nothing but the program stays");
  });

  it("is built anew for other sources or another Go, and not for other tests of it", async () => {
    const user = new User();
    await user.prepare();
    writeFileSync(user.in("sources/main_test.go"), "another test");
    await user.prepare();
    assert.equal(user.builds, 1);
    writeFileSync(user.in("sources/main.go"), "the second");
    assert.equal(said((await user.prepare()).prober), "the second");
    await user.prepare({ FAKE_VERSION: "go1.27.0" });
    assert.equal(user.builds, 3);
  });

  it("is built with nothing fetched, without C, and without traces of where", async () => {
    const user = new User();
    await user.prepare({ GOFLAGS: "-mod=vendor", GOPROXY: "https://proxy.example.test" });
    const calls = readFileSync(user.in("calls"), "utf8");
    assert.match(calls, /^go build -trimpath -buildvcs=false -ldflags=-s -w -o \S+\/prober \.$/m);
    const env = readFileSync(user.in("calls.env"), "utf8");
    for (const setting of [
      "CGO_ENABLED=0",
      "GOFLAGS=-mod=mod",
      "GOPROXY=off",
      "GOTOOLCHAIN=local",
      "GOWORK=off",
    ])
      assert.ok(env.includes(`${setting}\n`), `${setting} in\n${env}`);
  });

  it("is built once where two need it at the same time", async () => {
    const user = new User();
    const env = { GO_WAITS: user.in("on") };
    const both = [user.start(env), user.start(env)];
    await until("one builds", () => user.builds > 0);
    writeFileSync(user.in("on"), "");
    const [one, other] = await Promise.all(both.map(({ ended }) => ended));
    assert.equal(one?.stdout, other?.stdout);
    assert.deepEqual([one?.code, other?.code, user.builds], [0, 0, 1]);
  });

  it("is whole or absent when a build was killed, and the next one makes it", async () => {
    const user = new User();
    const { child, ended } = user.start({ GO_WAITS: user.in("on") });
    await until("it builds", () => user.builds > 0);
    child.kill("SIGKILL");
    writeFileSync(user.in("on"), "");
    await ended;
    assert.deepEqual(
      user.entries.filter((name) => name.startsWith("go-")),
      [],
    );
    const { prober } = await user.prepare();
    assert.deepEqual(user.entries, [path.basename(path.dirname(prober))]);
  });

  it("that cannot be built says what Go wrote and leaves nothing", async () => {
    const user = new User();
    const { code, stderr } = await user.start({ GO_FAILS: "syntax error" }).ended;
    assert.equal(code, 1);
    assert.match(
      stderr,
      /error: the prober cannot be built, go build failed:\n\.\/main\.go:1:1: syntax error\n$/,
    );
    assert.deepEqual(user.entries, []);
  });

  it("needs Go, and says what for and how to install it where it is missing", async () => {
    const user = new User({ "bin/apt-get": "#!/bin/sh\n" });
    user.folder.remove("bin/go");
    const { code, stderr } = await user.start({ PATH: user.in("bin") }).ended;
    assert.equal(code, 1);
    assert.equal(
      stderr,
      [
        "error: to build the prober, which sends the packets, Go is missing:",
        "  go  builds what no official release can be had of, and the lab's prober",
        "Install it with:  apt-get install golang",
        "",
      ].join("\n"),
    );
  });

  it("is built by a real Go without a home, a cache or a network of its own", async function () {
    requires(this, "go");
    const user = new User({ "sources/main.go": 'package main\n\nfunc main() { println("I am built") }\n' });
    user.folder.remove("bin/go");
    const { prober } = await user.prepare({ PATH: process.env["PATH"] });
    const { stderr } = spawnSync(prober, [], { encoding: "utf8" });
    assert.equal(stderr, "I am built\n");
    assert.deepEqual(readdirSync(path.dirname(prober)), ["prober"]);
  });
});
