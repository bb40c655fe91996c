import type { Assumption } from "../network/index.ts";
import { everyAddress, intersectAddresses, showCidrs, unionAddresses } from "../space/index.ts";
import { namedBlocks } from "./faces.ts";
import type { Facts } from "./facts.ts";
import type { Tables } from "./tables.ts";

/** What is taken for granted of what VPCs are connected to, and of what is in them. */
export const vpcAssumptions = (facts: Facts): Assumption[] => [
  ...transit(facts),
  ...shared(facts),
  ...publicAddresses(facts),
  ...(facts.relays === undefined
    ? [
        {
          text: "what load balancers pass on is not described: that they pass it on to the right machines, and to no others, is not in this proof",
        },
      ]
    : []),
];

/** What is needed passes by it, and anything else may. */
const transit = ({ tables }: Facts): Assumption[] => {
  const blocks = new Map<string, Set<string>>();
  for (const { to, target } of tables.flatMap(({ routes: own }) => own))
    if (target.kind === "transit" && typeof to === "object") {
      const own = blocks.get(target.id) ?? new Set<string>();
      for (const cidr of showCidrs(to)) own.add(cidr);
      blocks.set(target.id, own);
    }
  return [...blocks].map(([id, own]) =>
    assume(
      id,
      `what transit gateway ${id} carries is not in this proof: it is taken to lead to ${[...own].join(", ")} and back, and may lead anywhere`,
    ),
  );
};

const shared = ({ vpcs: all }: Facts): Assumption[] =>
  all
    .filter((vpc) => vpc.isShared === true)
    .flatMap(({ id }) => [
      assume(
        id,
        `the routes of ${id}, which exists already, are not described: they are taken to lead wherever something has to be reached, and back, and may lead anywhere`,
      ),
      assume(
        id,
        `the network ACLs of ${id}, which exists already, are not described: they are taken to let everything pass`,
      ),
      assume(
        id,
        `what else is in ${id} is not described: others may have any address there, and none is taken to be in these security groups`,
      ),
    ]);

const publicAddresses = (facts: Facts): Assumption[] => {
  const isOpen =
    facts.interfaces.some((one) => one.hasPublic !== "no" && one.publicAddresses.length === 0) ||
    facts.nats.some((nat) => nat.isPublic !== "no" && nat.publicAddresses.length === 0);
  const named = isOpen ? showCidrs(intersectAddresses(unionAddresses(namedBlocks(facts)), everyV4)) : [];
  if (named.length === 0) return [];
  return [
    {
      text: `public addresses that AWS is still to give are its own, and so none of those that rules name (${named.slice(0, 5).join(", ")}${named.length > 5 ? ", ..." : ""})`,
    },
  ];
};

const everyV4 = { v4: everyAddress.v4, v6: [] };

/** As many are named one by one. */
const mostNamed = 3;

/** Subnets of which no network ACL is described. */
export function defaultAcls(facts: Facts, tables: Tables): Assumption[] {
  const open = facts.subnets.filter(({ id, vpc }) => {
    const { one, mayBe } = tables.acl(id);
    return one === undefined && mayBe.length === 0 && !isShared(facts, vpc);
  });
  return [...Map.groupBy(open, ({ vpc }) => vpc)].flatMap(([vpc, own]) =>
    own.length > mostNamed
      ? [
          assume(
            vpc,
            `the network ACLs of ${own.length} subnets of ${vpc} are not described: they are taken for the default one, which allows everything`,
          ),
        ]
      : own.map(({ id }) =>
          assume(
            id,
            `the network ACL of subnet ${id} is not described: it is taken for the default one, which allows everything`,
          ),
        ),
  );
}

/** Whether others may have something in a VPC. */
export const isShared = (facts: Facts, vpc: string): boolean =>
  facts.vpcs.some(({ id, isShared: is }) => id === vpc && is === true);

export const assume = (origin: string, text: string): Assumption => ({ text, origin });
