import { run, type Finished } from "../../../toolchain/command.ts";
import { root } from "../../../toolchain/toolchain.ts";
import type { Step } from "../changes/index.ts";

/** Where Pulumi works: its program, with the environment that it and all that it starts have. */
export interface Engine {
  readonly pulumi: string;
  readonly env: NodeJS.ProcessEnv;
  /** The files that it runs, where that are not those of this repository as it stands. */
  readonly cwd?: string;
}

export interface Diagnostic {
  readonly urn?: string;
  readonly severity: string;
  readonly message: string;
}

/** What `pulumi preview --json` writes (pkg/display, PreviewDigest). */
export interface Digest {
  readonly steps?: readonly Step[] | null;
  readonly diagnostics?: readonly Diagnostic[] | null;
}

export interface Previewed {
  readonly code: number;
  /** What it wrote, also where it failed; undefined where it never came to that. */
  readonly digest: Digest | undefined;
  readonly text: string;
  readonly output: string;
}

/** Previews a stack as `pulumi preview` does, with every resource, also those that stay. */
export async function previewStack(
  { pulumi, env, cwd = root }: Engine,
  stack: string,
  options: readonly string[],
): Promise<Previewed> {
  const { code, stdout, output } = await run(
    pulumi,
    ["preview", "--stack", stack, "--json", "--show-sames", "--non-interactive", ...options],
    { cwd, env },
  );
  let digest: Digest | undefined;
  try {
    digest = JSON.parse(stdout) as Digest;
  } catch {
    digest = undefined;
  }
  return { code, digest, text: stdout, output };
}

/** A stack's state with its secrets in the clear, which therefore never leaves this process. */
export const exportState = ({ pulumi, env }: Engine, stack: string): Promise<Finished> =>
  run(pulumi, ["stack", "export", "--stack", stack, "--show-secrets", "--non-interactive"], {
    cwd: root,
    env,
  });
