import assert from "node:assert/strict";
import type {
  Chain,
  Ends,
  Known,
  Network,
  Nic,
  Rule,
  Shortcut,
} from "../../../../components/proof/network/index.ts";
import type { Class, Reach } from "../../../../components/proof/reach/index.ts";
import { inside, type Concrete, type World } from "./naive.ts";

/** All rules of a network, those of inner chains too. */
export function rulesOf({ checkpoints }: Network): Rule[] {
  const chains = new Set<Chain>();
  const visit = (chain: Chain | undefined) => {
    if (chain === undefined || chains.has(chain)) return;
    chains.add(chain);
    for (const { action } of chain.rules) if (typeof action !== "string") visit(action);
  };
  for (const { out, in: inward, answers } of checkpoints) [out, inward, answers].forEach(visit);
  return [...chains].flatMap(({ rules }) => rules);
}

/** The packets at which any of a network's sets may change: what lies between two of them is alike. */
export function samplePackets(network: Network): number[] {
  const sets = [
    ...rulesOf(network).flatMap(({ packets }) => [packets.sure, packets.maybe]),
    ...network.checkpoints.map(({ remembers = [] }) => remembers),
    network.remembers ?? [],
  ];
  const edges = new Set([0, ...sets.flat()]);
  for (const number of [1, 4, 6, 17, 33, 58, 132, 136])
    for (const port of [0, ...(portsOfAnswers[number] ?? []), 65536]) edges.add(number * 65536 + port);
  return [...edges].filter((packet) => packet < 256 * 65536).sort((a, b) => a - b);
}

const client = [1024];
const portsOfAnswers: Readonly<Record<number, readonly number[]>> = {
  1: [1, 8 * 256, 9 * 256],
  6: client,
  17: client,
  33: client,
  58: [128 * 256, 129 * 256, 129 * 256 + 1],
  132: client,
  136: client,
};

const endsOf = (network: Network): Ends[] => [
  ...rulesOf(network).flatMap(({ from, to }) => [from.sure, from.maybe, to.sure, to.maybe]),
  ...network.checkpoints.flatMap(({ guards, spares = {} }) => [guards.sure, guards.maybe, spares]),
  ...(network.shortcuts ?? []).flatMap(({ between }) => between),
];

/** Addresses at every edge of a network's sets that are in one set: what lies between two edges is alike. */
export function sampleAddresses(network: Network, within: NonNullable<Ends["addresses"]>): Nic["addresses"] {
  const sets = [
    within,
    ...endsOf(network).flatMap(({ addresses }) => (addresses === undefined ? [] : [addresses])),
  ];
  const v4 = [...new Set(sets.flatMap((set) => set.v4))].filter((value) => inside(within.v4, value));
  const v6 = [...new Set(sets.flatMap((set) => set.v6))].filter((value) => inside(within.v6, value));
  return [
    ...v4.map((value) => ({ family: 4, value }) as const),
    ...v6.map((value) => ({ family: 6, value }) as const),
  ];
}

export const everywhere = { v4: [0, 2 ** 32], v6: [0n, 1n << 128n] };

/** Everybody who can send or receive; a nic without address can be at any of its own. */
export const concretes = (network: Network): Concrete[] => [
  ...network.nics.flatMap(({ id, addresses, within = everywhere }) => {
    const own = within.v4.length + within.v6.length === 0 ? everywhere : within;
    return (addresses.length > 0 ? addresses : some(sampleAddresses(network, own), 4)).map((address) => ({
      nic: id,
      address,
    }));
  }),
  ...some(sampleAddresses(network, network.outside), 6).map((address) => ({ address })),
];

/** At most so many, spread over all. */
const some = <T>(all: readonly T[], most: number): T[] =>
  all.filter((_, index) => all.length <= most || index % Math.ceil(all.length / most) === 0);

/** What is not known of a network. */
export function doubts(network: Network): (Known<unknown> | Shortcut)[] {
  const known: Known<unknown>[] = [
    ...rulesOf(network).flatMap(({ from, to, packets }) => [from, to, packets]),
    ...network.checkpoints.map(({ guards }) => guards),
  ];
  const unknown = known.filter(({ sure, maybe }) => sure !== maybe);
  return [...unknown, ...(network.shortcuts ?? []).filter(({ sure }) => !sure)];
}

/** The one world of a network of which all is known. */
export function knownWorld(network: Network): World {
  const [world, ...others] = worlds(network, 2);
  assert.ok(world !== undefined && others.length === 0);
  return world;
}

/** Every way in which what is not known can turn out; of very many, some. */
export function* worlds(network: Network, most: number): Generator<World> {
  const unknown = doubts(network);
  const count = 2 ** Math.min(unknown.length, 30);
  // A step that is no divisor of a power of two visits bits of every place.
  const step = count <= most ? 1 : Math.floor(count / most) | 1;
  for (let index = 0, at = 0; index < Math.min(count, most); index++, at += step) {
    const more = new Set(unknown.filter((_, place) => Math.floor(at / 2 ** place) % 2 === 1));
    const side = (known: Known<unknown>) => (more.has(known) ? "maybe" : "sure");
    yield {
      ends: (known) => known[side(known)],
      packets: (known) => known[side(known)],
      exists: (shortcut) => shortcut.sure || more.has(shortcut),
    };
  }
}

/** The class that somebody is in; there is exactly one. */
export function classOf(reach: Reach, { nic, address }: Concrete): Class {
  const found = reach.classes.filter(({ spots, outside }) =>
    nic === undefined
      ? outside !== undefined && inside(address.family === 4 ? outside.v4 : outside.v6, address.value)
      : spots.some(
          (spot) =>
            spot.nic.id === nic &&
            (spot.address === undefined ||
              (spot.address.family === address.family && spot.address.value === address.value)),
        ),
  );
  const [one, ...others] = found;
  assert.ok(one !== undefined && others.length === 0);
  return one;
}
