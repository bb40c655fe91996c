import { management as zone } from "../../../components/plan/index.ts";
import type { Draft } from "../draft.ts";
import type { Problem } from "../problem.ts";
import { machineProblems } from "./machines.ts";

export function managementProblems(draft: Draft): Problem[] {
  const { management, target, engine } = draft;
  const problems: Problem[] = [];
  for (const [role, what, most] of [
    ["managers", "managers agree by majority (Raft)", 7],
    ["registry", "registry replicas agree by majority (RethinkDB)", 7],
  ] as const) {
    const count = management?.[role].count ?? 1;
    if (count % 2 === 0 && count > 0)
      problems.push({
        path: ["management", role, "count"],
        value: count,
        message: `${what}, so an even number survives no more failures than one less; use ${count - 1}${count < most ? ` or ${count + 1}` : ""}`,
      });
  }
  if (management !== undefined)
    for (const role of ["managers", "registry"] as const)
      problems.push(...machineProblems(["management"], { [role]: management[role] }, zone, draft));
  if (target === "lab" && engine === "mke")
    problems.push({
      path: ["engine"],
      value: engine,
      message:
        "the lab runs upstream Kubernetes, since MKE needs a licence and its vendor's images; write kubernetes",
    });
  return problems;
}
