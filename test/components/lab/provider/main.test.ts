import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import path from "node:path";
import { afterwards } from "../../../support/afterwards.ts";
import { isAlive, until } from "../../../support/until.ts";

const plugin = path.resolve(import.meta.dirname, "../../../../components/lab/provider/pulumi-resource-lab");

describe("the lab's plugin", function () {
  this.timeout(15_000);

  it("ends with an engine that was killed", async () => {
    const engine = spawn("sh", ["-c", `"$0" 127.0.0.1:1 & echo $!; wait`, plugin], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    let said = "";
    engine.stdout.on("data", (text: Buffer) => (said += text.toString()));
    afterwards(() => {
      engine.kill("SIGKILL");
    });
    await until("it serves", () => said.trim().split("\n").length === 2);
    engine.kill("SIGKILL");
    const pid = Number(said.split("\n")[0]);
    await until("it has ended", async () => !(await isAlive(pid)));
  });

  it("ends also where the engine was killed before it could be noticed, and nobody reads the port", async () => {
    const program = `
      const { spawn } = require("node:child_process");
      const { pid } = spawn(process.argv[1], ["127.0.0.1:1"], { stdio: ["ignore", "pipe", "ignore"] });
      console.log(pid);
      process.kill(process.pid, "SIGKILL");`;
    const { stdout } = spawnSync(process.execPath, ["--eval", program, plugin], { encoding: "utf8" });
    assert.match(stdout, /^\d+\n$/);
    await until("it has ended", async () => !(await isAlive(Number(stdout))));
  });
});
