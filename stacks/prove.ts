import type { Plan } from "../components/plan/index.ts";
import { evidenceOf } from "../components/proof/evidence.ts";
import type { Verdict } from "../components/proof/gate/index.ts";
import { dayOf, judge } from "../components/proof/judge/index.ts";
import type { Resources } from "../components/proof/resource/index.ts";

/** Proves what a stack's program has registered. */
export async function prove(plan: Plan, resources: Resources): Promise<Verdict> {
  const statement = judge(
    plan,
    evidenceOf(plan, resources, "the resources as registered"),
    dayOf(new Date()),
  );
  const holds = statement.leaks.length + statement.missing.length === 0;
  if (holds) return { holds, message: "holds" };
  const { toText } = await import("../components/proof/report/index.ts");
  return { holds, message: toText(statement) };
}
