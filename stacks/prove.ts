import type { Plan } from "../components/plan/index.ts";
import { evidenceOf } from "../components/proof/evidence.ts";
import type { Verdict } from "../components/proof/gate/index.ts";
import { dayOf, judge, locate } from "../components/proof/judge/index.ts";
import type { Resources } from "../components/proof/resource/index.ts";
import type { Statement } from "../components/proof/statement/index.ts";

/** Proves what a stack's program has registered. */
export async function prove(plan: Plan, resources: Resources): Promise<Verdict> {
  const statement = judge(
    plan,
    await evidenceOf(plan, resources, "the resources as registered"),
    dayOf(new Date()),
  );
  if (statement.leaks.length + statement.missing.length === 0)
    return { holds: true, message: inShort(statement) };
  const [{ toFailure }, { finderIn, readStackFile }] = await Promise.all([
    import("../components/proof/report/index.ts"),
    import("./config/file.ts"),
  ]);
  const find = finderIn(await readStackFile(plan.environment));
  return { holds: false, message: toFailure(locate(statement, find)) };
}

function inShort({ layers, exceptions }: Statement): string {
  const count = (number: number, word: string) => `${number} ${word}${number === 1 ? "" : "s"}`;
  const sizes = layers.map(({ name, endpoints }) => count(endpoints.length, name.replace(/s$/, "")));
  return `holds: ${[...sizes, count(exceptions.length, "exception")].join(", ")}`;
}
