import { isOfConnection } from "./field.ts";
import { lookedAt, targetsOf } from "./leads.ts";
import { statesIn } from "./match.ts";
import type { ChainName, ListedChain, Ruleset, Statement } from "./ruleset.ts";

const [established, opening] = [2, 8];

/**
 * Whether a base chain lets a connection's answers pass where it lets its first packet: because it accepts them before
 * all else, or because it only looks at what answers have in common with that.
 */
export function answersPass(ruleset: Ruleset, base: ListedChain): boolean {
  for (const { expr } of ruleset.rulesOf(base)) {
    const states = statesOf(expr);
    if (states === undefined) break;
    if (states.accepts) return true;
  }
  return connectionOnly(ruleset, base, new Set());
}

/** What a rule says that looks at nothing but states; undefined where it does anything else to answers. */
function statesOf(expr: readonly Statement[]): { readonly accepts: boolean } | undefined {
  const rest = expr.filter((statement) => !("counter" in statement));
  const [first, verdict, ...more] = rest as readonly {
    match?: { op?: unknown; left?: unknown; right?: unknown };
    vmap?: { key?: unknown; data?: { set?: readonly [unknown, Statement][] } };
  }[];
  if (first === undefined) return { accepts: false };
  if (isState(first.vmap?.key) && rest.length === 1) {
    const found = first.vmap?.data?.set?.find(([state]) => statesIn(state)?.includes(established) === true);
    if (found === undefined) return { accepts: false };
    return "accept" in found[1] ? { accepts: true } : undefined;
  }
  if (!isState(first.match?.left) || (first.match?.op !== "in" && first.match?.op !== "==")) return undefined;
  const states = statesIn(first.match.right);
  if (states === undefined) return undefined;
  if (!states.some((bits) => (bits & established) !== 0)) return { accepts: false };
  return verdict !== undefined && "accept" in verdict && more.length === 0 ? { accepts: true } : undefined;
}

const isState = (left: unknown): boolean => {
  const { ct } = (left ?? {}) as { ct?: { key?: string } };
  return ct?.key === "state";
};

/** Whether a rule is neither about first packets nor about answers. */
function isAboutNeither(expr: readonly Statement[]): boolean {
  const [first] = expr as readonly { match?: { op?: unknown; left?: unknown; right?: unknown } }[];
  if (!isState(first?.match?.left) || first?.match?.op !== "in") return false;
  return statesIn(first.match.right)?.every((bits) => (bits & (established | opening)) === 0) === true;
}

/** Whether all rules that a chain leads to look at nothing in which answers differ from the first packet. */
function connectionOnly(ruleset: Ruleset, chain: ChainName, seen: Set<string>): boolean {
  if (seen.has(chain.name)) return true;
  seen.add(chain.name);
  return ruleset.rulesOf(chain).every(({ expr }) => {
    if (isAboutNeither(expr)) return true;
    return (
      lookedAt(expr).every(isOfConnection) &&
      targetsOf(ruleset, chain, expr).every((name) => connectionOnly(ruleset, { ...chain, name }, seen))
    );
  });
}

/** Whether the machine tracks connections at all: a rule that asks of one makes it. */
export const tracks = (ruleset: Ruleset): boolean =>
  ruleset.chains.some(
    (chain) =>
      chain.type === "nat" || ruleset.rulesOf(chain).some(({ expr }) => JSON.stringify(expr).includes('"ct')),
  );
