import type { Ends } from "../network/index.ts";
import { intervals } from "../space/index.ts";

/** Sets of ends that hold the same, of which the first stands for all. */
export interface Kind {
  readonly ends: Ends;
  readonly sets: Ends[];
}

/** Sets by what they hold: there can be as many as rules, and most hold what others do. */
export function kindsOf(sets: Iterable<Ends>, numbers: ReadonlyMap<string, number>): Kind[] {
  const kinds: Kind[] = [];
  const byParts = new Map<Ends["nics"], Map<Ends["addresses"], Kind>>();
  const byHash = new Map<number, Kind[]>();
  for (const set of sets) {
    let byAddresses = byParts.get(set.nics);
    if (byAddresses === undefined) byParts.set(set.nics, (byAddresses = new Map<Ends["addresses"], Kind>()));
    let kind = byAddresses.get(set.addresses);
    if (kind === undefined) {
      const hash = hashOf(set, numbers);
      let alike = byHash.get(hash);
      if (alike === undefined) byHash.set(hash, (alike = []));
      kind = alike.find(({ ends }) => sameEnds(ends, set));
      if (kind === undefined) {
        kind = { ends: set, sets: [] };
        kinds.push(kind);
        alike.push(kind);
      }
      byAddresses.set(set.addresses, kind);
    }
    kind.sets.push(set);
  }
  return kinds;
}

/** The same for sets that hold the same, in whatever order. */
function hashOf({ nics, addresses }: Ends, numbers: ReadonlyMap<string, number>): number {
  let hash = 0;
  for (const nic of nics ?? []) hash = (hash + Math.imul(numbers.get(nic) ?? 0, 0x9e3779b1)) | 0;
  for (const point of addresses?.v4 ?? []) hash = (Math.imul(hash, 31) + point) | 0;
  for (const point of addresses?.v6 ?? []) hash = (Math.imul(hash, 31) + Number(point % 0x7fffffffn)) | 0;
  return hash;
}

const sameEnds = (a: Ends, b: Ends): boolean =>
  intervals.equals(a.addresses?.v4 ?? [], b.addresses?.v4 ?? []) &&
  intervals.equals(a.addresses?.v6 ?? [], b.addresses?.v6 ?? []) &&
  sameNics(a.nics ?? none, b.nics ?? none);

const none: ReadonlySet<string> = new Set();

function sameNics(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  if (a === b) return true;
  if (a.size !== b.size) return false;
  for (const nic of a) if (!b.has(nic)) return false;
  return true;
}
