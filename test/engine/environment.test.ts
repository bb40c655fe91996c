import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { describePlan, plan } from "../../components/plan/index.ts";
import { parseStackFile, readStackFile } from "../../stacks/config/file.ts";
import { isAlive, until } from "../support/until.ts";
import { Worktree } from "../support/worktree.ts";

/** The engine's own lines, without what setup says before. */
const plain = (output: string) => stripVTControlCharacters(output);

describe("an environment on the real engine", function () {
  this.timeout(120_000);
  let clone: Worktree;
  before(() => {
    clone = new Worktree();
  });
  after(() => {
    clone.folder.delete();
  });

  for (const [name, resources] of [
    ["dev", 172],
    ["dev-tiers", 159],
  ] as const) {
    it(`${name} comes up from a fresh clone with scripts/up, without a question, and leaves git status clean`, async () => {
      const output = plain(await clone.succeed(`scripts/up ${name}`));
      assert.ok(output.includes(`+ ${resources} created`), output);
      assert.match(
        output,
        new RegExp(`\n${name} is up: \\d zones with 14 hosts in 10\\.1[67]\\.0\\.0/16, without root\n`),
      );
      assert.match(
        output,
        /├─ management +10\.1[67]\.0\.0\/22 +flows inside +manager-1 10\.1[67]\.0\.128, registry-1/,
      );
      assert.match(output, new RegExp(`\n  scripts/lab check ${name} `));
      assert.equal(clone.git("status", "--porcelain"), "");
    });

    it(`${name} has the outputs that its plan says`, async () => {
      const json = await clone.succeed(`. scripts/env && pulumi stack output -s ${name} --json`);
      const outputs = JSON.parse(json) as {
        machines: Record<string, string>;
        zones: Record<string, string[]>;
      };
      const planned = plan(parseStackFile(await readStackFile(name)));
      assert.deepEqual(
        outputs.machines,
        Object.fromEntries(planned.hosts.map((host) => [host.name, host.address])),
      );
      assert.deepEqual(Object.keys(outputs.zones).sort(), planned.zones.map((zone) => zone.name).sort());
    });

    it(`${name} is the same when it is brought up again`, async () => {
      assert.match(plain(await clone.succeed(`scripts/up ${name}`)), new RegExp(`${resources} unchanged`));
    });

    it(`${name} is previewed, refreshed and destroyed by plain pulumi`, async () => {
      const run = (command: string) => clone.succeed(`. scripts/env && pulumi ${command} -s ${name}`);
      assert.match(plain(await run("preview")), new RegExp(`${resources} unchanged`));
      await run("refresh --yes");
      assert.match(plain(await run("destroy --yes")), new RegExp(`- ${resources} deleted`));
      const state = JSON.parse(await run("stack export")) as { deployment: { resources?: unknown[] } };
      assert.deepEqual(state.deployment.resources ?? [], []);
      assert.equal(clone.git("status", "--porcelain"), "");
    });
  }

  it("whose target is not there yet says so in one line, and nothing is made", async () => {
    const { code, output } = await clone.sh("scripts/up staging --yes --skip-preview");
    assert.notEqual(code, 0);
    const lines = plain(output)
      .split("\n")
      .filter((line) => line.includes("error:"));
    assert.ok(
      lines.every((line) =>
        line.includes('the azure target is not built yet: "scripts/show staging" shows what it will be'),
      ),
      output,
    );
    const state = await clone.succeed(". scripts/env && pulumi stack export -s staging");
    assert.doesNotMatch(state, /bulkhead:environment/);
  });

  it("with problems in its stack file shows all of them with their lines, and no stack trace", async () => {
    clone.edit("stacks/Pulumi.dev.yaml", (text) =>
      text.replace("slot: 2,", "slot: 1,").replace("10.16.0.0/16", "10.16.0.1/16"),
    );
    try {
      const { code, output } = await clone.sh("scripts/up dev");
      assert.notEqual(code, 0);
      assert.match(
        plain(output),
        /error: stacks\/Pulumi\.dev\.yaml has 2 problems:\n +network\.cidr \(line \d+\): "10\.16\.0\.1\/16": .*\n +zones\.test-claims\.slot \(line \d+\): 1: .*next free slot is 2/,
      );
      assert.doesNotMatch(output, /\.ts:\d+|at .*\(/);
    } finally {
      clone.git("checkout", "--", "stacks");
    }
  });

  it("whose program fails shows the error once, with its line in the .ts file", async () => {
    const file = "components/environment/environment.ts";
    const marker = "    this.registerOutputs(";
    clone.edit(file, (text) =>
      text.replace(marker, `    (undefined as unknown as { boom: () => void }).boom();\n${marker}`),
    );
    try {
      const { output } = await clone.sh("scripts/up dev");
      const line = plain(await clone.succeed(`grep -n 'boom' ${file}`)).split(":")[0] ?? "";
      assert.equal(
        plain(output).match(new RegExp(`at new Environment .*environment\\.ts:${line}:\\d+`, "g"))?.length,
        1,
        output,
      );
    } finally {
      clone.git("checkout", "--", "components");
    }
  });

  it("that was killed on its way up is brought up by the next run", async () => {
    const file = "components/environment/environment.ts";
    const halfWay = path.join(clone.path, "..", "half-way");
    // The engine waits for the program, so the kill meets both on the way.
    const wait = `process.getBuiltinModule("fs").writeFileSync(${JSON.stringify(halfWay)}, String(process.pid));
    setInterval(() => undefined, 1000);
    this.registerOutputs(`;
    clone.edit(file, (text) => text.replace("this.registerOutputs(", wait));
    let group = 0;
    const running = clone.sh("scripts/up dev", (pid) => (group = pid));
    await until("the environment is half way up", () => existsSync(halfWay), 60_000);
    process.kill(-group, "SIGKILL");
    const { code } = await running;
    assert.equal(code, null, "the run was killed");
    const program = Number(readFileSync(halfWay, "utf8"));
    await until("the program is gone, too", async () => !(await isAlive(program)));

    clone.git("checkout", "--", "components");
    const output = plain(await clone.succeed("scripts/up dev"));
    assert.match(output, /released the lock on dev of a run that was killed/);
    assert.match(output, /dev is up: 7 zones with 14 hosts/);
    assert.equal(clone.git("status", "--porcelain"), "");
    await clone.succeed(". scripts/env && pulumi destroy --yes -s dev");
  });
});

describe("what scripts/show prints", function () {
  this.timeout(60_000);
  it("is the plan that the environment's golden holds", async () => {
    const clone = new Worktree();
    try {
      const golden = describePlan(plan(parseStackFile(await readStackFile("dev"))));
      assert.equal(await clone.succeed("scripts/show dev 2>/dev/null"), golden);
    } finally {
      clone.folder.delete();
    }
  });
});
