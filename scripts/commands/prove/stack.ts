import { lastLines, run } from "../../toolchain/command.ts";
import { prepare, root } from "../../toolchain/toolchain.ts";

/** What `pulumi stack export` writes; its secrets stay encrypted. */
export async function exportStack(name: string): Promise<string> {
  const { pulumi, variables } = await prepare(process.env);
  const { code, stdout, output } = await run(
    pulumi,
    ["stack", "export", "--stack", name, "--non-interactive"],
    {
      cwd: root,
      env: { ...process.env, ...variables },
    },
  );
  if (code !== 0) throw new Error(`the state of the stack ${name} cannot be read:\n${lastLines(output, 10)}`);
  return stdout;
}
