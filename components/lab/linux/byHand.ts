import { portsOf, showAddress, showElement, type Listing } from "./listing.ts";
import { baseChains, mapOf, table } from "./ruleset.ts";
import type { LiveHost, LiveZone } from "./snapshot.ts";

/** Something that is not as it was made. */
export interface Finding {
  readonly what: string;
  /** The nft commands that put it right. */
  readonly repair: string[];
}

/** What is not as it was made, in what all zones share. */
export function differences(
  now: Listing,
  made: Listing,
  zones: readonly LiveZone[],
  hosts: readonly LiveHost[],
): Finding[] {
  const found: Finding[] = [];
  const find = (what: string, ...repair: string[]) => found.push({ what, repair });
  const remove = (set: string, element: string) => `delete element ${table} ${set} { ${element} }`;

  const withoutHandle = (chain: Listing["chains"][number]) => JSON.stringify({ ...chain, handle: undefined });
  for (const chain of made.chains) {
    const current = now.chains.find(({ name }) => name === chain.name);
    const rules = (listing: Listing) =>
      JSON.stringify(listing.rules.filter((rule) => rule.chain === chain.name).map(({ expr }) => expr));
    if (current === undefined) find(`chain ${chain.name} is gone`);
    else if (withoutHandle(current) !== withoutHandle(chain)) find(`chain ${chain.name} is set up otherwise`);
    else if (rules(now) !== rules(made)) find(`chain ${chain.name} has other rules`);
  }
  if (found.length > 0) found[0]?.repair.push(...baseChains.trimEnd().split("\n"));
  for (const { name } of now.chains)
    if (!name.includes("/") && !made.chains.some((chain) => chain.name === name))
      find(`chain ${name} is not the lab's`, `flush chain ${table} ${name}`, `delete chain ${table} ${name}`);
  for (const { family, name } of now.tables)
    if (`${family} ${name}` !== table)
      find(`table ${family} ${name} is not the lab's`, `delete table ${family} ${name}`);

  const [network, planned] = [now, made].map(({ sets }) =>
    (sets.get("network") ?? []).map(showElement).join(", "),
  );
  if (network !== planned)
    find(
      `set network has ${network === "" ? "nothing" : network}`,
      `flush set ${table} network`,
      `add element ${table} network { ${planned} }`,
    );
  for (const { port, address } of portsOf(now.sets))
    if (!hosts.some((host) => host.port === port && host.address === address))
      find(`${port} may send as ${address}`, remove("ports", `${port} . ${address}`));
  for (const map of Object.values(mapOf))
    for (const block of (now.sets.get(map) ?? []).map(showElement))
      if (!zones.some(({ cidr }) => cidr === block))
        find(`map ${map} has ${block}, which is no zone`, remove(map, block));
  for (const [name, members] of now.sets)
    if (name.includes("/"))
      for (const address of members.map(showAddress))
        if (!hosts.some((host) => host.address === address))
          find(`group ${name} has ${address}, which is no host`, remove(name, address));
  return found;
}
