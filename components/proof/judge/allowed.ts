import type { Network } from "../network/index.ts";
import type { Class, Reach } from "../reach/index.ts";
import {
  intervals,
  showAddress,
  showCidrs,
  unionAddresses,
  type Addresses,
  type Intervals,
  type Packets,
} from "../space/index.ts";
import type { Allowed, StatedEndpoint } from "../statement/index.ts";

/** A network's endpoints with their addresses, each with the party that it is one of. */
export function endpointsOf(
  { endpoints, nics }: Network,
  partyOf: (endpoint: string) => string | undefined,
): StatedEndpoint[] {
  const own = Map.groupBy(nics, ({ endpoint }) => endpoint);
  return endpoints.map(({ id, kind }) => {
    const party = partyOf(id);
    return {
      id,
      kind,
      addresses: (own.get(id) ?? []).flatMap(({ addresses }) => addresses.map(showAddress)),
      ...(party === undefined ? {} : { party }),
    };
  });
}

/** The endpoints of a class, each once. */
export const endpointsIn = ({ spots }: Class): string[] => [...new Set(spots.map(({ nic }) => nic.endpoint))];

/**
 * Every two endpoints between whom anything may pass. What an endpoint sends to itself never meets a firewall; only
 * where `toItself` is said it is listed, as of a symbolic endpoint, which stands for many.
 */
export function* allowedBetween(reach: Reach, toItself: boolean): Generator<Allowed> {
  const ends = new Map(reach.classes.map((one) => [one, endpointsIn(one)]));
  const passing = new Map<Class, (readonly [Class, Packets])[]>();
  for (const [from, to, packets] of reach.pairs("maybe")) {
    const receivers = passing.get(from);
    if (receivers === undefined) passing.set(from, [[to, packets]]);
    else receivers.push([to, packets]);
  }
  // One sender after the other, since of all together there may be too many to keep.
  const classesOf = new Map<string, Class[]>();
  for (const [one, ids] of ends)
    for (const id of ids) {
      const classes = classesOf.get(id);
      if (classes === undefined) classesOf.set(id, [one]);
      else classes.push(one);
    }
  for (const [from, classes] of classesOf) {
    const found = new Map<string, Packets>();
    for (const one of classes)
      for (const [other, packets] of passing.get(one) ?? [])
        for (const to of ends.get(other) ?? []) {
          const known = found.get(to);
          if (known === undefined) found.set(to, packets);
          else if (!intervals.includes(known, packets)) found.set(to, intervals.union(known, packets));
        }
    for (const [to, packets] of found) if (from !== to || toItself) yield { from, to, packets };
  }
}

/**
 * The same between an endpoint and addresses outside, as the fewest blocks to which the same passes. A block may
 * enclose addresses of endpoints, of which `allowedBetween` speaks: else it would be cut at each of them.
 */
export function* allowedOutside(reach: Reach): Generator<Allowed> {
  const found = new Map<string, { inside: string; out: boolean; packets: Packets; addresses: Addresses[] }>();
  for (const [from, to, packets] of reach.pairs("maybe")) {
    const out = to.outside !== undefined;
    const addresses = to.outside ?? from.outside;
    if (addresses === undefined) continue;
    for (const inside of endpointsIn(out ? from : to)) {
      const key = `${inside} ${String(out)} ${packets.join()}`;
      const same = found.get(key);
      if (same === undefined) found.set(key, { inside, out, packets, addresses: [addresses] });
      else same.addresses.push(addresses);
    }
  }
  const { outside } = reach.network;
  // Those of a class share one set, which may have a hole for each endpoint.
  const known = new Map<Addresses, string[]>();
  const blocksOf = (sets: readonly Addresses[]): string[] => {
    const [only, ...more] = sets;
    const shown = more.length === 0 && only !== undefined ? known.get(only) : undefined;
    if (shown !== undefined) return shown;
    const blocks = showCidrs(withoutHoles(unionAddresses(sets), outside));
    if (more.length === 0 && only !== undefined) known.set(only, blocks);
    return blocks;
  };
  for (const { inside, out, packets, addresses } of found.values())
    for (const block of blocksOf(addresses))
      yield out ? { from: inside, to: block, packets } : { from: block, to: inside, packets };
}

/** The same, with the gaps closed in which nothing is that could be outside. */
const withoutHoles = ({ v4, v6 }: Addresses, outside: Addresses): Addresses => ({
  v4: closed(v4, outside.v4),
  v6: closed(v6, outside.v6),
});

function closed<T extends number | bigint>(set: Intervals<T>, outside: Intervals<T>): Intervals<T> {
  const points: T[] = [];
  for (const [first, end] of intervals.parts<T>(set)) {
    const last = points.at(-1);
    if (last !== undefined && !intervals.touches(outside, last, first)) points[points.length - 1] = end;
    else points.push(first, end);
  }
  return points;
}
