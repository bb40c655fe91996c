import { count, list, listSome } from "../../../../../components/proof/report/words.ts";
import type { Risk } from "../report.ts";
import type { Section } from "./section.ts";

/** What reverting the change does not bring back. */
export const riskSections = (risks: readonly Risk[]): Section[] =>
  (["data lost", "machine destroyed", "machine replaced"] as const).flatMap((kind): Section[] => {
    const same = risks.filter((risk) => risk.kind === kind);
    return same.length === 0
      ? []
      : [
          {
            kind: kind === "data lost" ? "data" : "machine",
            title: titles[kind](same.length),
            items: [...Map.groupBy(same, sameFate).values()].map((alike) => ({
              text: wordsOf(alike as [Risk, ...Risk[]]),
              rows: [],
            })),
          },
        ];
  });

const titles: Readonly<Record<Risk["kind"], (number: number) => string>> = {
  "data lost": () => "Data that will be lost",
  "machine destroyed": (number) => `${count(number, "machine")} will be destroyed`,
  "machine replaced": (number) => `${count(number, "machine")} will be replaced`,
};

/** Of many machines that share one, a reader needs it once. */
const sameFate = ({ detail, because }: Risk) => JSON.stringify([detail, because]);

function wordsOf(alike: readonly [Risk, ...Risk[]]): string {
  const [{ detail, because }] = alike;
  return `${listSome(
    alike.map(({ what }) => what),
    mostNames,
  )}: ${detail}${because.length === 0 ? "" : ` (forced by ${list(because)})`}`;
}

// All of them stand among the changes.
const mostNames = 12;
