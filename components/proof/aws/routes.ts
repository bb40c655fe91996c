import { exactly, type Chain, type Ends, type Known, type Rule } from "../network/index.ts";
import {
  everyAddress,
  everyPacket,
  noAddress,
  noPacket,
  packetsOfProtocols,
  protocol,
  type Packets,
} from "../space/index.ts";
import { when, type Facts, type NatGateway, type Route, type RouteTable, type Vpc } from "./facts.ts";
import type { Faces } from "./faces.ts";
import { longestPrefix, type Led } from "./longestPrefix.ts";
import { anyone, someone, type Peers } from "./peers.ts";
import { noneOrAll } from "./protocol.ts";
import type { Tables } from "./tables.ts";

/** How one leaves: by its own addresses, by its public ones, or by a NAT gateway (undefined: one that nobody told of). */
export type Way = { readonly kind: "own" | "public" } | ByNat;

export interface ByNat {
  readonly kind: "outward" | "inward";
  readonly nat: NatGateway | undefined;
}

export type Direction = "out" | "in";

/** What a NAT gateway carries (https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html). */
const natPackets: Packets = packetsOfProtocols([protocol.icmp, protocol.tcp, protocol.udp]);
const everyV6: Known<Ends> = exactly({ addresses: { v4: [], v6: everyAddress.v6 } });
const everything = exactly(everyPacket);

/** Whom packets reach by a route table, as chains: `out` by whom they are for, `in` by whom the answers are for. */
export class Routes {
  readonly #facts: Facts;
  readonly #faces: Faces;
  readonly #tables: Tables;
  readonly #peers: Peers;
  readonly #vpcs: ReadonlyMap<string, Vpc>;
  readonly #lists: ReadonlyMap<string, Facts["lists"][number]>;
  readonly #chains = new Map<string, Chain>();
  /** Whom a public address can be in touch with: public addresses, those of NAT gateways, and the internet. */
  readonly internet: Ends;
  readonly outside: Ends;

  constructor(facts: Facts, faces: Faces, tables: Tables, peers: Peers) {
    this.#facts = facts;
    this.#faces = faces;
    this.#tables = tables;
    this.#peers = peers;
    this.#vpcs = new Map(facts.vpcs.map((vpc) => [vpc.id, vpc]));
    this.#lists = new Map(facts.lists.map((list) => [list.id, list]));
    const { nics = new Set() } = faces.ends(
      "internet",
      ({ kind }) => kind === "public" || kind === "outward",
    );
    this.internet = { nics, addresses: { v4: faces.outside.v4, v6: [] } };
    this.outside = { addresses: faces.outside };
  }

  /** Of those whose subnet it is, in whatever table it uses. */
  of(subnet: string | undefined, way: Way, direction: Direction): Chain {
    const { one, mayBe } = this.#tables.table(subnet);
    const vpc = this.#tables.vpcOf(subnet);
    if (vpc === undefined || (one !== undefined && mayBe.length > 0))
      return chain("routes that are not known", [
        rule(direction, anyone, noneOrAll, "routes that are not known"),
      ]);
    const table: RouteTable = one ?? {
      id: "unknown",
      vpc,
      isMain: true,
      subnets: [],
      routes: [{ to: this.#blocks(vpc), target: { kind: "local" }, origin: { id: vpc, text: "local" } }],
      isPartial: true,
    };
    return this.#chain(table, vpc, way, direction);
  }

  /** The same for subnets whose routes lead to the same by the same; tables that say so are often one for each zone. */
  signatureOf(subnet: string | undefined): string {
    const { one, mayBe } = this.#tables.table(subnet);
    if (one === undefined || mayBe.length > 0 || this.divertsNeighbours(subnet))
      return `subnet ${subnet ?? ""}`;
    const routes = one.routes.map(({ to, target, isPropagated }) => {
      const block = typeof to === "object" ? `${to.v4.join()} ${to.v6.join()}` : (to ?? "unknown");
      return [block, JSON.stringify(target), isPropagated === true].join(" ");
    });
    return [one.vpc, one.isPartial === true, ...routes].join("\n");
  }

  /** Whether a subnet has routes that stand between machines of its VPC. */
  divertsNeighbours(subnet: string | undefined): boolean {
    const { one, mayBe } = this.#tables.table(subnet);
    const blocks = this.#blocks(this.#tables.vpcOf(subnet) ?? "");
    return [...(one === undefined ? [] : [one]), ...mayBe].some((table) =>
      longestPrefix(table, blocks, this.#lists, this.#peers).inside.some(
        ({ route }) => route.target.kind !== "local",
      ),
    );
  }

  #chain(table: RouteTable, vpc: string, way: Way, direction: Direction): Chain {
    const nat = "nat" in way ? (way.nat?.id ?? "unknown") : "";
    const key = [table.id, vpc, way.kind, nat, direction].join("\n");
    let known = this.#chains.get(key);
    if (known !== undefined) return known;
    const { inside, rest } = longestPrefix(table, this.#blocks(vpc), this.#lists, this.#peers);
    const toRule = ({ to, isVague, route }: Led): Rule => {
      const inner = this.#lead(route, vpc, way, direction);
      const [only, ...more] = inner;
      // Nobody knows that it leads there, so that nothing else is kept from going where it goes.
      if (isVague && only?.action === "allow" && more.length === 0 && only.packets.sure.length === 0)
        return only;
      const { origin } = route;
      const action = inner.length === 0 ? "deny" : chain(origin.text, inner);
      return { ...rule(direction, to, everything, origin.text), action, origin };
    };
    const text = `routes of ${table.id} that are not known`;
    const isPartial = table.isPartial === true;
    known = chain(`routes of ${table.id}`, [
      ...(isPartial ? this.#doubtful(way, direction, text) : []),
      ...inside.map(toRule),
      // What is not known may lead elsewhere whatever is not the VPC's own.
      ...(isPartial ? [{ ...rule(direction, anyone, noneOrAll, text), action: "deny" as const }] : []),
      ...rest.map(toRule),
    ]);
    this.#chains.set(key, known);
    return known;
  }

  /** Whom a route leads to, of those for whom it is the most specific: rules that allow; none where to nobody. */
  #lead(route: Route, vpc: string, way: Way, direction: Direction): Rule[] {
    const { target, origin } = route;
    const { text } = origin;
    const allow = (ends: Known<Ends>, packets: Known<Packets>) => [
      { ...rule(direction, ends, packets, text), origin },
    ];
    if (target.kind === "unknown" || (target.kind === "undescribed" && way.kind !== "own"))
      return this.#doubtful(way, direction, text);
    if ("nat" in way) return target.kind === "nat" ? this.#byNat(target.id, way, direction, text) : [];
    if (way.kind === "public")
      return target.kind === "internet"
        ? allow(exactly(this.internet), when(this.#vpcs.get(vpc)?.internet ?? "maybe", everyPacket))
        : [];
    switch (target.kind) {
      case "local":
        return [
          ...allow(this.#faces.receivers(vpc), everything),
          ...(this.#vpcs.get(vpc)?.isShared === true
            ? allow({ sure: {}, maybe: this.outside }, noneOrAll)
            : []),
        ];
      case "transit":
      case "undescribed":
        return allow({ sure: this.outside, maybe: anyone.maybe }, everything);
      case "internet":
        return allow(everyV6, when(this.#vpcs.get(vpc)?.internet ?? "maybe", everyPacket));
      case "egress-only":
        return allow(everyV6, when(this.#vpcs.get(vpc)?.egressOnly ?? "maybe", everyPacket));
      case "peering":
        return this.#byPeering(target.id, vpc, allow);
      case "interface":
        return this.#byInterface(target.id, allow);
      case "service":
        return allow({ sure: {}, maybe: this.outside }, noneOrAll);
      case "elsewhere":
        return allow(someone, noneOrAll);
      case "nat":
      case "blackhole":
        return [];
    }
  }

  #byPeering(id: string, vpc: string, allow: Allow): Rule[] {
    const peering = this.#facts.peerings.find((one) => one.id === id);
    if (peering === undefined) return allow(someone, noneOrAll);
    const [one, other] = peering.ends;
    const far = one.vpc === vpc ? other : other.vpc === vpc ? one : undefined;
    if (far === undefined)
      return one.vpc === undefined || other.vpc === undefined ? allow(someone, noneOrAll) : [];
    if (far.vpc === undefined) return allow(someone, noneOrAll);
    return this.#vpcs.has(far.vpc)
      ? allow(this.#faces.receivers(far.vpc), when(peering.active, everyPacket))
      : allow({ sure: {}, maybe: this.outside }, when(peering.active === "no" ? "no" : "maybe", everyPacket));
  }

  /** It takes what is for itself, and what is for others only where its source/destination check may be off. */
  #byInterface(id: string, allow: Allow): Rule[] {
    const targets = this.#facts.interfaces.filter((one) => one.id === id || one.endpoint === id);
    if (targets.length === 0) return allow(someone, noneOrAll);
    const own = this.#faces.ends(
      `interface ${id}`,
      ({ kind, of }) => kind === "own" && (of.id === id || of.endpoint === id),
    );
    const forwards = targets.some(({ checksSource }) => checksSource !== "sure");
    return [...allow(exactly(own), everything), ...(forwards ? allow(someone, noneOrAll) : [])];
  }

  #byNat(id: string, way: ByNat, direction: Direction, text: string): Rule[] {
    const nat = this.#tables.nat(id);
    if (nat === undefined) return way.nat === undefined ? this.#doubtful(way, direction, text) : [];
    if (way.nat !== nat) return [];
    const isSure = way.kind === "outward" && nat.isPublic === "sure" && this.#isOpen(nat);
    const inner = this.of(nat.subnet, { kind: way.kind === "outward" ? "public" : "own" }, direction);
    const packets = { sure: isSure ? natPackets : noPacket, maybe: natPackets };
    return [{ ...rule(direction, anyone, packets, text), action: inner }];
  }

  /** Whether a NAT gateway's own subnet has a network ACL that judges nothing. */
  #isOpen({ subnet }: NatGateway): boolean {
    if (subnet === undefined) return false;
    const { one, mayBe } = this.#tables.acl(subnet);
    if (mayBe.length > 0) return false;
    if (one === undefined) return true;
    return ([one.ingress, one.egress] as const).every((entries) => {
      const [first] = entries.toSorted((a, b) => (a.number ?? -1) - (b.number ?? -1));
      return (
        one.isPartial !== true &&
        first?.number !== undefined &&
        first.action === "allow" &&
        first.packets.sure === everyPacket &&
        first.block?.v4[1] === everyAddress.v4[1] &&
        first.block?.v4[0] === everyAddress.v4[0]
      );
    });
  }

  #doubtful(way: Way, direction: Direction, text: string): Rule[] {
    if (way.kind === "own") return [rule(direction, someone, noneOrAll, text)];
    return way.kind === "public" || (way.kind === "outward" && way.nat === undefined)
      ? [rule(direction, { sure: {}, maybe: this.internet }, noneOrAll, text)]
      : [];
  }

  #blocks(vpc: string) {
    return this.#vpcs.get(vpc)?.blocks ?? noAddress;
  }
}

type Allow = (ends: Known<Ends>, packets: Known<Packets>) => Rule[];

export const rule = (direction: Direction, ends: Known<Ends>, packets: Known<Packets>, text: string): Rule =>
  direction === "out"
    ? { from: anyone, to: ends, packets, action: "allow", origin: { id: text, text } }
    : { from: ends, to: anyone, packets, action: "allow", origin: { id: text, text } };

export const chain = (name: string, rules: readonly Rule[]): Chain => ({ name, rules, otherwise: "deny" });
