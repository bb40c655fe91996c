import { Address4 } from "ip-address";

/** A block of IPv4 addresses: `start` as an unsigned 32-bit number, `prefix` in bits. */
export interface Block {
  readonly start: number;
  readonly prefix: number;
}

/** Reads an IPv4 CIDR block; throws a RangeError that says what is wrong and what was probably meant. */
export function parseBlock(text: string): Block {
  if (!text.includes("/")) {
    if (Address4.isValid(text))
      throw new RangeError(`the prefix length is missing: did you mean ${text}/32?`);
    throw new RangeError("write an IPv4 CIDR block, such as 10.16.0.0/16");
  }
  // Address4 also takes 10.0.0/8 and leading zeros, which other tools read as octal.
  if (!Address4.isValid(text) || !/^(?:(?:0|[1-9]\d*)\.){3}(?:0|[1-9]\d*)\/(?:0|[1-9]\d?)$/.test(text))
    throw new RangeError("write an IPv4 CIDR block, such as 10.16.0.0/16");
  const address = new Address4(text);
  const start = Number(address.startAddress().bigInt());
  const block = { start, prefix: address.subnetMask };
  if (start !== Number(address.bigInt()))
    throw new RangeError(`the address is not the block's first: did you mean ${showBlock(block)}?`);
  return block;
}

/** Whether text is meant as addresses rather than as a name, which begins with a letter. */
export const isMeantAsBlock = (text: string): boolean => /^\d/.test(text);

export const showAddress = (address: number): string => Address4.fromBigInt(BigInt(address)).correctForm();

export const showBlock = (block: Block): string => `${showAddress(block.start)}/${block.prefix}`;

/** How many addresses a block of this prefix length has. */
export const sizeOf = (prefix: number): number => 2 ** (32 - prefix);

export const contains = (outer: Block, inner: Block): boolean =>
  outer.start <= inner.start && inner.start + sizeOf(inner.prefix) <= outer.start + sizeOf(outer.prefix);

export const overlaps = (a: Block, b: Block): boolean => contains(a, b) || contains(b, a);

/** The `index`-th block of length `prefix` inside `block`. */
export function subBlock(block: Block, prefix: number, index: number): Block {
  const inner = { start: block.start + index * sizeOf(prefix), prefix };
  if (prefix < block.prefix || index < 0 || !contains(block, inner))
    throw new RangeError(`${showBlock(block)} has no block ${index} of length /${prefix}`);
  return inner;
}

/** The fewest blocks that are exactly the addresses from `first` to `last`. */
export function blocksBetween(first: number, last: number): Block[] {
  const blocks: Block[] = [];
  for (let start = first; start <= last;) {
    let prefix = 32;
    while (prefix > 0 && start % sizeOf(prefix - 1) === 0 && start + sizeOf(prefix - 1) - 1 <= last) prefix--;
    blocks.push({ start, prefix });
    start += sizeOf(prefix);
  }
  return blocks;
}

/** The fewest blocks that together are exactly these, in order. */
export function mergeBlocks(blocks: readonly Block[]): Block[] {
  const ranges: { first: number; last: number }[] = [];
  for (const { start, prefix } of [...blocks].sort((a, b) => a.start - b.start)) {
    const [before, last] = [ranges.at(-1), start + sizeOf(prefix) - 1];
    if (before !== undefined && start <= before.last + 1) before.last = Math.max(before.last, last);
    else ranges.push({ first: start, last });
  }
  return ranges.flatMap(({ first, last }) => blocksBetween(first, last));
}
