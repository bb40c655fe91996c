import { run } from "../../../toolchain/command.ts";
import { isCode, UserError } from "../../../toolchain/report.ts";

export interface Changed {
  /** The commit that both sides have in common. */
  readonly base: string;
  /** Paths from the root that differ from it on disk: both names of what was renamed, and files that git does not know yet. */
  readonly files: ReadonlySet<string>;
}

/** What differs from where a branch or commit and this one parted. */
export async function changedSince(root: string, base: string): Promise<Changed> {
  const git = async (...args: readonly string[]) => {
    const { code, stdout, output } = await run("git", ["-C", root, ...args]).catch((error: unknown) => {
      if (!isCode(error, "ENOENT")) throw error;
      throw new UserError(
        `--changed ${base}: git, which tells what has changed, is not on PATH; install it, or name the environments`,
      );
    });
    return { ok: code === 0, text: stdout, output: output.trim() };
  };
  const [known, inside] = await Promise.all([
    git("rev-parse", "--verify", "--quiet", "--end-of-options", `${base}^{commit}`),
    git("rev-parse", "--is-shallow-repository"),
  ]);
  if (!inside.ok)
    throw new UserError(`--changed ${base}: ${root} is no git repository, so nothing tells what has changed`);
  const shallow = inside.text.trim() === "true";
  if (!known.ok)
    throw new UserError(
      `--changed ${base}: there is no such commit, branch or tag here; fetch it first${shallow ? `, and its history: ${deepen}` : `, for example: git fetch origin ${base.replace(/^origin\//, "")}`}`,
    );
  const parted = await git("merge-base", known.text.trim(), "HEAD");
  if (!parted.ok)
    throw new UserError(
      `--changed ${base}: it and what is checked out have no commit in common${shallow ? `, as far as this shallow clone tells: ${deepen}` : ""}`,
    );
  const commit = parted.text.trim();
  const [differ, unknown] = await Promise.all([
    // Without renames, both names are listed. Refreshed, what only a filter made differ is not.
    git(
      "-c",
      "diff.autoRefreshIndex=true",
      "diff",
      "--name-only",
      "--no-renames",
      "--relative",
      "-z",
      commit,
    ),
    git("ls-files", "--others", "--exclude-standard", "-z"),
  ]);
  for (const { ok, output } of [differ, unknown])
    if (!ok) throw new UserError(`git cannot tell what has changed since ${base}: ${output}`);
  const names = `${differ.text}${unknown.text}`.split("\0").filter((name) => name !== "");
  return { base: commit, files: new Set(names) };
}

const deepen = "git fetch --unshallow, or in a workflow fetch-depth: 0";
