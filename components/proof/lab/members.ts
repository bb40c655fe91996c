import { exactly, type Ends, type Known, type Nic } from "../network/index.ts";
import { asList, asText, property, type Resource } from "../resource/index.ts";
import { oneAddress, parseCidr, unionAddresses } from "../space/index.ts";

/** A host of a lab, with what is known of its groups. */
export interface Member {
  readonly resource: Resource;
  readonly nic: Nic;
  /** Those that are known. */
  readonly groups: ReadonlySet<string>;
  /** Whether it may be in others as well. */
  readonly isInOthers: boolean;
}

export function groupsOf(host: Resource): Omit<Member, "nic"> {
  const value = property(host, "groups");
  const names = asList(value).map(asText);
  return {
    resource: host,
    groups: new Set(names.filter((name) => name !== undefined)),
    isInOthers: !Array.isArray(value) || names.includes(undefined),
  };
}

/** What a lab's rules name, each set of ends as one object. */
export class Members {
  /** Those that are known to be in a group, by its name. */
  readonly #sure = new Map<string, Nic[]>();
  readonly #inAny: readonly Member[];
  readonly #groups = new Map<string, Known<Ends>>();
  readonly #cidrs = new Map<string, Known<Ends>>();

  constructor(members: readonly Member[]) {
    for (const { groups, nic } of members)
      for (const group of groups) {
        const nics = this.#sure.get(group);
        if (nics === undefined) this.#sure.set(group, [nic]);
        else nics.push(nic);
      }
    this.#inAny = members.filter(({ isInOthers }) => isInOthers);
  }

  /** A group's hosts, of whatever zone. */
  group(name: string): Known<Ends> {
    let known = this.#groups.get(name);
    if (known === undefined) {
      const sure = this.#sure.get(name) ?? [];
      const more = this.#inAny.filter(({ groups }) => !groups.has(name)).map(({ nic }) => nic);
      const certain = endsOf(sure);
      known = more.length === 0 ? exactly(certain) : { sure: certain, maybe: endsOf([...sure, ...more]) };
      this.#groups.set(name, known);
    }
    return known;
  }

  /** Whoever has an address of these blocks. */
  blocks(cidrs: readonly string[]): Known<Ends> {
    const key = cidrs.join();
    let known = this.#cidrs.get(key);
    if (known === undefined) {
      known = exactly({ addresses: unionAddresses(cidrs.map(parseCidr)) });
      this.#cidrs.set(key, known);
    }
    return known;
  }
}

/** Nics by their addresses, as the gateway's sets hold them, or by name where they have none yet. */
export function endsOf(nics: readonly Nic[]): Ends {
  const waiting = nics.filter(({ addresses }) => addresses.length === 0).map(({ id }) => id);
  const addresses = nics.flatMap((nic) => nic.addresses.map(oneAddress));
  return {
    ...(waiting.length === 0 ? {} : { nics: new Set(waiting) }),
    addresses: unionAddresses(addresses),
  };
}
