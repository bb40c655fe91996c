import {
  exactly,
  type Checkpoint,
  type Ends,
  type Network,
  type Nic,
  type Rule,
} from "../../../components/proof/network/index.ts";
import {
  everyAddress,
  everyPacket,
  packets,
  parseCidr,
  protocol,
  subtractAddresses,
  type Packets,
} from "../../../components/proof/space/index.ts";

/**
 * `groups`: rules name all workers at once. `zones`: each rule names one zone, so management has some for each.
 * `copies`: so it is, and no two rules share what they name. `mesh`: as `groups`, and all workers reach each other.
 */
export type Shape = "groups" | "zones" | "copies" | "mesh";

const hosts = 20;
const first = 0x0a000000;
const size = 1024;
const portOf = (index: number): Packets => packets(protocol.tcp, 1000 + index * 2, 1000 + index * 2);

/** 100 rules for each zone: to and from management and to a few addresses outside. In a zone everything passes. */
export function zonesNetwork(zones: number, shape: Shape): Network {
  const nics = Array.from({ length: zones + 1 }, (_, zone) => nicsOf(zone));
  const [management = [], ...workers] = nics;
  const [managers, all, groups] = [groupOf(management), groupOf(workers.flat()), workers.map(groupOf)];
  const outside = Array.from({ length: 10 }, (_, index) => ({ addresses: parseCidr(`192.0.2.${index}/32`) }));
  const byGroups = shape === "groups" || shape === "mesh";
  const each = byGroups ? 50 : 25;
  const allow = (from: Ends, to: Ends, on: Packets): Rule => ({
    from: exactly(shape === "copies" ? copyOf(from) : from),
    to: exactly(shape === "copies" ? copyOf(to) : to),
    packets: exactly(on),
    action: "allow",
    origin: { id: "bench", text: "bench" },
  });
  const allows = (pairs: readonly (readonly [Ends, Ends])[]): Rule[] =>
    pairs.map(([from, to], index) => allow(from, to, portOf(index)));
  const times = (from: Ends, to: Ends, count = each) =>
    Array.from({ length: count }, () => [from, to] as const);
  const named = byGroups ? [all] : groups;
  const mesh = shape === "mesh" ? [allow(all, all, packets(protocol.tcp, 10250, 10250))] : [];
  return {
    endpoints: nics.flat().map(({ id }) => ({ id, kind: "host" })),
    nics: nics.flat(),
    checkpoints: [
      checkpoint(
        0,
        named.flatMap((group) => allows(times(managers, group))),
        named.flatMap((group) => allows(times(group, managers))),
      ),
      ...groups.map((group, index) => {
        const own = byGroups ? all : group;
        const inside = [allow(blockOf(index + 1), blockOf(index + 1), everyPacket), ...mesh];
        const out = [
          ...outside.map((to) => [own, to] as const),
          ...times(own, managers, each - outside.length),
        ];
        return checkpoint(
          index + 1,
          [...allows(out), ...inside],
          [...allows(times(managers, own)), ...inside],
        );
      }),
    ],
    outside: subtractAddresses(everyAddress, parseCidr("10.0.0.0/8")),
    assumptions: [],
  };
}

const nicsOf = (zone: number): Nic[] =>
  Array.from({ length: hosts }, (_, host) => ({
    id: `zone-${zone}-${host}`,
    endpoint: `zone-${zone}-${host}`,
    addresses: [{ family: 4, value: first + zone * size + 32 + host }],
  }));

const groupOf = (nics: readonly Nic[]): Ends => ({ nics: new Set(nics.map(({ id }) => id)) });

const blockOf = (zone: number): Ends => ({
  addresses: { v4: [first + zone * size, first + (zone + 1) * size], v6: [] },
});

const copyOf = ({ nics, addresses }: Ends): Ends => ({
  ...(nics !== undefined && { nics: new Set(nics) }),
  ...(addresses !== undefined && { addresses: { v4: [...addresses.v4], v6: [...addresses.v6] } }),
});

const checkpoint = (zone: number, out: readonly Rule[], inward: readonly Rule[]): Checkpoint => ({
  name: `firewall of zone ${zone}`,
  origin: { id: "bench", text: "bench" },
  guards: exactly(blockOf(zone)),
  out: { name: "out", rules: out, otherwise: "deny" },
  in: { name: "in", rules: inward, otherwise: "deny" },
});
