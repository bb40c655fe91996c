import { list, listSome } from "../../../../components/proof/report/words.ts";
import { changedIn } from "./counts.ts";
import type { EnvironmentReport, Proof, Report } from "./report.ts";
import { shorten } from "./shorten.ts";

/** The worst that a reader has to know of an environment, as words that follow its name. */
export interface Outcome {
  /** After one name, and after several. */
  readonly one: string;
  readonly many: string;
  readonly weight: "broken" | "risky" | "changed" | "quiet";
}

const outcome = (weight: Outcome["weight"], one: string, many: string): Outcome => ({ one, many, weight });

/** From the worst on. */
const outcomes = {
  failed: outcome("broken", "CANNOT BE PREVIEWED", "CANNOT BE PREVIEWED"),
  leaks: outcome("broken", "LEAKS", "LEAK"),
  broken: outcome("broken", "DOES NOT HOLD", "DO NOT HOLD"),
  stillLeaks: outcome("broken", "STILL LEAKS", "STILL LEAK"),
  stillBroken: outcome("broken", "STILL DOES NOT HOLD", "STILL DO NOT HOLD"),
  unproved: outcome("broken", "SKIPS THE PROOF", "SKIP THE PROOF"),
  losesData: outcome("risky", "LOSES DATA", "LOSE DATA"),
  destroys: outcome("risky", "destroys machines", "destroy machines"),
  replaces: outcome("risky", "replaces machines", "replace machines"),
  reaches: outcome("changed", "changes who can reach whom", "change who can reach whom"),
  changes: outcome("changed", "changes", "change"),
  countsAsNew: outcome("changed", "counts as new", "count as new"),
  notBuilt: outcome("quiet", "is not built yet", "are not built yet"),
  same: outcome("quiet", "does not change", "do not change"),
} as const;

const order: readonly Outcome[] = Object.values(outcomes);

export function outcomeOf(environment: EnvironmentReport): Outcome {
  const { outcome: how, failures, proof, risks, counts, against } = environment;
  if (how === "failed" || failures.length > 0) return outcomes.failed;
  if (how === "not built") return outcomes.notBuilt;
  const found = proof?.findings ?? [];
  const has = (kind: "leak" | "missing", isNew: boolean) =>
    found.some((finding) => finding.kind === kind && finding.isNew === isNew);
  if (has("leak", true)) return outcomes.leaks;
  if (has("missing", true)) return outcomes.broken;
  if (has("leak", false)) return outcomes.stillLeaks;
  if (has("missing", false)) return outcomes.stillBroken;
  if (proof?.holds === false) return outcomes.broken;
  if (proof?.skipped !== undefined) return outcomes.unproved;
  const risk = (kind: EnvironmentReport["risks"][number]["kind"]) => risks.some((one) => one.kind === kind);
  if (risk("data lost")) return outcomes.losesData;
  if (risk("machine destroyed")) return outcomes.destroys;
  if (risk("machine replaced")) return outcomes.replaces;
  if (proof !== undefined && changesReach(proof)) return outcomes.reaches;
  if (changedIn(counts) === 0) return outcomes.same;
  return against.kind === "nothing" ? outcomes.countsAsNew : outcomes.changes;
}

export const changesReach = ({ opened, closed, endpoints, gone, assumptions }: Proof): boolean =>
  [opened, closed, endpoints, gone, assumptions].some((lines) => lines.length > 0);

/** An environment with what its report comes to. */
export interface Judged {
  readonly environment: EnvironmentReport;
  readonly outcome: Outcome;
}

/** The worst first, else in their order. */
export const judgedOf = ({ environments }: Pick<Report, "environments">): Judged[] =>
  environments
    .map((environment) => ({ environment, outcome: outcomeOf(environment) }))
    .sort((a, b) => order.indexOf(a.outcome) - order.indexOf(b.outcome));

/** `test LEAKS, dev and demo change`, or where nothing does, `no changes`. */
export function headline(judged: readonly Judged[]): string {
  if (judged.every(({ outcome: { weight } }) => weight === "quiet")) return "no changes";
  return (
    [...Map.groupBy(judged, (one) => one.outcome)]
      // That is so with every change, and its line says it.
      .filter(([found]) => found !== outcomes.notBuilt)
      .map(([{ one, many }, same]) => `${namesOf(same)} ${same.length === 1 ? one : many}`)
      .join(", ")
  );
}

const namesOf = (judged: readonly Judged[]): string =>
  listSome(
    judged.map(({ environment: { name } }) => shorten(name, longestName)),
    mostNames,
  );

const longestName = 60;
const mostNames = 6;

/** `commit 1a2b3c4 since 0a1b2c3, each compared with its state; made offline: without ...`. */
export function comparison({ commit, base, offline }: Report, judged: readonly Judged[]): string {
  const what = [
    ...(commit === undefined
      ? []
      : [`commit ${hash(commit)}${base === undefined ? "" : ` since ${hash(base)}`}`]),
    ...against(judged.filter(({ environment }) => environment.outcome === "previewed")),
  ].join(", ");
  const how = offline
    ? "made offline: without credentials, passphrase and network"
    : "made with the environments' credentials";
  return what === "" ? how : `${what}; ${how}`;
}

function against(compared: readonly Judged[]): string[] {
  const alike = [...Map.groupBy(compared, ({ environment }) => environment.against.text)];
  const [first, ...others] = alike.map(([text, same]) => ({
    text: shorten(text, 200),
    names: namesOf(same),
  }));
  if (first === undefined) return [];
  if (others.length === 0) return [`${compared.length > 1 ? "each " : ""}compared with ${first.text}`];
  return [`compared with ${list([first, ...others].map(({ text, names }) => `${text} (${names})`))}`];
}

const hash = (text: string) =>
  /^[0-9a-f]{12,64}$/.test(text) ? text.slice(0, 10) : shorten(text, longestName);
