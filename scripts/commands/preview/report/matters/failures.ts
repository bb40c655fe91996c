import type { Failure } from "../report.ts";
import type { Section } from "./section.ts";

export function failureSections(failures: readonly Failure[]): Section[] {
  if (failures.length === 0) return [];
  return [
    {
      kind: "failure",
      title: "What failed",
      items: failures.map(({ message, resource, place }) => {
        const [text = "", ...block] = (message.trim() || "it gave no reason").split(/\r?\n/);
        return {
          text,
          ...(block.length === 0 ? {} : { block }),
          rows: [
            ...(resource === undefined ? [] : [{ label: "resource", text: resource, code: true as const }]),
            ...(place === undefined ? [] : [{ label: "place", text: place, code: true as const }]),
          ],
        };
      }),
    },
  ];
}
