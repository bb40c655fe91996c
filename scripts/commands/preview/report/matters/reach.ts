import { changesReach } from "../outcome.ts";
import type { EnvironmentReport, Proof } from "../report.ts";
import { plainItems, type Section } from "./section.ts";

/** Who can reach whom that could not before, and the other way round. */
export function reachSections(proof: Proof, environment: EnvironmentReport): Section[] {
  const { holds, skipped, opened, closed, endpoints, gone, assumptions } = proof;
  const items = plainItems([
    ...opened,
    ...closed,
    ...endpoints,
    ...gone.map((text) => `no longer found: ${text}`),
    ...assumptions.map((text) => `now taken for granted: ${text}`),
  ]);
  const verdict =
    holds === null ? "nothing was proved" : holds ? "the proof holds" : "the proof does not hold";
  return [
    ...(skipped === undefined
      ? []
      : [
          {
            kind: "reach" as const,
            title: `BULKHEAD_SKIP_PROOF is set, so that no leak stops an up: ${skipped}`,
            items: [],
          },
        ]),
    {
      kind: "reach",
      title: changesReach(proof)
        ? `Who can reach whom; ${verdict}`
        : `${upper(verdict)}; ${sameAsBefore(environment)}`,
      items,
    },
  ];
}

const sameAsBefore = ({ counts, against }: EnvironmentReport): string =>
  against.kind === "nothing" || counts.same + counts.update + counts.replace + counts.delete === 0
    ? "there is nothing that it could be compared with"
    : "nobody can reach more or less than before";

const upper = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
