// Pieces of the shell scripts that run in a lab's gateway.

/** One `ip` for many commands, and it stops at the first that fails. */
export const batch = (commands: readonly string[]): string => document("ip -batch -", "IP", commands);

/** One transaction of nftables: all of it or nothing. */
export const nft = (commands: readonly string[]): string => document("nft -f -", "NFT", commands);

const document = (program: string, end: string, lines: readonly string[]): string =>
  lines.length === 0 ? "" : [`${program} <<'${end}'`, ...lines, end, ""].join("\n");
