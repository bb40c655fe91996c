import {
  isMeantAsBlock,
  mergeBlocks,
  parseBlock,
  parseTraffic,
  showBlock,
  showTraffic,
  type Block,
  type Traffic,
} from "../plan/index.ts";

/** Hosts that a rule names: the members of a group, or addresses outside the lab. */
export type End =
  | { readonly kind: "group"; readonly group: string }
  | { readonly kind: "addresses"; readonly cidrs: readonly string[] };

/**
 * What one firewall rule opens. It is written as `role/worker -> role/manager: tcp/6443` or
 * `role/worker -> 192.0.2.53/32: udp/53`, which is its name as well: a rule is its content.
 */
export interface LabRule {
  readonly from: End;
  readonly to: End;
  readonly traffic: Traffic;
}

const groupName = /^[a-z]+(?:\/[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)+$/;
// The longest name that an nftables set may have, NFT_SET_MAXNAMELEN, with its end.
const longestGroup = 255;

/** Whether a text can name a group of hosts, such as `role/worker` or `zone/test-portal`. */
export const isGroup = (text: string): boolean => groupName.test(text) && text.length <= longestGroup;

export const showRule = ({ from, to, traffic }: LabRule): string =>
  `${showEnd(from)} -> ${showEnd(to)}: ${showTraffic(traffic)}`;

/** Reads what `showRule` writes; throws a RangeError that says what is allowed. */
export function parseRule(text: string): LabRule {
  const [, from, to, traffic] = /^(.+) -> (.+): (\S+)$/.exec(text) ?? [];
  if (from === undefined || to === undefined || traffic === undefined)
    throw new RangeError(
      "a rule is written as `<from> -> <to>: <traffic>`, such as `role/worker -> role/manager: tcp/6443`",
    );
  return { from: parseEnd(from), to: parseEnd(to), traffic: parseTraffic(traffic) };
}

/** Addresses as an end, however they were cut into blocks. */
export const addresses = (blocks: readonly Block[]): End => ({
  kind: "addresses",
  cidrs: mergeBlocks(blocks).map(showBlock),
});

// What an nftables rule's comment may hold, NFTNL_UDATA_COMMENT_MAXLEN without its end.
const longestComment = 127;

/** Why a rule is there, as the kernel keeps it: one line without double quotes, cut where it is too long. */
export function asComment(why: string): string {
  const line = why.replace(/\s+/g, " ").replaceAll('"', "'").trim();
  if (Buffer.byteLength(line) <= longestComment) return line;
  const room = longestComment - Buffer.byteLength("…");
  return `${new TextDecoder("utf-8", { ignoreBOM: true }).decode(Buffer.from(line).subarray(0, room)).replace(/\uFFFD$/, "")}…`;
}

const showEnd = (end: End): string => (end.kind === "group" ? end.group : end.cidrs.join(","));

function parseEnd(text: string): End {
  if (isMeantAsBlock(text)) {
    return addresses(text.split(",").map(parseBlock));
  }
  if (!isGroup(text))
    throw new RangeError(
      `"${text}" is neither CIDR blocks nor a group of hosts, such as role/worker or zone/test-portal`,
    );
  return { kind: "group", group: text };
}
