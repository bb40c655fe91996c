import type { StackFile } from "../../../stacks/config/file.ts";
import { run } from "../../toolchain/command.ts";
import { root } from "../../toolchain/toolchain.ts";

/** Runs git in this repository. */
export const git = (...args: readonly string[]) => run("git", ["-C", root, ...args]);

/** The commit that is checked out; undefined where what is on disk differs from it, or there is no git. */
export async function currentCommit(): Promise<string | undefined> {
  const [head, status] = await Promise.all([git("rev-parse", "HEAD"), git("status", "--porcelain")]);
  return head.code === 0 && status.code === 0 && status.stdout.trim() === "" ? head.stdout.trim() : undefined;
}

/** An environment's stack file at a commit; undefined where there was none. */
export async function stackFileAt(commit: string, environment: string): Promise<StackFile | undefined> {
  const path = `stacks/Pulumi.${environment}.yaml`;
  const { code, stdout } = await git("show", `${commit}:./${path}`);
  return code === 0 ? { environment, path, text: stdout } : undefined;
}
