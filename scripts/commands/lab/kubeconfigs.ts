import type { Kubeconfigs } from "../../../components/engine/kubernetes/breach/index.ts";
import { lastLines, run } from "../../toolchain/command.ts";
import { prepare, root } from "../../toolchain/toolchain.ts";

/** The kubeconfigs that an environment's stack gives out. They are secrets: keep them in memory. */
export async function kubeconfigsOf(name: string): Promise<Kubeconfigs> {
  const { pulumi, variables } = await prepare(process.env);
  const { code, stdout, output } = await run(
    pulumi,
    ["stack", "output", "--stack", name, "--json", "--show-secrets", "--non-interactive"],
    { cwd: root, env: { ...process.env, ...variables } },
  );
  if (code !== 0)
    throw new Error(`the outputs of the stack ${name} cannot be read:\n${lastLines(output, 10)}`);
  const outputs = JSON.parse(stdout) as Partial<Kubeconfigs>;
  const { kubeconfig, teamKubeconfigs } = outputs;
  if (kubeconfig === undefined || teamKubeconfigs === undefined)
    throw new Error(`the stack ${name} has no Kubernetes: run scripts/up ${name} first`);
  return { kubeconfig, teamKubeconfigs };
}
