import { exactly, type Chain, type Ends, type Rule } from "../network/index.ts";
import {
  everyAddress,
  everyPacket,
  intersectAddresses,
  intervals,
  noPacket,
  packetsOfProtocols,
  protocol,
  unionAddresses,
} from "../space/index.ts";
import { when, type Certainty, type Facts, type Vpc } from "./facts.ts";
import type { Faces } from "./faces.ts";
import { someone } from "./peers.ts";
import { noneOrAll } from "./protocol.ts";
import { chain, rule, type Routes } from "./routes.ts";
import type { Tables } from "./tables.ts";

/** Who can come near at all, whatever firewalls say: what a VPC is connected to. */
export class Arrivals {
  readonly #facts: Facts;
  readonly #faces: Faces;
  readonly #routes: Routes;
  readonly #linked: ReadonlySet<string>;
  readonly #throughLinks: Ends;
  readonly #everyV6: Ends = { addresses: { v4: [], v6: everyAddress.v6 } };
  readonly #chains = new Map<string, Chain>();

  constructor(facts: Facts, faces: Faces, tables: Tables, routes: Routes) {
    this.#facts = facts;
    this.#faces = faces;
    this.#routes = routes;
    this.#linked = linkedVpcs(facts, tables);
    const { nics = new Set() } = faces.ends(
      "linked",
      ({ kind, vpc }) =>
        (vpc === undefined || this.#linked.has(vpc)) &&
        (kind === "own" || kind === "any" || kind === "inward"),
    );
    this.#throughLinks = { nics, addresses: faces.outside };
  }

  /** At the private addresses of a VPC. */
  private(vpc: string): Chain {
    let known = this.#chains.get(vpc);
    if (known === undefined) {
      const described = this.#facts.vpcs.find(({ id }) => id === vpc);
      known = chain(`what reaches ${vpc}`, [
        rule("in", this.#faces.senders(vpc), exactly(everyPacket), `from within ${vpc}`),
        ...this.#facts.peerings.flatMap((peering) => this.#byPeering(peering, vpc)),
        ...this.#byInternet(described, vpc),
        ...this.#byRoutes(vpc),
        ...(this.#linked.has(vpc)
          ? [
              rule(
                "in",
                { sure: {}, maybe: this.#throughLinks },
                noneOrAll,
                `from networks that ${vpc} may be connected to`,
              ),
            ]
          : []),
      ]);
      this.#chains.set(vpc, known);
    }
    return known;
  }

  /** From where its routes are taken to lead to and back. */
  #byRoutes(vpc: string): Rule[] {
    const blocks = this.#facts.tables
      .filter((table) => table.vpc === vpc)
      .flatMap(({ routes }) =>
        routes.flatMap(({ to, target: { kind } }) =>
          (kind === "transit" || kind === "undescribed") && typeof to === "object" ? [to] : [],
        ),
      );
    if (blocks.length === 0) return [];
    const addresses = intersectAddresses(unionAddresses(blocks), this.#faces.outside);
    return [rule("in", exactly({ addresses }), exactly(everyPacket), `from where routes of ${vpc} lead`)];
  }

  /** At public addresses, which are none without an internet gateway. */
  public(vpc: string, certainty: Certainty): Chain {
    const internet = this.#facts.vpcs.find(({ id }) => id === vpc)?.internet ?? "maybe";
    const both = internet === "sure" ? certainty : certainty === "no" ? "no" : internet;
    return chain(`what the internet gateway of ${vpc} brings`, [
      rule("in", exactly(this.#routes.internet), when(both, everyPacket), `internet gateway of ${vpc}`),
    ]);
  }

  #byPeering({ id, active, ends: [one, other] }: Facts["peerings"][number], vpc: string): Rule[] {
    if (active === "no") return [];
    const doubt = rule("in", someone, noneOrAll, id);
    const far = one.vpc === vpc ? other : other.vpc === vpc ? one : undefined;
    if (far === undefined) return one.vpc === undefined || other.vpc === undefined ? [doubt] : [];
    if (far.vpc === undefined) return [doubt];
    return this.#facts.vpcs.some((described) => described.id === far.vpc)
      ? [rule("in", this.#faces.senders(far.vpc), when(active, everyPacket), id)]
      : [rule("in", { sure: {}, maybe: this.#routes.outside }, noneOrAll, id)];
  }

  /** IPv6 addresses are public ones, and an egress-only gateway takes for an answer what it cannot tell from one. */
  #byInternet(vpc: Vpc | undefined, id: string): Rule[] {
    const { internet, egressOnly } = vpc ?? { internet: "maybe", egressOnly: "maybe" };
    return [
      ...(internet === "no"
        ? []
        : [rule("in", exactly(this.#everyV6), when(internet, everyPacket), `internet gateway of ${id}`)]),
      ...(egressOnly === "no"
        ? []
        : [
            rule(
              "in",
              exactly(this.#everyV6),
              { sure: noPacket, maybe: untold },
              `egress-only internet gateway of ${id}`,
            ),
          ]),
    ];
  }
}

const untold = intervals.subtract(
  everyPacket,
  packetsOfProtocols([protocol.icmp, protocol.tcp, protocol.udp, protocol.icmpv6]),
);

/** What keeps private addresses as they are, and leads nobody knows where. */
const beyond: ReadonlySet<string> = new Set(["elsewhere", "unknown", "transit", "undescribed"]);

/** VPCs that may be connected by more than peering and the internet. */
function linkedVpcs(facts: Facts, tables: Tables): Set<string> {
  const linked = new Set(facts.vpcs.filter(({ links }) => links.length > 0).map(({ id }) => id));
  for (const { vpc, routes, isPartial } of facts.tables)
    if (isPartial === true || routes.some(({ target: { kind } }) => beyond.has(kind)))
      for (const id of vpc === undefined ? facts.vpcs.map((one) => one.id) : [vpc]) linked.add(id);
  for (const { id, vpc } of facts.subnets) {
    const { one, mayBe } = tables.table(id);
    if (one === undefined || mayBe.length > 0) linked.add(vpc);
  }
  // An instance that forwards packets joins all VPCs in which it has an interface.
  for (const own of Map.groupBy(facts.interfaces, ({ endpoint }) => endpoint).values()) {
    if (own.every(({ checksSource }) => checksSource === "sure")) continue;
    const joined = new Set(own.map(({ subnet }) => tables.vpcOf(subnet)));
    if (joined.size > 1) for (const vpc of joined) if (vpc !== undefined) linked.add(vpc);
  }
  return linked;
}
