import { overlaps, parseBlock, showAddress } from "../../plan/index.ts";
import { zoneGroup, type ZoneFirewall } from "../firewall.ts";
import { addGroup, chainName, groupsIn, mapOf, renderChain, table, type Direction } from "./ruleset.ts";
import { batch, nft } from "./shell.ts";
import { label, type LiveFirewall, type LiveZone, type Snapshot } from "./snapshot.ts";

const directions = ["in", "out"] as const;
// In a user namespace a transaction of more than about 350 rules does not fit the netlink socket's buffer.
const rulesAtOnce = 100;

/** The zone's own end of its hosts' cables: the first address of the block after the network's own. */
export const gatewayOf = (cidr: string): string => showAddress(parseBlock(cidr).start + 1);

/** Makes a zone without hosts that nothing enters or leaves. One that has its name or its addresses gives way. */
export function createZone(now: Snapshot, zone: LiveZone): string {
  const block = parseBlock(zone.cidr);
  const before = now.zones.filter(
    ({ name, cidr }) => name === zone.name || overlaps(parseBlock(cidr), block),
  );
  return [
    ...before.map((old) => removeZone(now, old)),
    batch([`address replace ${gatewayOf(zone.cidr)}/32 dev lo`]),
    nft([
      `add element ${table} zones { ${zone.cidr} comment "${label(zone.name, zone.instance)}" }`,
      addGroup(zoneGroup(zone.name)),
    ]),
  ].join("");
}

export function deleteZone(now: Snapshot, { name, instance }: Omit<LiveZone, "cidr">): string {
  const zone = now.zones.find((other) => other.name === name && other.instance === instance);
  return zone === undefined ? "" : removeZone(now, zone);
}

function removeZone(now: Snapshot, { name, cidr }: LiveZone): string {
  const firewall = now.firewalls.find(({ zone }) => zone === name);
  return [
    nft([
      ...closeZone(cidr, firewall),
      ...removeChains(chainsOf(now, name, firewall)),
      `delete element ${table} zones { ${cidr} }`,
    ]),
    // It may have been taken away by hand.
    `ip address del ${gatewayOf(cidr)}/32 dev lo 2>/dev/null || :\n`,
  ].join("");
}

/**
 * Puts a zone's rules in place of those that it has, at once for all connections: new chains are made beside the old
 * ones, and then connections are sent there.
 */
export function applyFirewall(
  now: Snapshot,
  zone: LiveZone,
  instance: string,
  firewall: ZoneFirewall,
): string {
  const before = now.firewalls.find((other) => other.zone === zone.name);
  const old = chainsOf(now, zone.name, before);
  let version = 1;
  const chain = (direction: Direction) => chainName(direction, zone.name, `${instance}-${version}`);
  while (directions.some((direction) => old.includes(chain(direction)))) version++;

  const groups = [...new Set([zoneGroup(zone.name), ...groupsIn(firewall)])];
  const commands = [
    ...groups.map(addGroup),
    ...directions.flatMap((direction) => [
      `add chain ${table} ${chain(direction)}`,
      ...renderChain(chain(direction), direction, zoneGroup(zone.name), firewall),
    ]),
    ...closeZone(zone.cidr, before),
    ...directions.map(
      (direction) => `add element ${table} ${mapOf[direction]} { ${zone.cidr} : goto ${chain(direction)} }`,
    ),
    ...removeChains(old),
  ];
  // What is last must come at once: from the old rules to the new ones.
  const last = commands.length - rulesAtOnce;
  const pieces: string[][] = [];
  for (let from = 0; from < last; from += rulesAtOnce)
    pieces.push(commands.slice(from, Math.min(from + rulesAtOnce, last)));
  return [...pieces, commands.slice(Math.max(0, last))].map(nft).join("");
}

/** Takes a zone's rules away, so that nothing enters or leaves it. */
export function deleteFirewall(now: Snapshot, zone: string, instance: string): string {
  const firewall = now.firewalls.find((other) => other.zone === zone && other.instance === instance);
  const cidr = now.zones.find(({ name }) => name === zone)?.cidr;
  return firewall === undefined || cidr === undefined
    ? ""
    : nft([...closeZone(cidr, firewall), ...removeChains(chainsOf(now, zone, firewall))]);
}

const closeZone = (cidr: string, firewall: LiveFirewall | undefined): string[] =>
  directions
    .filter((direction) => firewall?.chains[direction] !== undefined)
    .map((direction) => `delete element ${table} ${mapOf[direction]} { ${cidr} }`);

/** A zone's chains, those included that an interrupted change has left. */
const chainsOf = (now: Snapshot, zone: string, firewall: LiveFirewall | undefined): string[] => [
  ...Object.values(firewall?.chains ?? {}),
  ...now.strayChains.filter((chain) => chain.split("/")[1] === zone),
];

const removeChains = (chains: readonly string[]): string[] =>
  chains.flatMap((chain) => [`flush chain ${table} ${chain}`, `delete chain ${table} ${chain}`]);
