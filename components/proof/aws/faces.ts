import type { Ends, Known, Nic } from "../network/index.ts";
import {
  everyAddress,
  hasNoAddress,
  oneAddress,
  subtractAddresses,
  unionAddresses,
  type Addresses,
} from "../space/index.ts";
import type { Certainty, Facts, NatGateway, NetworkInterface } from "./facts.ts";
import { Tables } from "./tables.ts";

/**
 * A network interface as others see it: by its `own` addresses; by its `public` ones, which an internet gateway puts
 * in their place; by those of a NAT gateway, towards the internet (`outward`) or private networks (`inward`); and,
 * where its source/destination check is off, by `any` address.
 */
export interface Face {
  readonly kind: "own" | "public" | "outward" | "inward" | "any";
  readonly nic: Nic;
  readonly of: NetworkInterface;
  /** Undefined where it is not known. */
  readonly vpc: string | undefined;
  readonly nat?: NatGateway;
  /** Whether there is such a face. */
  readonly certainty: Certainty;
}

/** All faces, and the sets of them that routes and rules name, each as one object. */
export class Faces {
  readonly all: readonly Face[];
  readonly outside: Addresses;
  readonly #ends = new Map<string, Ends>();

  constructor(facts: Facts, tables: Tables) {
    const vpcOf = new Map(facts.subnets.map(({ id, vpc }) => [id, vpc]));
    const blocksOf = new Map(facts.subnets.map(({ id, blocks }) => [id, blocks]));
    const blocksOfVpc = new Map(facts.vpcs.map(({ id, blocks }) => [id, blocks]));
    // In a VPC that is shared there may be others, at addresses of which nothing is known.
    const shared = new Set(facts.vpcs.flatMap(({ id, isShared }) => (isShared === true ? [id] : [])));
    const inside = unionAddresses([
      ...facts.vpcs.filter(({ id }) => !shared.has(id)).map(({ blocks }) => blocks),
      ...facts.subnets.flatMap(({ vpc, blocks }) =>
        shared.has(vpc) || blocks === undefined ? [] : [blocks],
      ),
      ...facts.interfaces.flatMap(({ addresses }) => addresses.map(oneAddress)),
    ]);
    const taken = unionAddresses(
      [
        ...facts.interfaces.flatMap(({ publicAddresses }) => publicAddresses),
        ...facts.nats.flatMap(({ publicAddresses }) => publicAddresses),
      ].map(oneAddress),
    );
    const internet: Addresses = {
      v4: subtractAddresses(everyAddress, unionAddresses([inside, ...namedBlocks(facts)])).v4,
      v6: [],
    };
    this.outside = subtractAddresses(everyAddress, unionAddresses([inside, taken]));
    const anyPublic = facts.interfaces.some(({ hasPublic }) => hasPublic !== "no");

    this.all = facts.interfaces.flatMap((one): Face[] => {
      const { id, endpoint, subnet, addresses, publicAddresses, prefixes } = one;
      const vpc = subnet === undefined ? undefined : vpcOf.get(subnet);
      const face = (
        kind: Face["kind"],
        name: string,
        known: Pick<Nic, "addresses" | "within">,
        certainty: Certainty = "sure",
        nat?: NatGateway,
      ): Face => ({
        kind,
        nic: { id: name, endpoint, ...known, ...(kind === "own" ? {} : { faceOf: id }) },
        of: one,
        vpc,
        certainty,
        ...(nat === undefined ? {} : { nat }),
      });
      const within =
        (subnet === undefined ? undefined : blocksOf.get(subnet)) ??
        (vpc === undefined ? undefined : blocksOfVpc.get(vpc)) ??
        everyAddress;
      const own = addresses.length === 0 ? { addresses, within: nonEmpty(within) } : { addresses };
      const faces: Face[] = [face("own", id, own)];
      if (addresses.length > 0 && one.hasOthers)
        faces.push(face("own", `${id} by further addresses`, { addresses: [], within: nonEmpty(within) }));
      if (!hasNoAddress(prefixes))
        faces.push(face("own", `${id} by its prefixes`, { addresses: [], within: prefixes }));
      if (one.hasPublic !== "no")
        faces.push(
          face(
            "public",
            `${id} by its public address`,
            publicAddresses.length === 0
              ? { addresses: [], within: nonEmpty(internet) }
              : { addresses: publicAddresses },
            one.hasPublic,
          ),
        );
      if (one.checksSource !== "sure")
        faces.push(face("any", `${id} by any address`, { addresses: [], within: everyAddress }, "maybe"));
      const { nats, mayHaveOthers } = tables.natsOf(subnet);
      for (const nat of nats) {
        if (nat.isPublic !== "no")
          faces.push(
            face(
              "outward",
              `${id} by ${nat.id}`,
              nat.publicAddresses.length === 0
                ? { addresses: [], within: nonEmpty(internet) }
                : { addresses: nat.publicAddresses },
              nat.isPublic,
              nat,
            ),
          );
        if (tables.leadsInward(nat, subnet)) {
          const blocks = nat.subnet === undefined ? undefined : blocksOf.get(nat.subnet);
          faces.push(
            face(
              "inward",
              `${id} by ${nat.id} within`,
              nat.privateAddresses.length === 0
                ? { addresses: [], within: nonEmpty({ v4: (blocks ?? everyAddress).v4, v6: [] }) }
                : { addresses: nat.privateAddresses },
              "sure",
              nat,
            ),
          );
        }
      }
      // What a public address of this network would see of one that leaves by a gateway nobody told of.
      if (mayHaveOthers && anyPublic)
        faces.push(
          face(
            "outward",
            `${id} by an unknown NAT gateway`,
            { addresses: [], within: nonEmpty(internet) },
            "maybe",
          ),
        );
      return faces;
    });
  }

  /** Those of which `keep` says so, as a set of nics; `key` names it. */
  ends(key: string, keep: (face: Face) => boolean): Ends {
    let ends = this.#ends.get(key);
    if (ends === undefined) {
      ends = { nics: new Set(this.all.filter(keep).map(({ nic }) => nic.id)) };
      this.#ends.set(key, ends);
    }
    return ends;
  }

  /** Those of a VPC that others see by private addresses as receivers. */
  receivers(vpc: string): Known<Ends> {
    return this.#ofVpc(vpc, "receivers", ({ kind }) => kind === "own");
  }

  /** The same as senders: with what they may take for their own address. */
  senders(vpc: string): Known<Ends> {
    return this.#ofVpc(vpc, "senders", ({ kind }) => kind === "own" || kind === "any" || kind === "inward");
  }

  #ofVpc(vpc: string, role: string, isIt: (face: Face) => boolean): Known<Ends> {
    const sure = this.ends(`${role} ${vpc}`, (face) => face.vpc === vpc && isIt(face));
    if (!this.all.some((face) => face.vpc === undefined)) return { sure, maybe: sure };
    const maybe = this.ends(`possible ${role} ${vpc}`, (face) => (face.vpc ?? vpc) === vpc && isIt(face));
    return { sure, maybe };
  }
}

/**
 * The blocks that rules name, but for those that are most of the internet. Public addresses that AWS is still to give
 * are its own, and so in none of them.
 */
export function namedBlocks({ groups }: Pick<Facts, "groups">): Addresses[] {
  const named = groups
    .flatMap(({ ingress, egress }) => [...ingress, ...egress])
    .flatMap(({ peer }) => (peer.kind === "block" ? [peer.addresses] : []));
  return named.filter(({ v4: [first = 0, end = 0] }) => end - first <= largestOwned);
}

/** A /8 of IPv4: nobody but AWS itself has more. */
const largestOwned = 2 ** 24;

/** A nic without addresses is somewhere. */
const nonEmpty = (within: Addresses): Addresses => (hasNoAddress(within) ? everyAddress : within);
