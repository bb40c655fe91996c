import type { Assumption } from "../network/index.ts";
import { hasNoAddress, intersectAddresses, parseCidr } from "../space/index.ts";
import type { Facts } from "./facts.ts";
import type { Tables } from "./tables.ts";
import { assume, defaultAcls, isShared, vpcAssumptions } from "./vpcAssumptions.ts";

/** What the proof takes for granted of an AWS network. */
export function assumptionsOf(facts: Facts, tables: Tables): Assumption[] {
  return [
    ...facts.assumptions,
    ...always,
    ...groups(facts),
    ...lists(facts),
    ...subnets(facts, tables),
    ...vpcs(facts),
    ...interfaces(facts, new Set(facts.subnets.map(({ id }) => id))),
    ...routes(facts, tables),
    ...vpcAssumptions(facts),
  ];
}

const always: readonly Assumption[] = [
  {
    // https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html and vpc-network-acls.html
    text: "every instance reaches AWS's own name servers (the VPC's second address, 169.254.169.253), metadata, time and licence services, whatever security groups and network ACLs say",
  },
];

const groups = (facts: Facts): Assumption[] => {
  const known = new Set(facts.groups.map(({ id }) => id));
  const worn = new Set(facts.interfaces.flatMap((one) => one.groups));
  const named = new Set(
    [...facts.groups.flatMap(({ ingress, egress }) => [...ingress, ...egress]), ...facts.strays].flatMap(
      ({ peer }) => (peer.kind === "group" ? [peer.id] : []),
    ),
  );
  return [
    ...[...worn]
      .filter((id) => !known.has(id))
      .map((id) => assume(id, `security group ${id} is not described: it may allow anything, or nothing`)),
    ...[...named]
      .filter((id) => !known.has(id) && !worn.has(id))
      .map((id) =>
        assume(id, `security group ${id} is not described: none of these machines is taken to be in it`),
      ),
    ...facts.groups
      .filter(({ isPartial }) => isPartial === true)
      .map(({ id }) => assume(id, `not all rules of security group ${id} are known: it may allow anything`)),
    ...facts.strays.map(({ origin }) =>
      assume(origin.id, `it is not known of which security group this is a rule: it may be one of any's`),
    ),
  ];
};

const lists = (facts: Facts): Assumption[] => {
  const whole = new Set(facts.lists.filter(({ isPartial }) => isPartial !== true).map(({ id }) => id));
  const named = new Set([
    ...facts.groups
      .flatMap(({ ingress, egress }) => [...ingress, ...egress])
      .flatMap(({ peer }) => (peer.kind === "list" ? [peer.id] : [])),
    ...facts.tables.flatMap(({ routes: own }) =>
      own.flatMap(({ to }) => (typeof to === "string" ? [to] : [])),
    ),
  ]);
  return [...named]
    .filter((id) => !whole.has(id))
    .map((id) => assume(id, `not all of prefix list ${id} is known: it may hold any address`));
};

const subnets = (facts: Facts, tables: Tables): Assumption[] => [
  ...defaultAcls(facts, tables),
  ...facts.subnets.flatMap(({ id, vpc }) => {
    if (isShared(facts, vpc)) return [];
    const [acl, table] = [tables.acl(id), tables.table(id)];
    return [
      ...(acl.mayBe.length > 0
        ? [
            assume(
              id,
              `it is not known which network ACL subnet ${id} has: it may allow anything, or nothing`,
            ),
          ]
        : acl.one?.isPartial === true
          ? [
              assume(
                acl.one.id,
                `not all entries of network ACL ${acl.one.id} are known: it may allow anything`,
              ),
            ]
          : []),
      ...(table.one === undefined || table.mayBe.length > 0
        ? [
            assume(
              id,
              `the route table of subnet ${id} is not known: its VPC is reached, and everything else may be`,
            ),
          ]
        : table.one.isPartial === true
          ? [assume(table.one.id, `not all routes of ${table.one.id} are known: they may lead anywhere`)]
          : []),
    ];
  }),
];

const vpcs = (facts: Facts): Assumption[] => [
  ...facts.vpcs.flatMap(({ id, links }) =>
    links.map(({ why }) =>
      assume(id, `${why}: ${id} may reach whatever else may be connected, and be reached by it`),
    ),
  ),
  ...facts.peerings
    .filter(({ active }) => active === "maybe")
    .map(({ id }) => assume(id, `it is not known whether peering ${id} is active: it may be`)),
];

const interfaces = (facts: Facts, known: ReadonlySet<string>): Assumption[] => [
  ...facts.interfaces.flatMap(({ id, subnet, checksSource, inOthers }) => [
    ...(subnet === undefined || !known.has(subnet)
      ? [assume(id, `the subnet of ${id} is not known: it may be in any`)]
      : []),
    ...(inOthers ? [assume(id, `not all security groups of ${id} are known: it may be in any`)] : []),
    ...(checksSource === "sure"
      ? []
      : [
          assume(
            id,
            `the source/destination check of ${id} ${checksSource === "no" ? "is" : "may be"} off: it may send with any address, so that every rule by addresses may let it pass, and forward what is routed to it`,
          ),
        ]),
  ]),
];

const nat64 = parseCidr("64:ff9b::/96");

const routes = (facts: Facts, tables: Tables): Assumption[] =>
  facts.tables.flatMap(({ routes: own }) =>
    own.flatMap(({ to, target, origin: { id, text } }) => [
      ...(target.kind === "elsewhere" ? [assume(id, `${text}: ${target.what} may lead anywhere`)] : []),
      ...(target.kind === "unknown" ? [assume(id, `${text}: ${target.why}; it may lead anywhere`)] : []),
      ...(target.kind === "nat" && tables.nat(target.id) === undefined
        ? [assume(id, `${text}: NAT gateway ${target.id} is not described`)]
        : []),
      ...(target.kind === "nat" && typeof to === "object" && !hasNoAddress(intersectAddresses(to, nat64))
        ? [
            assume(
              id,
              `${text}: by NAT64 it may reach public IPv4 addresses of this network, which is not followed`,
            ),
          ]
        : []),
    ]),
  );
