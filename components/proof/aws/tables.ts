import { includesAddresses } from "../space/index.ts";
import type { Facts, NatGateway, NetworkAcl, RouteTable } from "./facts.ts";

/** What a subnet uses; undefined where nobody described it, and then `mayBe` lists those that it could be. */
export interface Used<T> {
  readonly one: T | undefined;
  /** Others than the one that it may be instead. */
  readonly mayBe: readonly T[];
}

/** Which route table and which network ACL each subnet uses. */
export class Tables {
  readonly #facts: Facts;
  readonly #vpcOf: ReadonlyMap<string, string>;
  readonly #nats: ReadonlyMap<string, NatGateway>;
  readonly #tables = new Map<string | undefined, Used<RouteTable>>();
  readonly #acls = new Map<string | undefined, Used<NetworkAcl>>();

  constructor(facts: Facts) {
    this.#facts = facts;
    this.#vpcOf = new Map(facts.subnets.map(({ id, vpc }) => [id, vpc]));
    this.#nats = new Map(facts.nats.map((nat) => [nat.id, nat]));
  }

  vpcOf(subnet: string | undefined): string | undefined {
    return subnet === undefined ? undefined : this.#vpcOf.get(subnet);
  }

  table(subnet: string | undefined): Used<RouteTable> {
    return remembered(this.#tables, subnet, () =>
      used(this.#facts.tables, subnet, this.vpcOf(subnet), ({ isMain }) => isMain),
    );
  }

  acl(subnet: string | undefined): Used<NetworkAcl> {
    return remembered(this.#acls, subnet, () =>
      used(this.#facts.acls, subnet, this.vpcOf(subnet), ({ isDefault }) => isDefault),
    );
  }

  /** The NAT gateways that a subnet's routes lead to. */
  natsOf(subnet: string | undefined): { nats: readonly NatGateway[]; mayHaveOthers: boolean } {
    const { one, mayBe } = this.table(subnet);
    const nats = new Set<NatGateway>();
    let mayHaveOthers = one === undefined || one.isPartial === true;
    for (const { routes } of [...(one === undefined ? [] : [one]), ...mayBe])
      for (const { target } of routes) {
        if (target.kind === "unknown" || target.kind === "undescribed") mayHaveOthers = true;
        if (target.kind !== "nat") continue;
        const nat = this.#nats.get(target.id);
        if (nat === undefined) mayHaveOthers = true;
        else nats.add(nat);
      }
    return { nats: [...nats], mayHaveOthers };
  }

  nat(id: string): NatGateway | undefined {
    return this.#nats.get(id);
  }

  /** Whether anything can reach private networks by a NAT gateway, from a subnet whose routes lead to it. */
  leadsInward(nat: NatGateway, subnet: string | undefined): boolean {
    if (nat.isPublic !== "sure" || nat.subnet === undefined) return true;
    const own = this.table(nat.subnet);
    if (own.one === undefined || own.mayBe.length > 0 || own.one.isPartial === true) return true;
    if (own.one.routes.some(({ target }) => !towardsInternet.has(target.kind))) return true;
    const blocks = this.#facts.vpcs.find(({ id }) => id === this.vpcOf(nat.subnet))?.blocks;
    const { one, mayBe } = this.table(subnet);
    // A route that is within the VPC's own blocks makes the gateway stand between its subnets.
    return [...(one === undefined ? [] : [one]), ...mayBe].some(({ routes }) =>
      routes.some(
        ({ to, target }) =>
          target.kind === "nat" &&
          target.id === nat.id &&
          (blocks === undefined || typeof to !== "object" || includesAddresses(blocks, to)),
      ),
    );
  }
}

const towardsInternet: ReadonlySet<string> = new Set([
  "local",
  "internet",
  "blackhole",
  "egress-only",
  "service",
]);

interface Associated {
  readonly vpc: string | undefined;
  readonly subnets: readonly string[];
  readonly hasOthers?: boolean;
}

function used<T extends Associated>(
  all: readonly T[],
  subnet: string | undefined,
  vpc: string | undefined,
  isDefault: (one: T) => boolean,
): Used<T> {
  if (subnet === undefined) return { one: undefined, mayBe: all };
  const named = all.filter(({ subnets }) => subnets.includes(subnet));
  if (named.length > 0) return { one: named[0], mayBe: named.slice(1) };
  const nearby = all.filter((one) => one.vpc === undefined || one.vpc === vpc);
  const fallback = nearby.find((one) => isDefault(one) && one.vpc !== undefined);
  return {
    one: fallback,
    mayBe: nearby.filter(
      (one) => one !== fallback && (one.hasOthers === true || (one.vpc === undefined && isDefault(one))),
    ),
  };
}

function remembered<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key) ?? make();
  map.set(key, known);
  return known;
}
