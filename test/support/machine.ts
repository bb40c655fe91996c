import type { Context, Suite, Test } from "mocha";
import { explain, missing } from "../../scripts/toolchain/machine.ts";

// A test that cannot run on this machine says why, and the run counts it: it never passes unseen.

const reasons = new WeakMap<object, string>();

/** Skips the test, or from a hook all tests of its suite, where a program is missing. */
export function requires(context: Context, ...programs: readonly string[]): void {
  const gone = missing(programs, process.env);
  if (gone.length === 0) return;
  const how = explain(gone, process.env).split("\n").at(-1) ?? "";
  notRun(context, `missing: ${gone.join(", ")}; ${how.trim()}`);
}

/** Skips the test, or from a hook all tests of its suite, for a reason. */
export function notRun(context: Context, why: string): never {
  const runnable = context.runnable();
  // From a hook, mocha leaves out every test of the hook's suite.
  const place = "type" in runnable && runnable.type === "hook" ? runnable.parent : runnable;
  if (place !== undefined) reasons.set(place, why);
  context.skip();
}

export function whyNotRun(test: Test): string {
  for (let place: Test | Suite | undefined = test; place !== undefined; place = place.parent) {
    const why = reasons.get(place);
    if (why !== undefined) return why;
  }
  return "skipped in its file";
}
