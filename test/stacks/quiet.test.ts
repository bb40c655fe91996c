import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** In a process of its own, since it changes the SDK for everybody in it. */
function withQuietSdk(code: string, env: Readonly<Record<string, string>> = {}): unknown {
  const program = `
    import { createRequire } from "node:module";
    import { quietSdk } from "./stacks/quiet.ts";
    const require = createRequire(process.cwd() + "/stacks/index.ts");
    const debuggable = require("@pulumi/pulumi/runtime/debuggable.js");
    const log = require("@pulumi/pulumi/log/index.js");
    const before = { promise: debuggable.debuggablePromise, debug: log.debug };
    quietSdk(process.env);
    ${code}`;
  const args = ["--disable-warning=ExperimentalWarning", "--input-type=module", "--eval", program];
  const output = execFileSync(process.execPath, args, {
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    env: { ...process.env, ...env },
    encoding: "utf8",
  });
  return JSON.parse(output);
}

describe("the SDK in a stack's program", () => {
  it("notes no stack traces with its promises, and settles them as before", () => {
    assert.deepEqual(
      withQuietSdk(`
        const good = Promise.resolve(7), bad = Promise.reject(new Error("bad"));
        const values = [await debuggable.debuggablePromise(good, "x"), await debuggable.debuggablePromise(bad, "y").catch(({ message }) => message)];
        console.log(JSON.stringify([values, good._debugStackTrace]));`),
      [[7, "bad"], "Error"],
    );
  });

  it("leaves errors their traces, also those of what a promise waits for", () => {
    assert.deepEqual(
      withQuietSdk(`
        function culprit() { throw new Error("mine"); }
        const late = await debuggable.debuggablePromise(Promise.resolve().then(culprit)).catch((error) => error);
        let now; try { culprit(); } catch (error) { now = error; }
        console.log(JSON.stringify([late, now].map(({ stack }) => stack.includes("at culprit"))));`),
      [true, true],
    );
  });

  it("sends the engine none of its own messages for debugging", () => {
    assert.deepEqual(
      withQuietSdk("console.log(JSON.stringify([log.debug === before.debug, await log.debug('x') ?? null]))"),
      [false, null],
    );
  });

  for (const name of ["BULKHEAD_SDK_DEBUG", "PULUMI_DEBUG_PROMISE_LEAKS"])
    it(`is as it comes where ${name} is set`, () => {
      assert.deepEqual(
        withQuietSdk(
          "console.log(JSON.stringify([debuggable.debuggablePromise === before.promise, log.debug === before.debug]))",
          { [name]: "1" },
        ),
        [true, true],
      );
    });
});
