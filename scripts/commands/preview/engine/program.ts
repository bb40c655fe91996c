import { join } from "node:path";
import type { Plan } from "../../../../components/plan/index.ts";
import type { Account } from "../../../../components/proof/report/index.ts";
import { readPlan } from "../../../../components/proof/resource/index.ts";
import { accountIn } from "../proof.ts";
import type { Request } from "../request.ts";
import { previewStack, type Engine, type Previewed } from "./engine.ts";
import { Hearing } from "./hearing.ts";

/** What came of running a program. */
export interface Ran {
  readonly previewed: Previewed;
  readonly hearing: Hearing;
}

/** Runs the program of a place, and hears what it tells. */
export async function runProgram(
  { name, folder, secrets }: Request,
  { engine, options }: { readonly engine: Engine; readonly options: readonly string[] },
  which: string,
): Promise<Ran> {
  const hearing = await Hearing.open(join(folder, which), secrets);
  const env = { ...engine.env, ...hearing.variables };
  const previewed = await previewStack({ ...engine, env }, name, options).finally(() => {
    hearing.close();
  });
  return { previewed, hearing };
}

export const accountOfRun = async (
  { hearing, previewed }: Ran,
  plan: Plan,
  today: string,
): Promise<Account> =>
  hearing.account ?? (await accountIn(plan, readPlan("the preview", previewed.text), "the preview", today));
