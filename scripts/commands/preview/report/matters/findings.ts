import { count, sentence } from "../../../../../components/proof/report/words.ts";
import type { ReportedFinding } from "../report.ts";
import type { Item, Section } from "./section.ts";

/** What leaks and what is missing; what is new is told first, where anything can be new. */
export function findingSections(findings: readonly ReportedFinding[], compared: boolean): Section[] {
  const sections: Section[] = [];
  for (const isNew of [true, false])
    for (const kind of ["leak", "missing"] as const) {
      const found = findings.filter((finding) => finding.kind === kind && finding.isNew === isNew);
      if (found.length === 0) continue;
      sections.push({
        kind: isNew ? "new finding" : "old finding",
        title: titles[kind](found.length, isNew ? (compared ? "new" : "only") : "old"),
        items: found.map(itemOf),
      });
    }
  return sections;
}

type Age = "new" | "old" | "only";

const titles = {
  leak: (number: number, age: Age) =>
    age === "old"
      ? `${count(number, "leak")} that ${number === 1 ? "was" : "were"} there before`
      : count(number, age === "new" ? "new leak" : "leak"),
  missing: (number: number, age: Age) =>
    `${count(number, "requirement")} ${age === "new" ? "no longer met" : age === "old" ? "not met, as before" : "not met"}`,
};

function itemOf({ message, witness, because, wayOut, place }: ReportedFinding): Item {
  return {
    text: message,
    rows: [
      { label: "example", text: witness },
      ...because.map((text) => ({ label: "because", text })),
      ...(wayOut === undefined ? [] : [{ label: "way out", text: sentence(wayOut) }]),
      ...(place === undefined ? [] : [{ label: "place", text: place, code: true as const }]),
    ],
  };
}
