import { lastLines } from "../../../toolchain/command.ts";
import { UserError } from "../../../toolchain/report.ts";
import { exportState, type Engine } from "../engine/index.ts";
import { gatherSecrets, type Secrets } from "../secrets/index.ts";
import type { Deployment } from "./scrub.ts";

/** What a stack has; undefined where there is none. Its secrets are kept out of all that is shown from then on. */
export async function stateOf(
  engine: Engine,
  name: string,
  secrets: Secrets,
): Promise<Deployment | undefined> {
  const { code, stdout, output } = await exportState(engine, name);
  if (code !== 0) {
    if (output.includes("no stack named")) return undefined;
    throw new UserError(`the state of ${name} cannot be read:\n${lastLines(output, 10)}`);
  }
  const { deployment } = JSON.parse(stdout) as { readonly deployment?: Deployment | null };
  gatherSecrets(secrets, deployment);
  return deployment ?? {};
}

/** How much of each limit was used, by what it is a limit of. */
export type UsedBefore = ReadonlyMap<string, number>;

/** As the stack's outputs tell. */
export function usedBefore(deployment: Deployment | undefined): UsedBefore {
  const stack = deployment?.resources?.find(({ type }) => type === "pulumi:pulumi:Stack");
  const { limits = {} } = (stack?.["outputs"] ?? {}) as { limits?: Readonly<Record<string, unknown>> };
  return new Map(
    Object.entries(limits).flatMap(([what, text]) => {
      const used = /^(\d+) of \d+$/.exec(String(text))?.[1];
      return used === undefined ? [] : [[what, Number(used)] as const];
    }),
  );
}
