import {
  exactly,
  type Chain,
  type Checkpoint,
  type Ends,
  type Known,
  type Network,
  type Nic,
  type Rule,
} from "../network/index.ts";
import { answeredPackets } from "../nftables/conntrack.ts";
import { asText, property, type Resource, type Resources } from "../resource/index.ts";
import {
  everyAddress,
  hasNoAddress,
  intersectAddresses,
  noAddress,
  noPacket,
  oneAddress,
  parseAddress,
  parseCidr,
  subtractAddresses,
  unionAddresses,
  type Addresses,
} from "../space/index.ts";
import { assumptionsOf } from "./assumptions.ts";
import { anyone, zoneRules, type ZoneRules } from "./firewall.ts";
import { kinds } from "./kinds.ts";
import { endsOf, groupsOf, Members, type Member } from "./members.ts";

/**
 * Who reaches whom in a lab, from its resources: a connection passes where the zone that it leaves lets it out and the
 * one that it enters lets it in. The gateway judges all of it, and takes from each host only its own address.
 */
export function labNetwork(resources: Resources): Network {
  const whole = wholeOf(resources.of(kinds.network));
  const zones = resources.of(kinds.zone);
  const members = resources
    .of(kinds.host)
    .map((host): Member => ({ nic: nicOf(host, resources, whole), ...groupsOf(host) }));
  const blocks = zones.map(blockOf).filter((block) => block !== undefined);
  const nics = members.map(({ nic }) => nic);
  const inside = unionAddresses([
    whole ?? noAddress,
    ...blocks,
    ...nics.flatMap(({ addresses }) => addresses.map(oneAddress)),
  ]);
  return {
    endpoints: nics.map(({ endpoint }) => ({ id: endpoint, kind: "host" })),
    nics,
    checkpoints: [
      ...zoneCheckpoints(resources, members),
      ...(whole === undefined || blocks.length < zones.length ? [] : closed(whole, blocks)),
    ],
    // The gateway takes no IPv6 at all.
    outside: { v4: subtractAddresses(everyAddress, inside).v4, v6: [] },
    remembers: answeredPackets,
    assumptions: assumptionsOf(resources),
  };
}

function wholeOf(networks: readonly Resource[]): Addresses | undefined {
  const [network, ...more] = networks;
  if (more.length > 0)
    throw new RangeError(
      `there are several lab networks, ${networks.map(({ name }) => name).join(", ")}: a stack has one, so give each of the others a stack of its own`,
    );
  return network === undefined ? undefined : blockOf(network);
}

function zoneCheckpoints(resources: Resources, members: readonly Member[]): Checkpoint[] {
  const zones = resources.of(kinds.zone);
  const named = new Members(members);
  const firewalls = resources.of(kinds.firewall).map((firewall) => {
    const zone = zoneOf(firewall, resources);
    const rules = (direction: "ingress" | "egress") =>
      zoneRules(firewall, direction, zone === undefined ? undefined : nameOf(zone), named);
    return { zone, ingress: rules("ingress"), egress: rules("egress") };
  });
  const byZone = Map.groupBy(firewalls, ({ zone }) => zone);
  const guards = new Map(zones.map((zone) => [zone, guardsOf(zone, members, resources)]));
  const past = firewalls.flatMap(({ zone, egress }) =>
    egress.past.map((rule): Rule => ({
      ...rule,
      from: within(rule.from, (zone === undefined ? undefined : guards.get(zone)) ?? anyone),
    })),
  );
  return zones.map((zone): Checkpoint => {
    const name = `firewall of zone ${nameOf(zone)}`;
    const own = byZone.get(zone) ?? [];
    const homeless = byZone.get(undefined) ?? [];
    const chain = (direction: "ingress" | "egress", more: readonly Rule[]): Chain => {
      const certain = own.length === 1 ? own.map((firewall) => firewall[direction]) : [];
      const others = [...(own.length === 1 ? [] : own), ...homeless].map((firewall) => firewall[direction]);
      const all = [...certain, ...others.map(doubted)];
      return {
        name: `${direction} of zone ${nameOf(zone)}`,
        rules: [...all.flatMap(({ first }) => first), ...all.flatMap(({ rules }) => rules), ...more],
        otherwise: "deny",
      };
    };
    return {
      name,
      origin: { id: zone.urn, text: name },
      guards: guards.get(zone) ?? anyone,
      out: chain("egress", []),
      in: chain("ingress", past),
    };
  });
}

/** Those of a rule's senders that a zone has. */
const within = (ends: Known<Ends>, { sure, maybe }: Known<Ends>): Known<Ends> => ({
  sure: { addresses: common(ends.sure, sure) },
  maybe:
    ends.maybe.nics === undefined && maybe.nics === undefined
      ? { addresses: common(ends.maybe, maybe) }
      : maybe,
});
const common = (a: Ends, b: Ends): Addresses =>
  intersectAddresses(a.addresses ?? noAddress, b.addresses ?? noAddress);

/** The rules of a firewall that may not be this zone's. */
const doubted = ({ first, rules, past }: ZoneRules): ZoneRules => ({
  first,
  rules: rules.map((rule) => ({ ...rule, packets: { sure: noPacket, maybe: rule.packets.maybe } })),
  past,
});

/** What is of the network and of none of its zones: nothing passes there. */
function closed(whole: Addresses, blocks: readonly Addresses[]): Checkpoint[] {
  const rest = subtractAddresses(whole, unionAddresses(blocks));
  if (hasNoAddress(rest)) return [];
  const chain: Chain = { name: "no zone", rules: [], otherwise: "deny" };
  const origin = { id: "no zone", text: "addresses of no zone" };
  return [{ name: origin.text, origin, guards: exactly({ addresses: rest }), out: chain, in: chain }];
}

function guardsOf(zone: Resource, members: readonly Member[], resources: Resources): Known<Ends> {
  const block = blockOf(zone);
  if (block !== undefined) return exactly({ addresses: block });
  const own = members.filter(({ resource }) => zoneOf(resource, resources) === zone);
  return { sure: endsOf(own.map(({ nic }) => nic)), maybe: anyone.maybe };
}

function nicOf(host: Resource, resources: Resources, whole: Addresses | undefined): Nic {
  const id = nameOf(host);
  const address = read(asText(property(host, "address")), parseAddress);
  const zone = zoneOf(host, resources);
  const within = (zone === undefined ? undefined : blockOf(zone)) ?? whole ?? everyAddress;
  return address === undefined
    ? { id, endpoint: id, addresses: [], within }
    : { id, endpoint: id, addresses: [address] };
}

const zoneOf = (resource: Resource, resources: Resources): Resource | undefined =>
  resources.named(property(resource, "zone"), kinds.zone);

const nameOf = (resource: Resource): string => asText(property(resource, "name")) ?? resource.name;

const blockOf = (resource: Resource): Addresses | undefined =>
  read(asText(property(resource, "cidr")), parseCidr);

function read<T>(text: string | undefined, parse: (text: string) => T): T | undefined {
  return text === undefined ? undefined : parse(text);
}
