import { count } from "../../../../../components/proof/report/words.ts";
import { changedIn } from "../counts.ts";
import { changesReach } from "../outcome.ts";
import type { EnvironmentReport } from "../report.ts";
import { exceptionSections } from "./exceptions.ts";
import { failureSections } from "./failures.ts";
import { findingSections } from "./findings.ts";
import { limitSections } from "./limits.ts";
import { reachSections } from "./reach.ts";
import { riskSections } from "./risks.ts";
import { plainItems, type Section } from "./section.ts";

/** What a reviewer has to know of an environment before anything else, in the order in which it is read. */
export function mattersOf(environment: EnvironmentReport): Section[] {
  const { failures, proof, risks, limits, notes, against } = environment;
  return [
    ...failureSections(failures),
    ...(proof === undefined
      ? []
      : [
          ...findingSections(proof.findings, against.kind !== "nothing"),
          ...reachSections(proof, environment),
          ...exceptionSections(proof.exceptions),
        ]),
    ...riskSections(risks),
    ...limitSections(limits),
    ...(notes.length === 0
      ? []
      : [{ kind: "note" as const, title: count(notes.length, "note"), items: plainItems(notes) }]),
  ];
}

/** Whether nothing changes and nothing needs anybody, so that one line says it all. */
export function isQuiet({ outcome, failures, proof, risks, counts }: EnvironmentReport): boolean {
  if (outcome === "failed" || failures.length > 0) return false;
  if (outcome === "not built") return true;
  if (changedIn(counts) > 0 || risks.length > 0) return false;
  return (
    proof === undefined ||
    (proof.holds !== false &&
      proof.skipped === undefined &&
      proof.findings.length === 0 &&
      !changesReach(proof) &&
      exceptionSections(proof.exceptions).length === 0)
  );
}
