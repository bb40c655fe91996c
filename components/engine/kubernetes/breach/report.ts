import type { Plan } from "../../../plan/index.ts";
import type { AccessResult } from "./access.ts";
import { placementAttempts } from "./attempt.ts";
import type { PlacementResult } from "./placement.ts";

/** What became of all attempts to get out of a compartment. */
export interface Breaches {
  readonly placement: readonly PlacementResult[];
  readonly access: readonly AccessResult[];
  readonly millis: number;
}

const held: readonly string[] = ["refused", "waiting", "allowed"];
const hasHeld = ({ outcome }: PlacementResult | AccessResult): boolean => held.includes(outcome);

/** The attempts that did not end as they have to. */
export const surprisesOf = ({ placement, access }: Breaches) => ({
  placement: placement.filter((result) => !hasHeld(result)),
  access: access.filter((result) => !hasHeld(result)),
});

const mostLines = 40;

/** What was tried, for people. */
export function describeBreaches(plan: Plan, breaches: Breaches): string {
  const { placement, access, millis } = breaches;
  const surprises = surprisesOf(breaches);
  const lines = [
    ...surprises.placement.map(
      ({ namespace, attempt, other, outcome, detail }) =>
        `${wordsOf[outcome]}: a pod of ${namespace} with ${attempt.what} (${other}): ${detail}`,
    ),
    ...surprises.access.map(
      ({ group, attempt, outcome, detail }) =>
        `${wordsOf[outcome]}: the team of ${group}, ${attempt.what} in ${attempt.where}: ${detail}`,
    ),
  ];
  const more = lines.length - mostLines;
  return [
    `${placement.length} pods asked for another collection's nodes, ${access.length} requests were made as the teams, in ${Math.round(millis)} ms; each once more with the defence off`,
    "",
    ...placementMatrix(placement),
    "refused: not created; waiting: created, and no node takes it",
    "",
    ...accessMatrix(plan, access),
    "own: works as it has to, and the compartment itself is not theirs to change; -: everything is refused",
    "",
    ...(lines.length === 0
      ? ["no surprises: pods stay on their own collection's nodes, teams in their own namespaces"]
      : [
          `${lines.length} surprise${lines.length === 1 ? "" : "s"}`,
          ...lines.slice(0, mostLines).map((line) => `  ${line}`),
          ...(more > 0 ? [`  and ${more} more, which --json has`] : []),
        ]),
    "",
  ].join("\n");
}

const wordsOf: Readonly<Record<PlacementResult["outcome"] | AccessResult["outcome"], string>> = {
  refused: "refused",
  waiting: "waiting",
  allowed: "allowed",
  there: "breach",
  open: "breach",
  closed: "closed, though it is theirs",
  untold: "cannot be told",
};

function placementMatrix(results: readonly PlacementResult[]): string[] {
  const byNamespace = Map.groupBy(results, ({ namespace }) => namespace);
  return table([
    ["pods of", ...placementAttempts.map(({ name }) => name)],
    ...[...byNamespace].map(([namespace, own]) => [
      namespace,
      ...placementAttempts.map(({ name }) => {
        const outcome = own.find(({ attempt }) => attempt.name === name)?.outcome ?? "";
        return held.includes(outcome) ? outcome : outcome === "there" ? "BREACH" : "?";
      }),
    ]),
  ]);
}

function accessMatrix({ namespaces }: Plan, results: readonly AccessResult[]): string[] {
  const places = [...namespaces.map(({ name }) => name), "cluster"];
  const byGroup = Map.groupBy(results, ({ group }) => group);
  return table([
    ["team of", ...places],
    ...[...byGroup].map(([group, own]) => [
      group,
      ...places.map((place) => cell(own.filter(({ attempt }) => attempt.where === place))),
    ]),
  ]);
}

function cell(results: readonly AccessResult[]): string {
  const count = (outcome: AccessResult["outcome"]) =>
    results.filter((result) => result.outcome === outcome).length;
  if (count("open") > 0) return `BREACH ${count("open")}`;
  if (count("closed") > 0) return `closed ${count("closed")}`;
  if (count("untold") > 0) return `? ${count("untold")}`;
  return count("allowed") > 0 ? "own" : "-";
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((text, column) => (widths[column] = Math.max(widths[column] ?? 0, text.length)));
  return rows.map((row) =>
    row
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

/** The same for programs, with every attempt. */
export const breachesJson = ({ placement, access, millis }: Breaches) => ({
  millis,
  placement: placement.map(({ attempt, ...result }) => ({ ...result, attempt: attempt.name })),
  access: access.map(({ group, attempt, outcome, detail }) => ({
    group,
    where: attempt.where,
    attempt: attempt.what,
    outcome,
    detail,
  })),
});
