import { Address4, Address6 } from "ip-address";
import * as intervals from "./intervals.ts";
import type { Intervals } from "./intervals.ts";

/** An IP address of either family, as a number. */
export type Address =
  { readonly family: 4; readonly value: number } | { readonly family: 6; readonly value: bigint };

/** A set of addresses of both families. */
export interface Addresses {
  readonly v4: Intervals<number>;
  readonly v6: Intervals<bigint>;
}

const end4 = 2 ** 32;
const end6 = 1n << 128n;

export const noAddress: Addresses = { v4: [], v6: [] };
export const everyAddress: Addresses = { v4: [0, end4], v6: [0n, end6] };

/** Reads an address; throws a RangeError that says what is allowed. */
export function parseAddress(text: string): Address {
  // Address4 also takes leading zeros, which other tools read as octal.
  if (/^(?:(?:0|[1-9]\d*)\.){3}(?:0|[1-9]\d*)$/.test(text) && Address4.isValid(text))
    return { family: 4, value: Number(new Address4(text).bigInt()) };
  if (text.includes(":") && !/[%/]/.test(text) && Address6.isValid(text))
    return { family: 6, value: new Address6(text).bigInt() };
  throw new RangeError(`"${text}" is not an IP address, such as 10.0.0.1 or fd00::1`);
}

/** Reads a CIDR block, of which the address may be any of its own; throws a RangeError that says what is allowed. */
export function parseCidr(text: string): Addresses {
  const [, address = "", digits = ""] = /^([^/]+)\/(0|[1-9]\d{0,2})$/.exec(text) ?? [];
  const prefix = Number(digits);
  try {
    const parsed = parseAddress(address);
    if (parsed.family === 4 && prefix <= 32) {
      const size = 2 ** (32 - prefix);
      const start = Math.floor(parsed.value / size) * size;
      return { v4: [start, start + size], v6: [] };
    }
    if (parsed.family === 6 && prefix <= 128) {
      const bits = BigInt(128 - prefix);
      const start = (parsed.value >> bits) << bits;
      return { v4: [], v6: [start, start + (1n << bits)] };
    }
  } catch {
    // Said below, with what a block looks like.
  }
  throw new RangeError(`"${text}" is not a CIDR block, such as 10.0.0.0/16 or fd00::/64`);
}

export const oneAddress = (address: Address): Addresses =>
  address.family === 4
    ? { v4: [address.value, address.value + 1], v6: [] }
    : { v4: [], v6: [address.value, address.value + 1n] };

export const unionAddresses = (sets: readonly Addresses[]): Addresses => ({
  v4: intervals.unionOf(sets.map(({ v4 }) => v4)),
  v6: intervals.unionOf(sets.map(({ v6 }) => v6)),
});

export const intersectAddresses = (a: Addresses, b: Addresses): Addresses => ({
  v4: intervals.intersect(a.v4, b.v4),
  v6: intervals.intersect(a.v6, b.v6),
});

export const subtractAddresses = (a: Addresses, b: Addresses): Addresses => ({
  v4: intervals.subtract(a.v4, b.v4),
  v6: intervals.subtract(a.v6, b.v6),
});

export const hasAddress = ({ v4, v6 }: Addresses, address: Address): boolean =>
  address.family === 4 ? intervals.has(v4, address.value) : intervals.has(v6, address.value);

export const hasNoAddress = ({ v4, v6 }: Addresses): boolean => v4.length + v6.length === 0;

export const includesAddresses = (outer: Addresses, inner: Addresses): boolean =>
  intervals.includes(outer.v4, inner.v4) && intervals.includes(outer.v6, inner.v6);

/** The first address of a set that has one, of IPv4 where it can be: an example for people. */
export function anAddress({ v4, v6 }: Addresses): Address | undefined {
  const [first4] = v4;
  if (first4 !== undefined) return { family: 4, value: first4 };
  const [first6] = v6;
  return first6 === undefined ? undefined : { family: 6, value: first6 };
}

export const showAddress = (address: Address): string =>
  address.family === 4
    ? Address4.fromBigInt(BigInt(address.value)).correctForm()
    : Address6.fromBigInt(address.value).correctForm();

/** The set as the fewest CIDR blocks, in order. */
export const showCidrs = ({ v4, v6 }: Addresses): string[] => [
  ...[...intervals.parts(v4)].flatMap(([first, end]) =>
    blocks(BigInt(first), BigInt(end), 32).map(
      ([start, prefix]) => `${showAddress({ family: 4, value: Number(start) })}/${prefix}`,
    ),
  ),
  ...[...intervals.parts(v6)].flatMap(([first, end]) =>
    blocks(first, end, 128).map(([start, prefix]) => `${showAddress({ family: 6, value: start })}/${prefix}`),
  ),
];

function blocks(first: bigint, end: bigint, bits: number): [bigint, number][] {
  const found: [bigint, number][] = [];
  for (let start = first; start < end;) {
    let size = 1n;
    let prefix = bits;
    while (prefix > 0 && start % (size * 2n) === 0n && start + size * 2n <= end)
      [size, prefix] = [size * 2n, prefix - 1];
    found.push([start, prefix]);
    start += size;
  }
  return found;
}
