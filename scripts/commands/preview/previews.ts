import fs from "node:fs";
import { availableParallelism, constants, tmpdir } from "node:os";
import { join } from "node:path";
import { signalRunning } from "../../toolchain/command.ts";
import { targetOf } from "../../toolchain/environments.ts";
import { during, duration, say } from "../../toolchain/report.ts";
import { sideBySide } from "../../toolchain/sideBySide.ts";
import { prepare, prepareTools, root, type Toolchain } from "../../toolchain/toolchain.ts";
import { extractBase } from "./baseline/index.ts";
import { previewEnvironment } from "./environment.ts";
import { stackFileAt } from "./git.ts";
import { exitCode, type EnvironmentReport } from "./report/index.ts";
import { gatherEnvironment, Secrets } from "./secrets/index.ts";

export interface Wanted {
  readonly environments: readonly string[];
  readonly offline: boolean;
  /** Where scrubbed states are, for `offline`. */
  readonly exports?: string;
  /** The commit that the change starts from. */
  readonly base?: string;
  /** The day of the report, as `2026-11-28`. */
  readonly today: string;
}

/** Two on each core, since each waits for other programs half of the time. */
export const atOnce = 2 * availableParallelism();

/** Previews environments side by side, and tells of each as it comes. */
export async function previewAll({
  environments,
  offline,
  exports,
  base,
  today,
}: Wanted): Promise<EnvironmentReport[]> {
  const tools = await toolsFor(environments, offline);
  const secrets = new Secrets();
  gatherEnvironment(secrets, process.env);
  const work = fs.mkdtempSync(join(fs.realpathSync(tmpdir()), "bulkhead-preview-"));
  const stopping = stopOnSignals();
  const states = new Map<string, string>();
  // Once for all, and only where one of them has no state to be compared with.
  let extracted: Promise<string | undefined> | undefined;
  const tree = () => (extracted ??= extractBase(base ?? "", join(work, "base")));
  try {
    return await during(`previewing ${environments.join(", ")}`, async (now) => {
      const tell = () => {
        now([...states].map(([name, state]) => `${name} ${state}`).join(", "));
      };
      return await sideBySide(environments, atOnce, async (name) => {
        stopping.check();
        const started = Date.now();
        // A socket's path has room for some 100 bytes, and those of temporary folders can be long.
        const folder = join(work, String(environments.indexOf(name)));
        fs.mkdirSync(folder);
        const oldFile = base === undefined ? undefined : await stackFileAt(base, name);
        const report = await previewEnvironment({
          name,
          tools,
          folder,
          offline,
          ...(exports === undefined ? {} : { exports }),
          ...(oldFile === undefined ? {} : { oldFile }),
          ...(base === undefined ? {} : { base: { commit: base, tree } }),
          today,
          secrets,
          now: (state) => {
            stopping.check();
            states.set(name, state);
            tell();
          },
        });
        states.delete(name);
        tell();
        forget(folder);
        if (!process.stderr.isTTY)
          say(`${name}: ${outcomeOf(report)} after ${duration(Date.now() - started)}`);
        return report;
      });
    });
  } finally {
    forget(work);
    stopping.end();
  }
}

const outcomeOf = (report: EnvironmentReport): string =>
  ["previewed", "previewed, and its proof fails", "cannot be previewed"][
    exitCode({ environments: [report] })
  ] ?? "";

/** What the previews need, and nothing that only an update does. */
export async function toolsFor(environments: readonly string[], offline: boolean): Promise<Toolchain> {
  const targets = new Set(environments.map((name) => targetOf(root, name)));
  const lab = targets.has("lab");
  const tools = offline
    ? await prepareTools(process.env, { lab, programs: false, aws: false })
    : await prepare(process.env, { lab, programs: false, aws: targets.has("aws") });
  say(`ready: ${tools.summary}`);
  return tools;
}

const forget = (folder: string): void => {
  fs.rmSync(folder, { recursive: true, force: true });
};

/**
 * When somebody stops us, what runs ends first, and nothing else begins: it would write into a folder that is gone
 * already. A second signal ends everything at once.
 */
function stopOnSignals() {
  let by: NodeJS.Signals | undefined;
  const stop = (signal: NodeJS.Signals) => {
    by = signal;
    say("stopping what runs");
    // As Pulumi wants to be stopped, whatever we were told.
    signalRunning("SIGINT");
  };
  // The cache's own listeners would end us at once; what they clean up is done by now.
  const former = (["SIGINT", "SIGTERM", "SIGHUP"] as const).map((signal) => {
    const listeners = process.listeners(signal);
    process.once(signal, stop);
    for (const listener of listeners) process.removeListener(signal, listener);
    return { signal, listeners };
  });
  return {
    check(): void {
      if (by !== undefined) throw new Error("it was stopped");
    },
    end(): void {
      for (const { signal, listeners } of former) {
        for (const listener of listeners) process.on(signal, listener);
        process.removeListener(signal, stop);
      }
      if (by !== undefined) process.exit(128 + constants.signals[by]);
    },
  };
}
