import type { Opening } from "../network/index.ts";
import type { Facts } from "./facts.ts";

/** What connects an AWS network to others, as far as it is known to be there. */
export const openingsOf = ({ vpcs, peerings, interfaces }: Facts): Opening[] => [
  ...interfaces
    .filter(({ hasPublic }) => hasPublic !== "no")
    .map(({ id, endpoint, kind, hasPublic }): Opening => {
      const text = `${hasPublic === "sure" ? "a" : "perhaps a"} public address of the ${kind} ${endpoint}`;
      return { kind: "public address", id: endpoint, text, origin: { id, text } };
    }),
  ...interfaces
    .filter(({ checksSource }) => checksSource !== "sure")
    .map(({ id, endpoint, kind, checksSource }): Opening => {
      const text = `the source/destination check of the ${kind} ${endpoint}, which ${checksSource === "no" ? "is" : "may be"} off`;
      return { kind: "any address", id: endpoint, text, origin: { id, text } };
    }),
  ...vpcs
    .filter(({ internet, egressOnly }) => internet === "sure" || egressOnly === "sure")
    .map(({ id }): Opening => {
      const text = `the internet gateway of ${id}`;
      return { kind: "internet", id, text, origin: { id, text } };
    }),
  ...vpcs.flatMap(({ id, links }) =>
    links.flatMap(({ why, to, origin }): Opening[] =>
      to === undefined
        ? []
        : [
            {
              kind: "network",
              id: to,
              text: `a way from ${id} to ${to}`,
              origin: { id: origin ?? to, text: why },
            },
          ],
    ),
  ),
  ...peerings
    .filter(({ active }) => active !== "no")
    .map(({ id }): Opening => ({ kind: "network", id, text: `peering ${id}`, origin: { id, text: id } })),
];
