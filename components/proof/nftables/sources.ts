import type { Chain } from "../network/index.ts";
import {
  everyAddress,
  everyPacket,
  includesAddresses,
  intersectAddresses,
  intervals,
  noAddress,
  subtractAddresses,
  unionAddresses,
  type Addresses,
} from "../space/index.ts";
import { baseChains, seenBy } from "./checkpoints.ts";
import { Chains } from "./chains.ts";
import type { Ruleset } from "./ruleset.ts";

/** The addresses that packets may bear which come by a device: all that no chain before routing stops for certain. */
export function sourcesBy(ruleset: Ruleset, device: string, chains = new Chains(ruleset)): Addresses {
  const hook = "prerouting";
  return baseChains(ruleset, [hook]).reduce((left, base) => {
    const end = base.policy === "drop" ? "deny" : "allow";
    const chain = chains.read(base, end, { hook, receivedBy: device });
    const unseen = subtractAddresses(left, seenBy(base));
    return unionAddresses([unseen, walk(chain, intersectAddresses(left, seenBy(base))).allowed]);
  }, everyAddress);
}

interface Walked {
  readonly allowed: Addresses;
  readonly undecided: Addresses;
}

/** Of some senders those of whom the chain may let any packet pass, and those of whom it may not decide about one. */
function walk(chain: Chain, entering: Addresses): Walked {
  const [allowed, undecided]: [Addresses[], Addresses[]] = [[], []];
  let left = entering;
  for (const { from, to, packets, action } of chain.rules) {
    const some = intersectAddresses(left, from.maybe.addresses ?? noAddress);
    const isOfAll =
      intervals.equals(packets.sure, everyPacket) &&
      includesAddresses(to.sure.addresses ?? noAddress, familiesOf(some));
    const decided = isOfAll ? intersectAddresses(some, from.sure.addresses ?? noAddress) : noAddress;
    if (action === "allow") allowed.push(some);
    if (action === "return") undecided.push(some);
    let back: Addresses = noAddress;
    if (typeof action !== "string") {
      const inner = walk(action, some);
      allowed.push(inner.allowed);
      back = inner.undecided;
    }
    left = unionAddresses([subtractAddresses(left, decided), back]);
  }
  if (chain.otherwise === "allow") allowed.push(left);
  if (chain.otherwise === "return") undecided.push(left);
  return { allowed: unionAddresses(allowed), undecided: unionAddresses(undecided) };
}

/** All addresses to which these may send. */
const familiesOf = ({ v4, v6 }: Addresses): Addresses => ({
  v4: v4.length > 0 ? everyAddress.v4 : [],
  v6: v6.length > 0 ? everyAddress.v6 : [],
});
