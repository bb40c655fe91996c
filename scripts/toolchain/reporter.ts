import fs from "node:fs";
import Mocha from "mocha";
import { whyNotRun } from "../../test/support/machine.ts";

export interface Result {
  readonly passed: number;
  readonly failed: number;
  readonly notRun: readonly { readonly title: string; readonly why: string }[];
}

/** Mocha's spec reporter, which also writes the counts, and why tests were not run, to a file. */
export default class Reporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const file = (options.reporterOptions as { result?: string } | undefined)?.result;
    const notRun: Result["notRun"][number][] = [];
    runner.on("pending", (test: Mocha.Test) => {
      notRun.push({ title: test.fullTitle(), why: whyNotRun(test) });
    });
    runner.once("end", () => {
      const { passes, failures } = this.stats;
      const result: Result = { passed: passes, failed: failures, notRun };
      if (file !== undefined) fs.writeFileSync(file, JSON.stringify(result));
    });
  }
}
