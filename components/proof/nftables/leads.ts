import type { ChainName, Ruleset, Statement } from "./ruleset.ts";

/** What a rule's matches and maps look at. */
export const lookedAt = (expr: readonly Statement[]): readonly unknown[] =>
  expr.flatMap((statement) => {
    const { match, vmap } = statement as { match?: { left?: unknown }; vmap?: { key?: unknown } };
    return [match?.left, vmap?.key].flatMap((left) => {
      const { concat } = (left ?? {}) as { concat?: readonly unknown[] };
      return left === undefined ? [] : (concat ?? [left]);
    });
  });

/** The chains that a rule's verdicts lead to. */
export function targetsOf(ruleset: Ruleset, chain: ChainName, expr: readonly Statement[]): string[] {
  return expr.flatMap((statement) => {
    const [kind, what] = Object.entries(statement)[0] ?? [];
    if (kind === "jump" || kind === "goto") return [String((what as { target?: unknown }).target)];
    if (kind !== "vmap") return [];
    const { data } = what as { data?: unknown };
    const verdicts =
      typeof data === "string"
        ? (ruleset.setOf(chain, data.slice(1))?.elements ?? []).map((element) => element.data)
        : ((data as { set?: readonly [unknown, unknown][] } | undefined)?.set ?? []).map(
            ([, verdict]) => verdict,
          );
    return targetsOf(ruleset, chain, verdicts as readonly Statement[]);
  });
}
