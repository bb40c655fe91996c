import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { Project } from "../support/project.ts";
import { isAlive, until } from "../support/until.ts";

/** A provider that keeps what it is given and says so, for `plugins.providers` in Pulumi.yaml. */
const provider = `
  const { main } = require("@pulumi/pulumi/provider/index.js");
  require("node:fs").writeFileSync(__dirname + "/pid", String(process.pid));
  main({
    version: "1.0.0",
    async check(urn, olds, news) {
      if (news.word === "wrong")
        return { inputs: news, failures: [{ property: "word", reason: "is no good word" }] };
      return { inputs: news };
    },
    async create(urn, inputs) {
      return { id: "id-of-" + inputs.word, outs: { word: inputs.word.toUpperCase() } };
    },
    async delete() {},
  }, process.argv.slice(2));
`;
const echoes = `
  import * as pulumi from "@pulumi/pulumi";
  class Echo extends pulumi.CustomResource {
    declare readonly word: pulumi.Output<string>;
    constructor(name: string, args: { word: string }) {
      super("echoes:index:Echo", name, args);
    }
  }
  export const word = new Echo("echo", { word: new pulumi.Config().get("word") ?? "hello" }).word;
`;
const settings = ["plugins:", "  providers:", "    - name: echoes", "      path: ./echoes"].join("\n");
const executablePlugin = {
  "echoes/pulumi-resource-echoes":
    '#!/bin/sh\nexec "${BULKHEAD_NODE:-node}" "$(dirname "$0")/provider.cjs" "$@"\n',
  "echoes/provider.cjs": provider,
};
const folderPlugin = {
  "echoes/PulumiPlugin.yaml": "runtime: nodejs\n",
  "echoes/package.json": '{ "name": "echoes", "main": "index.js" }',
  "echoes/index.js": provider,
};
const endless = (rest = "") => `
  import { writeFileSync } from "node:fs";
  ${rest}
  writeFileSync("pids", process.pid + " " + process.ppid);
  setInterval(() => {}, 1000);
`;

function count(text: string, part: string): number {
  return text.split(part).length - 1;
}

async function running(project: Project, ...files: readonly string[]): Promise<number[]> {
  const paths = files.map((file) => path.join(project.folder.path, file));
  await until("the program runs", () => paths.every((file) => existsSync(file)), 20_000);
  return paths.flatMap((file) => readFileSync(file, "utf8").split(" ").map(Number));
}

async function assertGone(pids: readonly number[]): Promise<void> {
  for (const pid of pids) {
    assert.ok(pid > 1, "a process is known");
    await until(`process ${String(pid)} is gone`, async () => !(await isAlive(pid)));
  }
}

describe("the real engine with the stand-in Node.js host", function () {
  this.timeout(30_000);
  this.slow(10_000);

  it("previews, updates and destroys a program with configuration, secrets and outputs", async () => {
    const project = await Project.withStack({
      program: `
        import * as pulumi from "@pulumi/pulumi";
        import { type Greeting, greet } from "./greeting.ts";
        const config = new pulumi.Config();
        const greeting: Greeting = { to: config.require("name") };
        export const greeted = greet(greeting);
        export const hush = config.requireSecret("hush");
        export const where = [pulumi.getProject(), pulumi.getStack(), pulumi.runtime.isDryRun() ? "preview" : "update"];
        export const main = import.meta.filename.split("/").slice(-2).join("/");
        console.log("said on stdout");
        console.error("said on stderr");
      `,
      files: {
        "program/greeting.ts": `
          export interface Greeting { readonly to: string }
          export const greet = (greeting: Greeting): string => "hello " + greeting.to;
        `,
      },
    });
    await project.succeed("config", "set", "name", "world");
    await project.succeed("config", "set", "--secret", "hush", "s3cret");

    const preview = await project.succeed("preview");
    assert.match(preview, /greeted: "hello world"/);
    assert.match(preview, /hush +: \[secret\]/);
    assert.match(preview, /\[2\]: "preview"/);

    const update = await project.succeed("up", "--yes", "--skip-preview");
    for (const line of ["said on stdout", "said on stderr"])
      assert.match(update, new RegExp(`^ +${line}$`, "m"));
    assert.deepEqual(JSON.parse(await project.succeed("stack", "output", "--json", "--show-secrets")), {
      greeted: "hello world",
      hush: "s3cret",
      where: ["shop", "dev", "update"],
      main: "program/index.ts",
    });
    assert.doesNotMatch(await project.succeed("stack", "export"), /s3cret/);

    assert.match(await project.succeed("destroy", "--yes", "--skip-preview"), /1 deleted/);
  });

  // The lines are those of the .ts file: type stripping leaves blanks where types were.
  for (const [what, program, message, place] of [
    [
      "an exception in an async function",
      `interface Thing {\n  a: string;\n}\nasync function make(thing: Thing): Promise<void> {\n  await Promise.resolve();\n  throw new Error("no " + thing.a);\n}\nawait make({ a: "luck" });`,
      "Error: no luck",
      "index.ts:6:9",
    ],
    [
      "an error thrown at the top level",
      `type Word = string;\nconst word: Word = "luck";\nthrow new Error("no " + word);`,
      "Error: no luck",
      "index.ts:3:7",
    ],
    [
      "a promise that nobody awaits",
      `export const fine: boolean = true;\nvoid (async (): Promise<void> => {\n  await Promise.resolve();\n  throw new Error("no luck");\n})();`,
      "Error: no luck",
      "index.ts:4:9",
    ],
    [
      "an error inside apply",
      `import { output } from "@pulumi/pulumi";\nexport const never = output(1).apply((one: number): number => {\n  throw new Error("no luck " + one);\n});`,
      "Error: no luck 1",
      "index.ts:3:9",
    ],
    [
      "a syntax error",
      `const fine: number = 1;\nconst broken: number = = 1;`,
      "SyntaxError: ",
      "index.ts:2\n",
    ],
    [
      "a RunError, without a stack",
      `import { RunError } from "@pulumi/pulumi";\nthrow new RunError("no luck here");`,
      "error: no luck here",
      undefined,
    ],
  ] as const)
    it(`shows ${what} once, with its line, and fails`, async () => {
      const project = await Project.withStack({ program });
      const { code, stdout, stderr } = await project.pulumi("preview", "--diff");
      const shown = stdout + stderr;
      assert.equal(code, 1, shown);
      assert.equal(count(shown, message), 1, shown);
      assert.equal(count(shown, "error: "), 1, shown);
      assert.doesNotMatch(shown, /non-zero exit code/);
      if (place === undefined) assert.doesNotMatch(shown, /^ +at /m);
      else assert.ok(stripVTControlCharacters(shown).includes(place), shown);
    });

  it("shows the code of a program that ends itself", async () => {
    const project = await Project.withStack({ program: "process.exit(3);" });
    const { code, stdout, stderr } = await project.pulumi("preview", "--diff");
    assert.equal(code, 1);
    assert.equal(count(stdout + stderr, "Program exited with non-zero exit code: 3"), 1);
  });

  it("says how to install a missing SDK", async () => {
    const project = await Project.withStack({ settings: "", program: "" });
    project.folder.remove("node_modules");
    const { code, stdout, stderr } = await project.pulumi("preview", "--diff");
    assert.equal(code, 1);
    assert.equal(
      count(stdout + stderr, "It looks like the Pulumi SDK has not been installed. Have you run"),
      1,
    );
  });

  it("tells `pulumi about` what runs the program and what it depends on", async () => {
    const project = await Project.withStack({
      files: {
        "package-lock.json": JSON.stringify({
          lockfileVersion: 3,
          packages: { "": {}, "node_modules/leftpad": { version: "1.2.3" } },
        }),
        "package.json": '{ "name": "shop", "type": "module", "dependencies": { "leftpad": "1" } }',
      },
    });
    const { plugins, runtime, dependencies } = JSON.parse(await project.succeed("about", "--json")) as {
      plugins: { name: string; kind: string; version: string }[];
      runtime: Record<string, string>;
      dependencies: unknown;
    };
    assert.deepEqual(
      plugins.map(({ name, kind }) => [kind, name]),
      [["language", "nodejs"]],
    );
    assert.match(plugins[0]?.version ?? "", /\+bulkhead$/);
    assert.equal(runtime["language"], "nodejs");
    assert.equal(runtime["version"], process.version);
    assert.deepEqual(dependencies, [{ name: "leftpad", version: "1.2.3" }]);
  });

  for (const [what, files] of [
    ["an executable", executablePlugin],
    ["a folder with a Node.js runtime", folderPlugin],
  ] as const)
    it(`uses a provider that Pulumi.yaml names by path as ${what}`, async () => {
      const project = await Project.withStack({ program: echoes, settings, files });
      await project.succeed("up", "--yes", "--skip-preview");
      assert.equal(await project.succeed("stack", "output", "word"), "HELLO\n");
      await assertGone(await running(project, "echoes/pid"));

      await project.succeed("config", "set", "word", "wrong");
      const { code, stdout, stderr } = await project.pulumi("preview", "--diff");
      assert.equal(code, 1);
      assert.match(stdout + stderr, /is no good word/);
    });

  it("runs dynamic providers", async () => {
    const project = await Project.withStack({
      program: `
        import * as pulumi from "@pulumi/pulumi";
        class Dice extends pulumi.dynamic.Resource {
          declare readonly side: pulumi.Output<number>;
          constructor(name: string) {
            super({ create: async () => ({ id: "rolled", outs: { side: 4 } }) }, name, { side: undefined });
          }
        }
        export const side = new Dice("dice").side;
      `,
    });
    await project.succeed("up", "--yes", "--skip-preview");
    assert.equal(await project.succeed("stack", "output", "side"), "4\n");
  });

  it("leaves no process behind when the CLI is killed", async () => {
    const project = await Project.withStack({
      program: endless(`${echoes}; await new Promise((done) => word.apply(done));`),
      settings,
      files: folderPlugin,
    });
    const cli = project.start(["up", "--yes", "--skip-preview"]);
    const closed = once(cli, "close");
    const pids = await running(project, "program/pids", "echoes/pid");
    cli.kill("SIGKILL");
    await assertGone(pids);
    await closed;
  });

  it("ends the program when the user interrupts the CLI", async () => {
    const project = await Project.withStack({ program: endless() });
    const cli = project.start(["preview"]);
    const closed = once(cli, "close");
    const pids = await running(project, "program/pids");
    cli.kill("SIGINT");
    await assertGone(pids);
    await closed;
  });
});
