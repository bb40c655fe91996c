import type { Assumption } from "../network/index.ts";
import {
  asList,
  asObject,
  asText,
  isUnknown,
  property,
  type Resource,
  type Resources,
} from "../resource/index.ts";
import { noAddress, unionAddresses, type Addresses } from "../space/index.ts";
import type { Certainty, Facts, Link, NatGateway, Peering, PrefixList, Subnet, Vpc } from "./facts.ts";
import { refuse } from "../unreadable.ts";
import { appliances } from "./registered/appliances.ts";
import { subnetsIn, undescribedTable, type ExistingNetwork } from "./registered/existing.ts";
import { networkInterfaces } from "./registered/interfaces.ts";
import { isNotUnderstood, kinds, mayConnect } from "./registered/kinds.ts";
import { Reading } from "./registered/reading.ts";
import { relays } from "./registered/relays.ts";
import { routeTables } from "./registered/routes.ts";
import { networkAcls, securityGroups } from "./registered/rules.ts";
import { userData } from "./registered/userData.ts";

const vpcKinds = [kinds.vpc, kinds.defaultVpc];

/**
 * The facts that a program's resources tell, as the provider makes them, and the stack file of a network that exists
 * already. Throws an UnreadableError with every value that AWS would not take.
 */
export function registeredFacts(resources: Resources, existing?: ExistingNetwork): Facts {
  const reading = new Reading(resources);
  const strange = resources.all.filter(({ type }) => isNotUnderstood(type));
  const subnets = [...subnetsOf(reading), ...(existing === undefined ? [] : subnetsIn(existing))];
  const vpcs = vpcsOf(reading, subnets, strange).map((vpc) =>
    vpc.id === existing?.id ? { ...vpc, isShared: true } : vpc,
  );
  const vpcOf = new Map(subnets.map(({ id, vpc }) => [id, vpc]));
  const { groups, strays } = securityGroups(reading);
  const facts = {
    vpcs,
    subnets,
    groups,
    strays,
    acls: networkAcls(reading),
    tables: [
      ...routeTables(reading, vpcs),
      ...vpcs.filter(({ isShared }) => isShared === true).map(undescribedTable),
    ],
    interfaces: [...networkInterfaces(reading, vpcOf), ...appliances(reading, subnets)],
    relays: relays(reading),
    userData: userData(reading),
    peerings: reading.of(kinds.peering).map((one) => peeringOf(reading, one)),
    lists: listsOf(reading),
    nats: reading.of(kinds.nat).map((one) => natOf(reading, one)),
  };
  const notUnderstood = strange.map(({ type, name, urn }): Assumption => ({
    text: mayConnect(type)
      ? `${type} ${name} is not understood: it may connect every VPC to anything`
      : `${type} ${name} is not understood: what it places on the network is not in the proof`,
    origin: urn,
  }));
  refuse(reading.problems);
  return { ...facts, assumptions: [...reading.assumptions, ...notUnderstood] };
}

function vpcsOf(reading: Reading, subnets: readonly Subnet[], strange: readonly Resource[]): Vpc[] {
  const more = reading.of(kinds.block4, kinds.block6).map((one) => ({
    vpc: reading.id(one, "vpcId", ...vpcKinds),
    block: reading.block(one, "cidrBlock", property(one, "cidrBlock") ?? property(one, "ipv6CidrBlock")),
  }));
  const internet = attached(reading, [kinds.internetGateway, kinds.internetAttachment]);
  const egressOnly = attached(reading, [kinds.egressOnlyGateway]);
  const links: { readonly vpc: string | undefined; readonly link: Link }[] = [
    ...reading.of(kinds.transitAttachment, kinds.vpnGateway, kinds.vpnAttachment).flatMap((one) => {
      const value = property(one, "vpcId");
      return value === undefined
        ? []
        : [
            {
              vpc: reading.idIn(one, "vpcId", value, ...vpcKinds),
              link: {
                why: `${one.name} connects it to others`,
                to: asText(property(one, "transitGatewayId")) ?? reading.idOf(one),
                origin: one.urn,
              },
            },
          ];
    }),
    ...strange
      .filter(({ type }) => mayConnect(type))
      .map(({ type, name }) => ({ vpc: undefined, link: { why: `${type} ${name} is not understood` } })),
  ];
  const made = reading.of(...vpcKinds);
  const ids = new Set([...made.map((vpc) => reading.idOf(vpc)), ...subnets.map(({ vpc }) => vpc)]);
  return [...ids].map((id) => {
    const vpc = made.find((one) => reading.idOf(one) === id);
    const own =
      vpc === undefined
        ? []
        : [
            vpc.type === kinds.vpc ? property(vpc, "cidrBlock") : vpc.outputs["cidrBlock"],
            property(vpc, "ipv6CidrBlock"),
          ];
    const isOurs = vpc?.type === kinds.vpc;
    const certainty = (by: ReadonlyMap<string | undefined, Certainty>): Certainty =>
      by.get(id) ?? (by.has(undefined) || !isOurs ? "maybe" : "no");
    return {
      id,
      blocks: unionAddresses([
        ...own.map((value) =>
          vpc === undefined ? noAddress : (reading.block(vpc, "cidrBlock", value) ?? noAddress),
        ),
        ...more.flatMap((one) => (one.vpc === id ? (one.block ?? []) : [])),
        ...subnets.flatMap(({ vpc: of, blocks }) => (of === id ? (blocks ?? []) : [])),
      ]),
      internet: certainty(internet),
      egressOnly: certainty(egressOnly),
      links: [
        ...links.filter((one) => one.vpc === id || one.vpc === undefined).map(({ link }) => link),
        // What others have connected to a VPC that is not made here nobody knows.
        ...(isOurs ? [] : [{ why: "it is not made by this program" }]),
      ],
    };
  });
}

/** The VPCs to which gateways are attached; under undefined, those of which it is not known to which. */
function attached(reading: Reading, types: readonly string[]): Map<string | undefined, Certainty> {
  const found = new Map<string | undefined, Certainty>();
  for (const one of reading.of(...types)) {
    const value = property(one, "vpcId");
    if (value !== undefined) found.set(reading.idIn(one, "vpcId", value, ...vpcKinds), "sure");
  }
  return found;
}

const subnetsOf = (reading: Reading): Subnet[] =>
  reading.of(kinds.subnet, kinds.defaultSubnet).map((subnet) => {
    const vpc =
      subnet.type === kinds.subnet
        ? reading.id(subnet, "vpcId", ...vpcKinds)
        : (asText(subnet.outputs["vpcId"]) ??
          reading.of(kinds.defaultVpc).map((one) => reading.idOf(one))[0] ??
          "default VPC");
    const known = [property(subnet, "cidrBlock"), property(subnet, "ipv6CidrBlock")]
      .map((value) => reading.block(subnet, "cidrBlock", value))
      .filter((block): block is Addresses => block !== undefined);
    return {
      id: reading.idOf(subnet),
      vpc: vpc ?? `unknown VPC of ${reading.idOf(subnet)}`,
      ...(known.length === 0 ? {} : { blocks: unionAddresses(known) }),
    };
  });

function peeringOf(reading: Reading, one: Resource): Peering {
  const accepted =
    property(one, "autoAccept") === true ||
    reading
      .of(kinds.peeringAccepter)
      .some(
        (accepter) =>
          reading.resources.named(property(accepter, "vpcPeeringConnectionId"), kinds.peering) === one,
      );
  return {
    id: reading.idOf(one),
    active: accepted || one.outputs["acceptStatus"] === "active" ? "sure" : "maybe",
    ends: [
      { vpc: reading.id(one, "vpcId", ...vpcKinds), blocks: undefined },
      { vpc: reading.id(one, "peerVpcId", ...vpcKinds), blocks: undefined },
    ],
  };
}

function listsOf(reading: Reading): PrefixList[] {
  const entries = reading.of(kinds.listEntry).map((entry) => ({
    list: reading.id(entry, "prefixListId", kinds.list),
    block: reading.block(entry, "cidr", property(entry, "cidr")),
  }));
  return reading.of(kinds.list).map((list) => {
    const id = reading.idOf(list);
    const own = asList(property(list, "entries")).map((entry) =>
      isUnknown(entry) ? undefined : reading.block(list, "entries", asObject(entry)["cidr"]),
    );
    const more = entries.filter((entry) => entry.list === id || entry.list === undefined);
    const blocks = [...own, ...more.filter((entry) => entry.list === id).map(({ block }) => block)];
    return {
      id,
      blocks: blocks.filter((block) => block !== undefined),
      isPartial: blocks.includes(undefined) || more.some((entry) => entry.list === undefined),
    };
  });
}

function natOf(reading: Reading, nat: Resource): NatGateway {
  const type = property(nat, "connectivityType");
  const eip = reading.resources.named(property(nat, "allocationId"), kinds.eip);
  const address = reading.address(nat, "publicIp", eip?.outputs["publicIp"] ?? nat.outputs["publicIp"]);
  const own = reading.address(nat, "privateIp", property(nat, "privateIp"));
  const subnet = property(nat, "subnetId");
  return {
    id: reading.idOf(nat),
    subnet: subnet === undefined ? undefined : reading.id(nat, "subnetId", kinds.subnet, kinds.defaultSubnet),
    isPublic: type === "private" ? "no" : isUnknown(type) ? "maybe" : "sure",
    publicAddresses: address === undefined ? [] : [address],
    privateAddresses: own === undefined ? [] : [own],
  };
}
