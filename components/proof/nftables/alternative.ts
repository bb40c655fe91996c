import type { Known } from "../network/index.ts";
import {
  everyAddress,
  everyPacket,
  hasNoAddress,
  intersectAddresses,
  intervals,
  noAddress,
  noPacket,
  type Addresses,
  type Packets,
} from "../space/index.ts";

/** Packets that match all of some conditions; a rule may have several such alternatives. */
export interface Alternative {
  readonly from: Known<Addresses>;
  readonly to: Known<Addresses>;
  readonly packets: Known<Packets>;
}

const anyAddress: Known<Addresses> = { sure: everyAddress, maybe: everyAddress };
const anyPacket: Known<Packets> = { sure: everyPacket, maybe: everyPacket };

export const everything: Alternative = { from: anyAddress, to: anyAddress, packets: anyPacket };
/** Of which nothing is known: it may match all or nothing. */
export const uncertain: Alternative = { ...everything, packets: { sure: noPacket, maybe: everyPacket } };

/** Those that match both. */
export function and(a: Alternative, b: Alternative): Alternative | undefined {
  if (a === everything) return b;
  if (b === everything) return a;
  const both = {
    from: bothAddresses(a.from, b.from),
    to: bothAddresses(a.to, b.to),
    packets: bothPackets(a.packets, b.packets),
  };
  const never =
    hasNoAddress(both.from.maybe) || hasNoAddress(both.to.maybe) || both.packets.maybe.length === 0;
  return never ? undefined : both;
}

function bothAddresses(a: Known<Addresses>, b: Known<Addresses>): Known<Addresses> {
  if (a === anyAddress) return b;
  if (b === anyAddress) return a;
  const sure = intersectAddresses(a.sure, b.sure);
  const exact = a.sure === a.maybe && b.sure === b.maybe;
  return { sure, maybe: exact ? sure : intersectAddresses(a.maybe, b.maybe) };
}

function bothPackets(a: Known<Packets>, b: Known<Packets>): Known<Packets> {
  if (a === anyPacket) return b;
  if (b === anyPacket) return a;
  const sure = intervals.intersect(a.sure, b.sure);
  if (a.sure === a.maybe && b.sure === b.maybe) return { sure, maybe: sure };
  const maybe = intervals.intersect(a.maybe, b.maybe);
  // What one of them leaves open the other may settle.
  return { sure, maybe: intervals.equals(sure, maybe) ? sure : maybe };
}

const families = {
  4: { v4: everyAddress.v4, v6: noAddress.v6 },
  6: { v4: noAddress.v4, v6: everyAddress.v6 },
};
export const ofFamily = (family: 4 | 6): Addresses => families[family];
