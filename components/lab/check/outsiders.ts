import {
  contains,
  parseBlock,
  showAddress,
  sizeOf,
  type Block,
  type Outsider,
  type Plan,
} from "../../plan/index.ts";
import type { Random } from "./random.ts";

/** Addresses to probe from and to outside: one of each block that a flow names, and one that none does. */
export function pickOutsiders(
  { flows, network }: Pick<Plan, "flows" | "network">,
  random: Random,
): Outsider[] {
  const names = new Map<string, string>();
  for (const end of flows.flatMap(({ from, to }) => [from, to]))
    if (end.kind === "outside") for (const block of end.addresses) names.set(block, end.name);
  const named = [...names].map(([block, name]) => ({ address: addressIn(parseBlock(block), random), name }));
  const taken = [...names.keys(), network.cidr, network.podCidr, network.serviceCidr].map(parseBlock);
  const free = elsewhere.find((address) => {
    const own = parseBlock(`${address}/32`);
    return !taken.some((block) => contains(block, own));
  });
  const all = free === undefined ? named : [...named, { address: free, name: "elsewhere" }];
  return [...new Map(all.map((outsider) => [outsider.address, outsider])).values()];
}

/** Not the first and the last, which are a network's own and its broadcast address. */
const addressIn = (block: Block, random: Random): string =>
  showAddress(block.prefix > 30 ? block.start : block.start + random.between(1, sizeOf(block.prefix) - 2));

/** The networks of RFC 5737, which are nobody's, and where a stack file names these as well, whatever is left. */
const elsewhere: readonly string[] = [
  "203.0.113.99",
  "198.51.100.99",
  "192.0.2.99",
  ...Array.from({ length: 99 }, (_, index) => `${index + 11}.0.0.99`),
];
