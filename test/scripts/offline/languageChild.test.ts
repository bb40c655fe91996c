import assert from "node:assert/strict";
import { once } from "node:events";
import { spawn } from "node:child_process";
import { killEverything, start, stopEverything } from "../../../scripts/offline/language/child.ts";
import { afterwards } from "../../support/afterwards.ts";
import { isAlive, until } from "../../support/until.ts";

function node(script: string) {
  afterwards(killEverything);
  let output = "";
  const child = start({
    file: process.execPath,
    args: ["--eval", script],
    folder: undefined,
    environment: process.env,
    onStdout: (chunk) => (output += chunk.toString()),
    onStderr: (chunk) => (output += chunk.toString()),
  });
  const pids = async () => {
    await until("the processes run", () => output.endsWith("\n"));
    return output.trim().split(" ").map(Number);
  };
  return { child, pids, output: () => output };
}

const sleeper = `const sleeper = require("node:child_process").spawn("sleep", ["1000"], { stdio: "ignore" });`;
const report = `console.log(process.pid + " " + sleeper.pid);`;

describe("a process that the stand-in host starts", () => {
  it("is killed, with all it started, when it does not end in the time it is given", async () => {
    const { child, pids } = node(
      `process.on("SIGINT", () => {}); ${sleeper} ${report} setInterval(() => {}, 1000)`,
    );
    const started = await pids();
    await child.stop(100);
    assert.deepEqual(await child.ended, { kind: "signal", signal: "SIGKILL" });
    for (const pid of started) await until(`${String(pid)} is gone`, async () => !(await isAlive(pid)));
  });

  it("may end in its own way when it is interrupted", async () => {
    const { child, pids } = node(
      `process.on("SIGINT", () => process.exit(4)); const sleeper = process; ${report} setInterval(() => {}, 1000)`,
    );
    await pids();
    await Promise.all([child.stop(5_000), stopEverything(5_000)]);
    assert.deepEqual(await child.ended, { kind: "exit", code: 4 });
  });

  it("may leave something running when it ends by itself", async () => {
    const { child, pids } = node(`${sleeper} ${report} sleeper.unref()`);
    const [, left = NaN] = await pids();
    assert.deepEqual(await child.ended, { kind: "exit", code: 0 });
    assert.equal(await stopEverything(100), false);
    assert.equal(await isAlive(left), true);
    process.kill(left, "SIGKILL");
  });

  it("is heard out to its last word", async () => {
    const { child, output } = node(`process.stdout.write("x".repeat(300000) + "end")`);
    await child.ended;
    assert.equal(output().length, 300_003);
  });

  it("reports why it cannot be started", async () => {
    const child = start({
      file: "/nonexistent/npm",
      args: [],
      folder: undefined,
      environment: process.env,
      onStdout: () => undefined,
      onStderr: () => undefined,
    });
    await assert.rejects(child.ended, /ENOENT/);
  });

  it("dies with the host, however that ends", async () => {
    const child = new URL("../../../scripts/offline/language/child.ts", import.meta.url).href;
    const script = `
      import { killEverything, start } from ${JSON.stringify(child)};
      process.once("exit", killEverything);
      const said = (chunk) => { process.stdout.write(chunk); if (chunk.includes("ready")) throw new Error("bug"); };
      start({ file: process.execPath, args: ["--eval", "console.log('ready ' + process.pid); setInterval(() => {}, 1000)"],
        environment: process.env, onStdout: said, onStderr: said });
    `;
    const host = spawn(process.execPath, ["--input-type=module", "--eval", script], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    let output = "";
    host.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    await once(host, "close");
    const pid = Number(/ready (\d+)/.exec(output)?.[1]);
    await until("the program is gone", async () => !(await isAlive(pid)));
  });
});
