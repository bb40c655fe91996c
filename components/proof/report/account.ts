import type { Passage, Statement } from "../statement/index.ts";
import { closedWords, describeDiff, openedWords, type ProofDiff, type Reason } from "./diff.ts";
import { toJson, type ProofJson } from "./json.ts";
import { drawLayer } from "./map.ts";
import { shareCells } from "./passages.ts";
import { settled } from "./symbol.ts";

/** A statement as plain data, with what a comparison needs to say why, so that another process can make it. */
export interface Account {
  readonly report: ProofJson;
  /** What passes between parties, and why. */
  readonly passages: readonly SharedPassage[];
  /** Addresses outside, which have no endpoints: each party's CIDR blocks, by its name. */
  readonly outside: Readonly<Record<string, readonly string[]>>;
  /** Each layer's map in Mermaid, by the layer's name; absent where it would be too large. */
  readonly maps: Readonly<Record<string, string>>;
}

/** The same between each of some and each of others. */
export interface SharedPassage extends Pick<Passage, "state" | "traffic" | "why" | "owner"> {
  readonly ends: readonly { readonly from: readonly string[]; readonly to: readonly string[] }[];
  /** The rules that let it pass, in words. */
  readonly rules: readonly string[];
}

export function accountOf(statement: Statement): Account {
  const layers = statement.layers.map(settled);
  const drawn = layers.map((layer) => [layer.name, drawLayer(layer)] as const);
  return {
    report: JSON.parse(toJson(statement)) as ProofJson,
    passages: layers.flatMap((layer) =>
      shareCells(layer).flatMap(({ passages, ends }) =>
        passages.map(({ state, traffic, why, owner, rules }) => ({
          state,
          traffic,
          ...(why === undefined ? {} : { why }),
          ...(owner === undefined ? {} : { owner }),
          ends,
          rules: rules.map(({ text }) => text),
        })),
      ),
    ),
    outside: Object.fromEntries(
      layers.flatMap(({ parties }) =>
        parties.filter(({ kind }) => kind === "outside").map(({ name, addresses }) => [name, addresses]),
      ),
    ),
    maps: Object.fromEntries(
      drawn.filter((entry): entry is [(typeof entry)[0], string] => entry[1] !== undefined),
    ),
  };
}

export interface AccountDiff extends ProofDiff {
  /** Sentences with reasons: `ag1 can now reach ag2 on tcp/5432, because ...`. */
  readonly openedWords: readonly string[];
  readonly closedWords: readonly string[];
}

/** What one environment's account has that an earlier one has not, and the other way round, with why. */
export function compareAccounts(before: Account, after: Account): AccountDiff {
  const [had, has] = [passagesBetween(before), passagesBetween(after)];
  const opens: Reason = (from, to) => {
    const [now, old] = [has(from, to), had(from, to)];
    const known = new Set(old.map(whatPasses));
    const fresh = now.filter((passage) => !known.has(whatPasses(passage)));
    return reasons(fresh.length === 0 ? now : fresh);
  };
  const closes: Reason = (from, to) => {
    const left = new Set(has(from, to).map(whatPasses));
    const gone = had(from, to).filter((passage) => !left.has(whatPasses(passage)));
    const why = reasons(gone);
    return why === undefined ? undefined : `nothing asks for it any more (it was: ${why})`;
  };
  const diff = describeDiff(before.report, after.report, { opens, closes });
  return { ...diff, openedWords: openedWords(diff), closedWords: closedWords(diff) };
}

const whatPasses = ({ state, traffic, why, owner }: SharedPassage) =>
  JSON.stringify([state, traffic, why, owner]);

/** Why passages pass: what people wrote, or where nobody meant them to, the rules. */
function reasons(passages: readonly SharedPassage[]): string | undefined {
  const all = passages.map(({ state, why, owner, rules }) => {
    if (state === "leak" || why === undefined)
      return rules.length === 0 ? undefined : `of ${rules.join(" and ")}`;
    return owner === undefined ? why : `${why} (${owner})`;
  });
  const some = [...new Set(all.filter((reason) => reason !== undefined))];
  if (some.length === 0) return undefined;
  return some.length <= 2 ? some.join("; ") : `${some[0] ?? ""}; and ${some.length - 1} more reasons`;
}

/** What passes between the parties of two endpoints or blocks outside. */
function passagesBetween({
  report,
  passages,
  outside,
}: Account): (from: string, to: string) => readonly SharedPassage[] {
  const parties = new Map(report.endpoints.map(({ id, party }) => [id, party ?? id]));
  for (const [party, blocks] of Object.entries(outside))
    for (const block of blocks) if (!parties.has(block)) parties.set(block, party);
  const byEnds = new Map<string, SharedPassage[]>();
  for (const passage of passages)
    for (const { from, to } of passage.ends)
      for (const one of from)
        for (const other of to) {
          const key = JSON.stringify([one, other]);
          const own = byEnds.get(key);
          if (own === undefined) byEnds.set(key, [passage]);
          else own.push(passage);
        }
  return (from, to) => byEnds.get(JSON.stringify([parties.get(from) ?? from, parties.get(to) ?? to])) ?? [];
}
