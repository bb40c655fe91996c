import { exactly, type Ends, type Known } from "../network/index.ts";
import { everyAddress, showCidrs, unionAddresses, type Addresses } from "../space/index.ts";
import type { Facts, Peer } from "./facts.ts";
import type { Faces } from "./faces.ts";

export const anyone: Known<Ends> = exactly({ addresses: everyAddress });
export const nobody: Ends = {};
/** It may be anybody, and nobody for certain. */
export const someone: Known<Ends> = { sure: nobody, maybe: anyone.maybe };

/** What rules name as their other end, each as one object. */
export class Peers {
  readonly #faces: Faces;
  readonly #lists: ReadonlyMap<string, Known<Ends>>;
  readonly #known = new Map<string, Known<Ends>>();

  constructor(facts: Facts, faces: Faces) {
    this.#faces = faces;
    this.#lists = new Map(
      facts.lists.map(({ id, blocks, isPartial = false }) => {
        const sure: Ends = { addresses: unionAddresses(blocks) };
        return [id, isPartial ? { sure, maybe: anyone.maybe } : exactly(sure)];
      }),
    );
  }

  of(peer: Peer): Known<Ends> {
    if (peer.kind === "block") return this.block(peer.addresses);
    if (peer.kind === "group") return this.group(peer.id);
    return peer.kind === "list" ? this.list(peer.id) : someone;
  }

  block(addresses: Addresses): Known<Ends> {
    return this.#once(`block ${addresses.v4.join()} ${addresses.v6.join()}`, () => exactly({ addresses }));
  }

  list(id: string): Known<Ends> {
    return this.#lists.get(id) ?? someone;
  }

  /** The private addresses of a group's members (https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html). */
  group(id: string): Known<Ends> {
    return this.#once(`group ${id}`, () => {
      const sure = this.#faces.ends(
        `group ${id}`,
        ({ kind, of }) => kind === "own" && of.groups.includes(id),
      );
      if (!this.#faces.all.some(({ of }) => of.inOthers)) return exactly(sure);
      const maybe = this.#faces.ends(
        `possible group ${id}`,
        ({ kind, of }) => kind === "own" && (of.inOthers || of.groups.includes(id)),
      );
      return { sure, maybe };
    });
  }

  #once(key: string, make: () => Known<Ends>): Known<Ends> {
    const known = this.#known.get(key) ?? make();
    this.#known.set(key, known);
    return known;
  }
}

export const showPeer = (peer: Peer): string =>
  peer.kind === "block" ? showCidrs(peer.addresses).join(" ") : peer.kind === "unknown" ? "unknown" : peer.id;
