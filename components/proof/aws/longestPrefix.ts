import type { Ends, Known } from "../network/index.ts";
import { hasNoAddress, includesAddresses, subtractAddresses, type Addresses } from "../space/index.ts";
import type { Facts, Route, RouteTable } from "./facts.ts";
import { someone, type Peers } from "./peers.ts";

/** A route with whom it leads to. */
export interface Led {
  readonly to: Known<Ends>;
  /** Whether it is not known what it leads to. */
  readonly isVague: boolean;
  readonly route: Route;
}

/**
 * A table's routes in the order in which they count, the most specific first: a VPC's local routes, and those that are
 * within them, come before what a gateway brought or what is not known
 * (https://docs.aws.amazon.com/vpc/latest/userguide/route-tables-priority.html).
 */
export function longestPrefix(
  { routes }: RouteTable,
  blocks: Addresses,
  lists: ReadonlyMap<string, Facts["lists"][number]>,
  peers: Peers,
): { readonly inside: readonly Led[]; readonly rest: readonly Led[] } {
  const vague: Led[] = [];
  const placed: { led: Led; size: bigint; rank: number; isInside: boolean }[] = [];
  for (const route of routes) {
    const { to } = route;
    const list = typeof to === "string" ? lists.get(to) : undefined;
    if (to === undefined || (typeof to === "string" && (list === undefined || list.isPartial === true)))
      vague.push({ to: someone, isVague: true, route });
    const known = typeof to === "object" ? [to] : (list?.blocks ?? []);
    for (const block of known) {
      const open = route.isPropagated === true ? subtractAddresses(block, blocks) : block;
      if (hasNoAddress(open)) continue;
      placed.push({
        led: { to: peers.block(open), isVague: false, route },
        size: sizeOf(block),
        rank: route.target.kind === "local" ? 0 : typeof to === "object" ? 1 : 2,
        isInside: includesAddresses(blocks, open),
      });
    }
  }
  placed.sort((a, b) => (a.size < b.size ? -1 : a.size > b.size ? 1 : a.rank - b.rank));
  const [inside = [], outside = []] = [true, false].map((is) =>
    placed.filter(({ isInside }) => isInside === is).map(({ led }) => led),
  );
  return { inside, rest: [...vague, ...outside] };
}

/** Blocks of one family alone are ever compared in earnest. */
const sizeOf = ({ v4, v6 }: Addresses): bigint => {
  const [first4, end4] = v4;
  if (first4 !== undefined && end4 !== undefined) return BigInt(end4 - first4);
  const [first6, end6] = v6;
  return first6 !== undefined && end6 !== undefined ? end6 - first6 : 0n;
};
