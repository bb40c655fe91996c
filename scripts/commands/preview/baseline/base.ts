import fs from "node:fs";
import { join } from "node:path";
import { run } from "../../../toolchain/command.ts";
import { root } from "../../../toolchain/toolchain.ts";
import type { Step } from "../changes/index.ts";
import { accountOfRun, runProgram } from "../engine/index.ts";
import { git } from "../git.ts";
import type { Before } from "../proof.ts";
import type { EnvironmentReport } from "../report/index.ts";
import type { Request } from "../request.ts";
import { planned } from "./baseline.ts";
import { offlinePlace } from "./offline.ts";
import type { UsedBefore } from "./state.ts";

/**
 * The files that a change starts from, in a folder of their own; undefined where they cannot be run here, since they
 * want other packages than those that are installed.
 */
export async function extractBase(commit: string, folder: string): Promise<string | undefined> {
  const lock = await git("show", `${commit}:./package-lock.json`);
  if (lock.code !== 0 || lock.stdout !== fs.readFileSync(join(root, "package-lock.json"), "utf8"))
    return undefined;
  fs.mkdirSync(folder, { recursive: true });
  const archive = join(folder, "base.tar");
  const packed = await git("archive", "--format=tar", `--output=${archive}`, commit, ".");
  if (packed.code !== 0) return undefined;
  const tree = join(folder, "tree");
  fs.mkdirSync(tree);
  const { code } = await run("tar", ["-xf", archive, "-C", tree]);
  if (code !== 0) return undefined;
  fs.symlinkSync(fs.realpathSync(join(root, "node_modules")), join(tree, "node_modules"));
  return tree;
}

export interface Base {
  readonly steps: readonly Step[];
  readonly before: Before;
  readonly limits: UsedBefore;
  readonly against: EnvironmentReport["against"];
}

/** What the commit that the change starts from would make of nothing; undefined where that cannot be had. */
export async function previewBase(request: Request): Promise<Base | undefined> {
  const { name, tools, folder, base, oldFile, today, now } = request;
  const tree = await base?.tree();
  if (base === undefined || tree === undefined || oldFile === undefined) return undefined;
  const plan = planned(oldFile);
  if (plan === undefined) return undefined;
  now(`previewing ${base.commit.slice(0, 7)}`);
  const own = join(folder, "base");
  const ran = await runProgram(request, offlinePlace(tools, own, name, undefined, tree), "old");
  const steps = ran.previewed.digest?.steps;
  if (ran.previewed.code !== 0 || steps === undefined || steps === null) return undefined;
  return {
    steps,
    before: { account: await accountOfRun(ran, plan, today), byOwnFile: true },
    limits: new Map(plan.limits.map(({ what, used }) => [what, used])),
    against: {
      kind: "base",
      text: `what ${base.commit.slice(0, 7)} would make, since there is no state here`,
    },
  };
}
