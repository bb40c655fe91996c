import { exactly, type Ends, type Known } from "../network/index.ts";
import {
  readStatements,
  type Alternative,
  type ListedSet,
  type Statement,
  type Verdict,
} from "../nftables/index.ts";
import { noAddress, showCidrs, subtractAddresses, type Addresses, type Packets } from "../space/index.ts";

import { isGroup } from "../../lab/rule.ts";

/** How the provider names a rule that a refresh has found and that it did not make: with nft's own JSON. */
const prefix = "by hand: ";

export interface RuleByHand {
  readonly from: Known<Ends>;
  readonly to: Known<Ends>;
  readonly packets: Known<Packets>;
  readonly verdict: Verdict;
}

/** Reads such a rule's text; undefined where it is none, or not to be understood. */
export function readByHand(
  text: string,
  membersOf: (group: string) => Known<Ends>,
): readonly RuleByHand[] | undefined {
  if (!text.startsWith(prefix)) return undefined;
  let expr: readonly Statement[];
  try {
    expr = JSON.parse(text.slice(prefix.length)) as readonly Statement[];
  } catch {
    return undefined;
  }
  if (!Array.isArray(expr)) return undefined;
  const { steps, rewrites } = readStatements(expr, {
    setOf: (name) => setOf(isGroup(name) ? membersOf(name) : undefined),
    isTracked: true,
  });
  if (rewrites) return undefined;
  return steps.map(({ matches, verdict }) => ({ ...endsOf(matches), verdict }));
}

const endsOf = ({ from, to, packets }: Alternative) => ({
  from: known(from),
  to: known(to),
  packets,
});

const known = ({ sure, maybe }: Known<Addresses>): Known<Ends> =>
  sure === maybe ? exactly({ addresses: sure }) : { sure: { addresses: sure }, maybe: { addresses: maybe } };

/** A group's set in the gateway; what may be in it or not stands as what may go by itself. */
function setOf(members: Known<Ends> | undefined): ListedSet | undefined {
  if (members === undefined) return undefined;
  const { sure, maybe } = members;
  const listed = (set: Addresses | undefined, expires: boolean) =>
    showCidrs(set ?? noAddress).map((cidr) => {
      const [addr = "", len] = cidr.split("/");
      return { value: { prefix: { addr, len: Number(len) } }, expires };
    });
  const more = subtractAddresses(maybe.addresses ?? noAddress, sure.addresses ?? noAddress);
  return {
    elements: [...listed(sure.addresses, false), ...listed(more, true)],
    changes: (maybe.nics?.size ?? 0) > 0,
  };
}
