import type { Ends, Known, Origin, Rule } from "../network/index.ts";
import {
  everyAddress,
  hasNoAddress,
  includesAddresses,
  intersectAddresses,
  intervals,
  noAddress,
  noPacket,
  oneAddress,
  packets as packetsTo,
  packetsOfProtocols,
  showPackets,
  unionAddresses,
  type Addresses,
  type Packets,
} from "../space/index.ts";
import { none, type Chosen, type Group, type Groups } from "./groups.ts";
import type { Direction, Peer, Policy, PolicyRule } from "./policy.ts";
import { possibly, unpoliced, type NamedPort } from "./port.ts";
import type { Answer } from "./selector.ts";

/** Whom a rule lets in or out, in one polarity. */
interface Party {
  readonly everybody: boolean;
  readonly groups: Chosen;
  readonly addresses: Addresses;
}

const nobody: Party = { everybody: false, groups: none, addresses: noAddress };
const everybody: Party = { ...nobody, everybody: true };

/** Makes the rules of policies, each once: those of a policy are the same for all pods that it selects. */
export class Rules {
  readonly #groups: Groups;
  readonly #made = new Map<Policy, Map<string, readonly Rule[]>>();
  readonly #addresses = new Map<Group, Addresses>();
  readonly #everybody: Ends;
  readonly #nobody: Ends;
  /** What no policy speaks of passes, or does not. */
  readonly undefined: Rule;

  constructor(groups: Groups) {
    this.#groups = groups;
    this.#everybody = groups.ends(none, everyAddress);
    this.#nobody = groups.ends(none);
    const all = groups.exactly(this.#everybody);
    const origin = {
      id: "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
      text: "network policies decide on tcp, udp and sctp only",
    };
    this.undefined = { from: all, to: all, packets: possibly(unpoliced), action: "allow", origin };
  }

  /** What a policy allows, for pods that it selects for certain or perhaps. */
  of(policy: Policy, direction: Direction, selected: Exclude<Answer, "no">): readonly Rule[] {
    const key = `${direction} ${selected}`;
    let known = this.#made.get(policy);
    if (known === undefined) this.#made.set(policy, (known = new Map<string, readonly Rule[]>()));
    let rules = known.get(key);
    if (rules === undefined) {
      rules = policy[direction].rules.flatMap((rule) => this.#rules(policy, rule, direction, selected));
      known.set(key, rules);
    }
    return rules;
  }

  #rules(
    policy: Policy,
    { name, peers, traffic }: PolicyRule,
    direction: Direction,
    selected: Answer,
  ): Rule[] {
    const parties = {
      sure: this.#party(policy, peers, "sure"),
      maybe: this.#party(policy, peers, "maybe"),
    };
    const own = this.#groups.known(selected === "yes" ? this.#everybody : this.#nobody, this.#everybody);
    const rule = (from: Known<Ends>, to: Known<Ends>, packets: Known<Packets>): Rule => ({
      from,
      to,
      packets,
      action: "allow",
      origin: originOf(policy, `${name}: ${showPackets(packets.maybe)}`),
    });
    const peer = this.#groups.known(this.#ends(parties.sure), this.#ends(parties.maybe));
    const rules: Rule[] = [];
    if (traffic.packets.maybe.length > 0)
      rules.push(
        direction === "ingress" ? rule(peer, own, traffic.packets) : rule(own, peer, traffic.packets),
      );
    for (const port of traffic.named) {
      // What a name means, each destination says itself.
      const destinations =
        direction === "ingress"
          ? [...this.#groups.selected(policy).maybe].flatMap((index) => this.#groups.all[index] ?? [])
          : this.#groups.all;
      for (const { groups, packets } of resolve(port, destinations)) {
        if (direction === "ingress") {
          const ends = this.#groups.ends(new Set(groups.map(({ index }) => index)));
          rules.push(rule(peer, this.#groups.known(selected === "yes" ? ends : this.#nobody, ends), packets));
        } else {
          const sure = this.#among(groups, parties.sure, "sure");
          const maybe = this.#among(groups, parties.maybe, "maybe");
          if (maybe !== this.#nobody) rules.push(rule(own, this.#groups.known(sure, maybe), packets));
        }
      }
    }
    return rules;
  }

  #party(policy: Policy, peers: readonly Peer[], polarity: "sure" | "maybe"): Party {
    const groups = new Set<number>();
    const addresses: Addresses[] = [];
    for (const peer of peers) {
      if (peer.kind === "everybody") return everybody;
      if (peer.kind === "block") addresses.push(peer.addresses[polarity]);
      else if (peer.kind === "pods")
        for (const index of this.#groups.choose(policy, peer.namespaces, peer.pods)[polarity])
          groups.add(index);
      else if (polarity === "maybe") return everybody;
    }
    return { everybody: false, groups, addresses: unionAddresses(addresses) };
  }

  #ends({ everybody: all, groups, addresses }: Party): Ends {
    return all ? this.#everybody : this.#groups.ends(groups, addresses);
  }

  /** Those of a party who are in some groups. */
  #among(groups: readonly Group[], party: Party, polarity: "sure" | "maybe"): Ends {
    if (party.everybody) return this.#groups.ends(new Set(groups.map(({ index }) => index)));
    const chosen = groups.filter(({ index }) => party.groups.has(index));
    if (hasNoAddress(party.addresses)) return this.#groups.ends(new Set(chosen.map(({ index }) => index)));
    const theirs = unionAddresses(groups.map((group) => this.#addressesOf(group)));
    const unaddressed = groups.flatMap(({ members }) =>
      members
        .filter(({ addresses }) => addresses.length === 0)
        .filter(({ within = everyAddress }) =>
          polarity === "sure"
            ? includesAddresses(party.addresses, within)
            : !hasNoAddress(intersectAddresses(party.addresses, within)),
        )
        .map(({ id }) => id),
    );
    return this.#groups.ends(
      new Set(chosen.map(({ index }) => index)),
      intersectAddresses(party.addresses, theirs),
      unaddressed,
    );
  }

  #addressesOf(group: Group): Addresses {
    let addresses = this.#addresses.get(group);
    if (addresses === undefined) {
      addresses = unionAddresses(group.members.flatMap((member) => member.addresses.map(oneAddress)));
      this.#addresses.set(group, addresses);
    }
    return addresses;
  }
}

/** What a port's name means for each of the groups, for those together for whom it means the same. */
function resolve(
  { name, protocols }: NamedPort,
  groups: readonly Group[],
): readonly { groups: readonly Group[]; packets: Known<Packets> }[] {
  const found = new Map<string, { groups: Group[]; packets: Known<Packets> }>();
  for (const group of groups) {
    const { ports, host } = group;
    const own = new Set(
      ports.known
        .filter((port) => port.name === name && protocols.includes(port.protocol))
        .map(({ protocol, port }) => protocol * 65536 + port),
    );
    if (own.size === 0 && !ports.open) continue;
    const maybe = ports.open
      ? packetsOfProtocols(protocols)
      : intervals.unionOf(
          [...own].map((port) => packetsTo(Math.floor(port / 65536), port % 65536, port % 65536)),
        );
    // Where one name stands for several ports, or a host's network is used, implementations differ.
    const certain = own.size === 1 && protocols.length === 1 && !ports.open && host === "no";
    const packets = { sure: certain ? maybe : noPacket, maybe };
    const key = `${packets.sure.join()} ${packets.maybe.join()}`;
    const same = found.get(key);
    if (same === undefined) found.set(key, { groups: [group], packets });
    else same.groups.push(group);
  }
  return [...found.values()];
}

export const originOf = ({ origin, namespace, name, why }: Policy, rule?: string): Origin => ({
  id: origin,
  text: `NetworkPolicy ${namespace ?? "?"}/${name}${rule === undefined ? "" : `, ${rule}`}`,
  ...(why === undefined ? {} : { why }),
});
