import type { Plan } from "../components/plan/index.ts";
import { evidenceOf } from "../components/proof/evidence.ts";
import type { Verdict } from "../components/proof/gate/index.ts";
import { dayOf, judge, locate } from "../components/proof/judge/index.ts";
import type { Resources } from "../components/proof/resource/index.ts";
import type { Listener } from "./listener.ts";
import type { Statement } from "../components/proof/statement/index.ts";

/** Proves what a stack's program has registered. Who listens is told what does not hold, and then nothing is stopped. */
export async function prove(plan: Plan, resources: Resources, listener?: Listener): Promise<Verdict> {
  const statement = judge(
    plan,
    await evidenceOf(plan, resources, "the resources as registered"),
    dayOf(new Date()),
  );
  const holds = statement.leaks.length + statement.missing.length === 0;
  if (listener !== undefined) {
    const { accountOf } = await import("../components/proof/report/index.ts");
    await listener.tell({ account: accountOf(statement) });
    return { holds: true, message: holds ? inShort(statement) : "does not hold" };
  }
  if (holds) return { holds, message: inShort(statement) };
  const [{ toFailure }, { finderIn, readStackFile }] = await Promise.all([
    import("../components/proof/report/index.ts"),
    import("./config/file.ts"),
  ]);
  const find = finderIn(await readStackFile(plan.environment));
  return { holds, message: toFailure(locate(statement, find)) };
}

function inShort({ layers, exceptions }: Statement): string {
  const count = (number: number, word: string) => `${number} ${word}${number === 1 ? "" : "s"}`;
  const sizes = layers.map(({ name, endpoints }) => count(endpoints.length, name.replace(/s$/, "")));
  return `holds: ${[...sizes, count(exceptions.length, "exception")].join(", ")}`;
}
