import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, symlinkSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import grpc from "@grpc/grpc-js";
import type { ClientReadableStream, ServiceError } from "@grpc/grpc-js";
import pb from "@pulumi/pulumi/proto/language_pb.js";
import type {
  AboutResponse,
  GetProgramDependenciesResponse,
  GetRequiredPackagesResponse,
  InstallDependenciesResponse,
  LanguageHandshakeResponse,
  RunPluginResponse,
  RunRequest,
  RunResponse,
  RuntimeOptionsResponse,
  TemplateResponse,
} from "@pulumi/pulumi/proto/language_pb.js";
import type { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb.js";
import { temporaryFolder, type Folder } from "../../support/folder.ts";
import { isAlive, until } from "../../support/until.ts";
import { answer, Empty, FakeEngine, hostFile, LanguageHost, programIn } from "./languageHost.ts";

// Stands for @pulumi/pulumi/cmd/run, and does what the test needs to see.
const runnerVariable = "PULUMI_LANGUAGE_NODEJS_RUN_PATH";
const runner = (script: string) => ({ "run.cjs": script });
const withRunner = (folder: Folder, more: NodeJS.ProcessEnv = {}) => ({
  environment: { ...more, [runnerVariable]: path.join(folder.path, "run.cjs") },
});
const longRunning = `
  const { spawn } = require("node:child_process");
  const sleeper = spawn("sleep", ["1000"], { stdio: "ignore" });
  console.log("running " + process.pid + " " + sleeper.pid);
  setInterval(() => {}, 1000);
`;

function runRequest(folder: Folder): RunRequest {
  return new pb.RunRequest().setInfo(programIn(folder.path, { typescript: false }));
}

async function pidsOf(read: () => string): Promise<number[]> {
  await until("the program runs", () => /running \d+ \d+\n/.test(read()));
  return (/running (\d+) (\d+)/.exec(read()) ?? []).slice(1).map(Number);
}

async function allGone(pids: readonly number[]): Promise<void> {
  assert.equal(pids.length, 2);
  for (const pid of pids) await until(`process ${String(pid)} is gone`, async () => !(await isAlive(pid)));
}

interface Streamed {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number | undefined;
  readonly error: ServiceError | undefined;
}

function readPlugin(stream: ClientReadableStream<RunPluginResponse>): Promise<Streamed> {
  return new Promise((resolve) => {
    let [stdout, stderr, exitCode]: [string, string, number | undefined] = ["", "", undefined];
    stream.on("data", (response: RunPluginResponse) => {
      stdout += Buffer.from(response.getStdout_asU8()).toString();
      stderr += Buffer.from(response.getStderr_asU8()).toString();
      if (response.hasExitcode()) exitCode = response.getExitcode();
    });
    stream.on("error", (error: ServiceError) => {
      resolve({ stdout, stderr, exitCode, error });
    });
    stream.on("end", () => {
      resolve({ stdout, stderr, exitCode, error: undefined });
    });
  });
}

function readInstallation(stream: ClientReadableStream<InstallDependenciesResponse>): Promise<Streamed> {
  return new Promise((resolve) => {
    let [stdout, stderr] = ["", ""];
    stream.on("data", (response: InstallDependenciesResponse) => {
      stdout += Buffer.from(response.getStdout_asU8()).toString();
      stderr += Buffer.from(response.getStderr_asU8()).toString();
    });
    stream.on("error", (error: ServiceError) => {
      resolve({ stdout, stderr, exitCode: undefined, error });
    });
    stream.on("end", () => {
      resolve({ stdout, stderr, exitCode: undefined, error: undefined });
    });
  });
}

describe("the stand-in Node.js language host", () => {
  describe("starting and ending", () => {
    it("prints its port on the first line, nothing else on stdout and nothing on stderr", async () => {
      const host = await LanguageHost.start();
      await answer<PluginInfo>((done) => host.client.getPluginInfo(new Empty(), done));
      assert.deepEqual([host.stdout, host.stderr], [`${host.port}\n`, ""]);
    });

    it("finds its own files when started through a link", async () => {
      const folder = temporaryFolder();
      const link = path.join(folder.path, "pulumi-language-nodejs");
      symlinkSync(hostFile, link);
      const host = await LanguageHost.start([], { file: link });
      assert.match(host.port, /^\d+$/);
    });

    it("takes the flags that the CLI adds for logging and tracing", async () => {
      const host = await LanguageHost.start(["--logtostderr", "-v=9", "--tracing", "http://localhost:9"]);
      assert.match(host.port, /^\d+$/);
    });

    it("says in one line why it cannot start", async () => {
      await assert.rejects(
        LanguageHost.start(["--runtime=bun"]),
        /^Error: the host did not start: error: unsupported runtime: bun; Bulkhead's stand-in host runs "nodejs" only\n$/,
      );
    });

    it("tells its version without serving", async () => {
      const { stdout } = await promisify(execFile)(hostFile, ["-version"], {
        env: { ...process.env, BULKHEAD_NODE: process.execPath },
      });
      assert.match(stdout, /^\d+\.\d+\.\d+\+bulkhead\n$/);
    });

    it("keeps its compile cache and the programs' where BULKHEAD_CACHE says, unless Node already has one", async () => {
      const folder = temporaryFolder(runner(`console.error("cache=" + process.env.NODE_COMPILE_CACHE)`));
      const engine = await FakeEngine.start();
      for (const [given, seen] of [
        [{ NODE_COMPILE_CACHE: undefined, BULKHEAD_CACHE: folder.path }, path.join(folder.path, "compile")],
        [{ NODE_COMPILE_CACHE: "/elsewhere", BULKHEAD_CACHE: folder.path }, "/elsewhere"],
        [
          { NODE_COMPILE_CACHE: undefined, BULKHEAD_CACHE: undefined, XDG_CACHE_HOME: folder.path },
          path.join(folder.path, "bulkhead/compile"),
        ],
      ] as const) {
        const host = await LanguageHost.start([engine.address], withRunner(folder, given));
        await answer<RunResponse>((done) => host.client.run(runRequest(folder), done));
        assert.equal(host.stderr, `cache=${seen}\n`);
      }
    });

    for (const signal of ["SIGINT", "SIGTERM"] as const)
      it(`ends with its programs, and what they started, on ${signal}`, async () => {
        const folder = temporaryFolder(runner(longRunning));
        const engine = await FakeEngine.start();
        const host = await LanguageHost.start([engine.address], withRunner(folder));
        const run = answer<RunResponse>((done) => host.client.run(runRequest(folder), done));
        const pids = await pidsOf(() => host.stdout);
        host.signal(signal);
        assert.equal((await run).getError(), "Program exited with non-zero exit code: -1 (killed by SIGINT)");
        await allGone(pids);
        await until("the host has ended", () => host.hasEnded);
      });

    it("ends with its programs when the engine goes away", async () => {
      const folder = temporaryFolder(runner(longRunning));
      const engine = await FakeEngine.start();
      const host = await LanguageHost.start([engine.address], withRunner(folder));
      const run = answer<RunResponse>((done) => host.client.run(runRequest(folder), done)).catch(
        () => undefined,
      );
      const pids = await pidsOf(() => host.stdout);
      engine.stop();
      await until("the host has ended", () => host.hasEnded);
      await allGone(pids);
      await run;
    });

    it("stays when only the connection to its engine breaks", async () => {
      const engine = await FakeEngine.start();
      const host = await LanguageHost.start([engine.address]);
      for (const round of [1, 2]) {
        await until("the host has asked for the engine's health", () => {
          engine.hangUp();
          return engine.healthChecks >= round;
        });
        await answer<PluginInfo>((done) => host.client.getPluginInfo(new Empty(), done));
      }
      assert.equal(host.hasEnded, false);
    });
  });

  describe("what it answers", () => {
    it("names the SDK it is built on, marked as the stand-in, as its version", async () => {
      const host = await LanguageHost.start();
      const info = await answer<PluginInfo>((done) => host.client.getPluginInfo(new Empty(), done));
      assert.match(info.getVersion(), /^3\.\d+\.\d+\+bulkhead$/);
    });

    it("refuses in one sentence, as not implemented, what only the official host can do", async () => {
      const folder = temporaryFolder();
      const engine = await FakeEngine.start();
      const host = await LanguageHost.start([engine.address]);
      const { client } = host;
      const refusals = {
        "generating a program (pulumi convert, pulumi import)": answer((done) =>
          client.generateProgram(new pb.GenerateProgramRequest(), done),
        ),
        "generating a project (pulumi convert)": answer((done) =>
          client.generateProject(new pb.GenerateProjectRequest(), done),
        ),
        "generating an SDK (pulumi package add, pulumi package gen-sdk)": answer((done) =>
          client.generatePackage(new pb.GeneratePackageRequest(), done),
        ),
        "packing an SDK (pulumi package pack-sdk)": answer((done) => client.pack(new pb.PackRequest(), done)),
        "linking a package (pulumi package add)": answer((done) => client.link(new pb.LinkRequest(), done)),
        "attaching a debugger (--attach-debugger)": answer((done) =>
          client.run(runRequest(folder).setAttachDebugger(true), done),
        ),
        "GetRequiredPlugins, which GetRequiredPackages replaces,": answer((done) =>
          client.getRequiredPlugins(new pb.GetRequiredPluginsRequest(), done),
        ),
      };
      for (const [what, refusal] of Object.entries(refusals))
        await assert.rejects(refusal, {
          code: grpc.status.UNIMPLEMENTED,
          details:
            `${what} is not supported by Bulkhead's stand-in Node.js host; ` +
            "install the official Pulumi CLI (https://www.pulumi.com/docs/install/), which has it",
        });
    });

    it("refuses to run a policy pack, which needs the official host between it and the engine", async () => {
      const folder = temporaryFolder();
      const host = await LanguageHost.start();
      const { error } = await readPlugin(
        host.client.runPlugin(new pb.RunPluginRequest().setInfo(programIn(folder.path)).setKind("analyzer")),
      );
      assert.equal(error?.code, grpc.status.UNIMPLEMENTED);
      assert.match(error.details, /^running a policy pack through its Node\.js runtime is not supported by/);
    });

    it("says which Node.js, package manager and TypeScript a program gets", async () => {
      const folder = temporaryFolder({
        "bin/npm": "#!/bin/sh\necho 11.2.3",
        "package.json": "{}",
        "node_modules/typescript/package.json": '{ "version": "5.4.5" }',
      });
      const host = await LanguageHost.start([], {
        environment: { PATH: `${folder.path}/bin:${process.env["PATH"] ?? ""}` },
      });
      const about = await answer<AboutResponse>((done) =>
        host.client.about(new pb.AboutRequest().setInfo(programIn(folder.path)), done),
      );
      assert.deepEqual(
        [about.getExecutable(), about.getVersion(), Object.fromEntries(about.getMetadataMap().entries())],
        [
          process.execPath,
          process.version,
          { packagemanager: "npm", packagemanagerVersion: "11.2.3", typescriptVersion: "5.4.5" },
        ],
      );
    });

    it("finds the packages and dependencies of a program", async () => {
      const folder = temporaryFolder({
        "package.json": '{ "dependencies": { "@pulumi/foo": "^1.0.0" } }',
        "package-lock.json": JSON.stringify({
          lockfileVersion: 3,
          packages: { "": {}, "node_modules/@pulumi/foo": { version: "1.2.3" } },
        }),
        "node_modules/@pulumi/foo/package.json":
          '{ "name": "@pulumi/foo", "version": "1.2.3", "pulumi": { "resource": true } }',
      });
      const host = await LanguageHost.start();
      const packages = await answer<GetRequiredPackagesResponse>((done) =>
        host.client.getRequiredPackages(
          new pb.GetRequiredPackagesRequest().setInfo(programIn(folder.path)),
          done,
        ),
      );
      assert.deepEqual(
        packages.getPackagesList().map((found) => [found.getName(), found.getVersion()]),
        [["foo", "v1.2.3"]],
      );
      const dependencies = await answer<GetProgramDependenciesResponse>((done) =>
        host.client.getProgramDependencies(
          new pb.GetProgramDependenciesRequest().setInfo(programIn(folder.path)),
          done,
        ),
      );
      assert.deepEqual(dependencies.toObject().dependenciesList, [{ name: "@pulumi/foo", version: "1.2.3" }]);
    });

    it("asks for the package manager of a new project, those that are installed first", async () => {
      const folder = temporaryFolder({ "bin/npm": "#!/bin/sh", "bin/yarn": "#!/bin/sh" });
      const node = path.dirname(process.execPath);
      const host = await LanguageHost.start([], {
        environment: { PATH: `${folder.path}/bin:/bin:/usr/bin:${node}` },
      });
      const ask = (options: Record<string, string>) =>
        answer<RuntimeOptionsResponse>((done) =>
          host.client.runtimeOptionsPrompts(
            new pb.RuntimeOptionsRequest().setInfo(programIn(folder.path, options)),
            done,
          ),
        );
      const [prompt] = (await ask({})).getPromptsList();
      const choices = prompt?.getChoicesList().map((choice) => choice.getDisplayname()) ?? [];
      assert.equal(prompt?.getKey(), "packagemanager");
      assert.deepEqual(choices.slice(0, 2).sort(), ["npm", "yarn"].sort());
      assert.deepEqual((await ask({ packagemanager: "npm" })).getPromptsList(), []);
    });

    it("lets pnpm skip the SDK's install script in a new project", async () => {
      const folder = temporaryFolder();
      const host = await LanguageHost.start();
      await answer<TemplateResponse>((done) =>
        host.client.template(
          new pb.TemplateRequest().setInfo(programIn(folder.path, { packagemanager: "pnpm" })),
          done,
        ),
      );
      assert.ok(existsSync(path.join(folder.path, "pnpm-workspace.yaml")));
    });
  });

  describe("running a program", () => {
    const reporter = `console.log(JSON.stringify({
      args: process.argv.slice(2),
      node: process.execArgv,
      config: process.env.PULUMI_CONFIG,
      secret: process.env.PULUMI_CONFIG_SECRET_KEYS,
      typescript: process.env.PULUMI_NODEJS_TYPESCRIPT,
      tsconfig: process.env.PULUMI_NODEJS_TSCONFIG_PATH,
      mine: process.env.MINE,
    }))`;

    async function report(
      folder: Folder,
      request: RunRequest,
      flags: readonly string[] = [],
    ): Promise<unknown> {
      folder.write(runner(reporter));
      const engine = await FakeEngine.start();
      const host = await LanguageHost.start([...flags, engine.address], withRunner(folder, { MINE: "kept" }));
      const response = await answer<RunResponse>((done) => host.client.run(request, done));
      assert.deepEqual(response.toObject(), { error: "", bail: false });
      const [, line = ""] = host.stdout.split("\n");
      return JSON.parse(line.replaceAll(folder.path, "<folder>").replaceAll(engine.address, "<engine>"));
    }

    it("gives it the arguments, the configuration and the options that the SDK expects", async () => {
      const folder = temporaryFolder();
      const info = programIn(
        path.join(folder.path, "stacks"),
        { typescript: false, nodeargs: "--max-old-space-size=512 --title 'a b'" },
        "index.ts",
      ).setRootDirectory(folder.path);
      const request = new pb.RunRequest()
        .setInfo(info)
        .setMonitorAddress("<monitor>")
        .setOrganization("organization")
        .setProject("shop")
        .setStack("dev")
        .setParallel(16)
        .setDryrun(true)
        .setArgsList(["one", "--two"])
        .setConfigsecretkeysList(["shop:password"]);
      request.getConfigMap().set("shop:password", "s3cret").set("aws:region", "eu-west-1");
      assert.deepEqual(await report(folder, request, ["--tracing", "http://trace"]), {
        args: [
          ...["--monitor", "<monitor>", "--engine", "<engine>", "--organization", "organization"],
          ...["--project", "shop", "--root-directory", "<folder>", "--stack", "dev"],
          ...["--pwd", "<folder>/stacks", "--dry-run", "--parallel", "16", "--tracing", "http://trace"],
          ...["index.ts", "one", "--two"],
        ],
        node: ["--max-old-space-size=512", "--title", "a b"],
        config: '{"aws:config:region":"eu-west-1","shop:config:password":"s3cret"}',
        secret: '["shop:password"]',
        mine: "kept",
      });
    });

    it("asks the SDK to compile TypeScript unless told otherwise, as the official host does", async () => {
      const folder = temporaryFolder();
      const request = new pb.RunRequest().setInfo(programIn(folder.path, { tsconfig: "ts.json" }));
      assert.deepEqual(await report(folder, request), {
        args: [
          ...["--engine", "<engine>", "--root-directory", "<folder>", "--pwd", "<folder>"],
          ...["--parallel", "0", "."],
        ],
        node: [],
        config: "{}",
        secret: "[]",
        typescript: "true",
        tsconfig: "ts.json",
        mine: "kept",
      });
    });

    for (const [what, script, expected] of [
      ["succeeds", "", { error: "", bail: false }],
      [
        "exits with 3",
        "process.exit(3)",
        { error: "Program exited with non-zero exit code: 3", bail: false },
      ],
      ["exits with 32, having shown what is wrong", "process.exit(32)", { error: "", bail: true }],
      [
        "is killed",
        'process.kill(process.pid, "SIGKILL")',
        { error: "Program exited with non-zero exit code: -1 (killed by SIGKILL)", bail: false },
      ],
      [
        "runs out of memory",
        'process.stderr.write("<--- Last few "); setTimeout(() => { console.error("GCs --->"); process.exit(134) }, 50)',
        {
          error:
            "Program exited with non-zero exit code: 134. It probably ran out of memory: " +
            "give it more with the runtime option `nodeargs: --max-old-space-size=<MB>` in Pulumi.yaml",
          bail: false,
        },
      ],
    ] as const)
      it(`reports a program that ${what}`, async () => {
        const folder = temporaryFolder(runner(script));
        const engine = await FakeEngine.start();
        const host = await LanguageHost.start([engine.address], withRunner(folder));
        const response = await answer<RunResponse>((done) => host.client.run(runRequest(folder), done));
        assert.deepEqual(response.toObject(), expected);
      });

    it("passes on all of a program's output before it reports the end", async () => {
      const folder = temporaryFolder(runner(`process.stdout.write("x".repeat(1_000_000) + "\\nlast\\n")`));
      const engine = await FakeEngine.start();
      const host = await LanguageHost.start([engine.address], withRunner(folder));
      await answer<RunResponse>((done) => host.client.run(runRequest(folder), done));
      await until("the output is read", () => host.stdout.endsWith("x\nlast\n"));
      assert.equal(host.stdout.length, `${host.port}\n`.length + 1_000_000 + "\nlast\n".length);
    });

    it("says how to install a missing SDK", async () => {
      const folder = temporaryFolder();
      const engine = await FakeEngine.start();
      const host = await LanguageHost.start([engine.address]);
      const response = await answer<RunResponse>((done) => host.client.run(runRequest(folder), done));
      assert.equal(
        response.getError(),
        "It looks like the Pulumi SDK has not been installed. Have you run pulumi install?",
      );
    });

    it("explains a configuration too large for the system to pass on", async () => {
      const folder = temporaryFolder(runner(""));
      const engine = await FakeEngine.start();
      const host = await LanguageHost.start([engine.address], withRunner(folder));
      const request = runRequest(folder);
      request.getConfigMap().set("shop:large", "x".repeat(5_000_000));
      const response = await answer<RunResponse>((done) => host.client.run(request, done));
      assert.match(
        response.getError(),
        /^could not start the program: its configuration or environment is larger/,
      );
    });

    it("needs an engine, which a handshake may name", async () => {
      const folder = temporaryFolder(runner(`console.error(process.argv.slice(2, 4).join(" "))`));
      const engine = await FakeEngine.start();
      const host = await LanguageHost.start([], withRunner(folder));
      const run = () => answer<RunResponse>((done) => host.client.run(runRequest(folder), done));
      await assert.rejects(run(), {
        details: "when debugging or running explicitly, must call Handshake before Run",
      });
      await answer<LanguageHandshakeResponse>((done) =>
        host.client.handshake(new pb.LanguageHandshakeRequest().setEngineAddress(engine.address), done),
      );
      await run();
      assert.equal(host.stderr, `--engine ${engine.address}\n`);
      engine.stop();
      await until("the host has ended", () => host.hasEnded);
    });

    it("interrupts the program and all it started when cancelled, and starts no other", async () => {
      const folder = temporaryFolder(runner(longRunning));
      const engine = await FakeEngine.start();
      const host = await LanguageHost.start([engine.address], withRunner(folder));
      const run = () => answer<RunResponse>((done) => host.client.run(runRequest(folder), done));
      const first = run();
      const pids = await pidsOf(() => host.stdout);
      await answer((done) => host.client.cancel(new Empty(), done));
      assert.equal((await first).getError(), "Program exited with non-zero exit code: -1 (killed by SIGINT)");
      await allGone(pids);
      assert.equal((await run()).getError(), "the program was cancelled before it started");
    });
  });

  describe("running a plugin", () => {
    const request = (folder: Folder) =>
      new pb.RunPluginRequest()
        .setInfo(programIn(folder.path))
        .setKind("resource")
        .setPwd("/")
        .setArgsList(["127.0.0.1:1", "more"])
        .setEnvList(["MINE=first", "MINE=a=b", `PATH=${process.env["PATH"] ?? ""}`]);

    it("streams what it writes, and its exit code", async () => {
      const folder = temporaryFolder(
        runner(`
          console.log(JSON.stringify([process.cwd(), process.env.MINE, process.env.HOME, ...process.argv.slice(2)]));
          console.error("oops");
          process.exitCode = 7;
        `),
      );
      const host = await LanguageHost.start([], withRunner(folder));
      const { stdout, stderr, exitCode, error } = await readPlugin(host.client.runPlugin(request(folder)));
      assert.deepEqual(
        [JSON.parse(stdout), stderr, exitCode, error],
        [["/", "a=b", null, folder.path, "127.0.0.1:1", "more"], "oops\n", 7, undefined],
      );
      assert.equal(host.stdout, `${host.port}\n`);
    });

    it("streams while it runs, and stops it with all it started when the caller goes", async () => {
      const folder = temporaryFolder(runner(longRunning));
      const host = await LanguageHost.start([], withRunner(folder));
      const stream = host.client.runPlugin(request(folder));
      let output = "";
      stream.on("data", (response: RunPluginResponse) => {
        output += Buffer.from(response.getStdout_asU8()).toString();
      });
      stream.on("error", () => undefined);
      const pids = await pidsOf(() => output);
      stream.cancel();
      await allGone(pids);
    });

    it("lets it finish when programs are cancelled: the engine ends plugins itself", async () => {
      const folder = temporaryFolder(
        runner(`
          console.log("running " + process.pid + " " + process.pid);
          const { existsSync } = require("node:fs");
          setInterval(() => { if (existsSync(__dirname + "/finish")) process.exit(5); }, 20);
        `),
      );
      const host = await LanguageHost.start([], withRunner(folder));
      const stream = host.client.runPlugin(request(folder));
      let output = "";
      stream.on("data", (response: RunPluginResponse) => {
        output += Buffer.from(response.getStdout_asU8()).toString();
      });
      const ended = readPlugin(stream);
      await pidsOf(() => output);
      await answer((done) => host.client.cancel(new Empty(), done));
      folder.write({ finish: "now" });
      assert.equal((await ended).exitCode, 5);
    });

    it("names the signal that killed it", async () => {
      const folder = temporaryFolder(runner('process.kill(process.pid, "SIGKILL")'));
      const host = await LanguageHost.start([], withRunner(folder));
      const { error } = await readPlugin(host.client.runPlugin(request(folder)));
      assert.equal(error?.details, "Program exited unexpectedly: killed by SIGKILL");
    });

    it("says where to install a missing SDK", async () => {
      const folder = temporaryFolder();
      const host = await LanguageHost.start();
      const { error } = await readPlugin(host.client.runPlugin(request(folder)));
      assert.equal(
        error?.details,
        `It looks like the Pulumi SDK has not been installed. Have you run npm install in ${folder.path}?`,
      );
    });
  });

  describe("installing dependencies", () => {
    async function install(
      folder: Folder,
      npm: string,
      options: Record<string, boolean | string> = {},
      place = ".",
    ): Promise<Streamed> {
      folder.write({ "bin/npm": `#!/bin/sh\n${npm}` });
      const host = await LanguageHost.start([], {
        environment: { PATH: `${folder.path}/bin:${process.env["PATH"] ?? ""}` },
      });
      const request = new pb.InstallDependenciesRequest()
        .setInfo(programIn(path.join(folder.path, place), options))
        .setUseLanguageVersionTools(true);
      return await readInstallation(host.client.installDependencies(request));
    }

    it("streams what npm says, and leaves devDependencies out where asked", async () => {
      const folder = temporaryFolder({ "package.json": "{}" });
      const npm = `echo "npm $*"; echo warned >&2; mkdir node_modules`;
      const { stdout, stderr, error } = await install(folder, npm, { production: true });
      assert.deepEqual(
        [stdout, stderr, error],
        [
          "Installing dependencies...\n\nnpm install --loglevel=error --production\nFinished installing dependencies\n\n",
          "warned\n",
          undefined,
        ],
      );
    });

    it("installs at the root of the workspaces a program belongs to", async () => {
      const folder = temporaryFolder({
        "package.json": '{ "workspaces": ["apps/*"] }',
        "apps/one/package.json": "{}",
        "node_modules/.keep": "",
      });
      const { stdout } = await install(folder, "pwd", {}, "apps/one");
      assert.match(stdout, new RegExp(`Detected workspace root at ${folder.path}\n${folder.path}\n`));
    });

    it("says that it does not switch Node.js versions", async () => {
      const folder = temporaryFolder({ "package.json": "{}", ".node-version": "20" });
      const { stdout } = await install(folder, "mkdir node_modules");
      assert.match(stdout, /^Keeping Node\.js v[\d.]+: Bulkhead's stand-in host does not switch versions\n/);
    });

    it("fails when npm fails", async () => {
      const folder = temporaryFolder({ "package.json": "{}" });
      assert.equal((await install(folder, "exit 9")).error?.details, "npm install failed with exit code 9");
    });

    it("fails when npm installs nothing", async () => {
      const folder = temporaryFolder({ "package.json": "{}" });
      assert.equal(
        (await install(folder, "true")).error?.details,
        "npm install reported success, but node_modules directory is missing",
      );
    });
  });
});
