import { parseBlock, showBlock } from "../../plan/index.ts";
import { zoneGroup, type ZoneFirewall } from "../firewall.ts";
import { versionFile } from "./lab.ts";
import { differences, type Finding } from "./byHand.ts";
import { parseListing, portsOf, showAddress, showElement, type Listing } from "./listing.ts";
import { mapOf, outside, parseListed, type Direction } from "./ruleset.ts";

/** What there is in a lab's gateway, read from the kernel. */
export interface Snapshot {
  /** Names the last change. */
  readonly version: string;
  /** The network's block; absent where nothing has been made yet. */
  readonly network?: string;
  readonly zones: readonly LiveZone[];
  readonly firewalls: readonly LiveFirewall[];
  readonly hosts: readonly LiveHost[];
  /** Network namespaces that no host has, such as one whose making was interrupted. */
  readonly strayNamespaces: readonly string[];
  /** Chains of zones that no connection is sent to. */
  readonly strayChains: readonly string[];
  /** Whether the host is there and connected that has every address which is not the network's. */
  readonly hasOutside: boolean;
  /** What somebody has changed by hand in what all zones share. */
  readonly byHand: readonly Finding[];
}

export interface LiveZone {
  readonly name: string;
  /** Which making of that name it is. */
  readonly instance: string;
  readonly cidr: string;
}

export interface LiveFirewall extends ZoneFirewall {
  readonly zone: string;
  readonly instance: string;
  /** The chains that connections are sent to. */
  readonly chains: Partial<Record<Direction, string>>;
}

export interface LiveHost {
  readonly name: string;
  readonly instance: string;
  readonly address: string;
  readonly groups: readonly string[];
  /** Its device in the gateway. */
  readonly port: string;
  /** Whether the gateway lets its device send with its address. */
  readonly maySend: boolean;
  /** Whether both ends of its cable are up. */
  readonly isUp: boolean;
  readonly hasNamespace: boolean;
}

/** A shell script whose output `parseSnapshot` reads. */
export const readScript = [
  `cat ${versionFile}`,
  "ip -j link show type veth",
  "ls /run/netns",
  "nft -j -n list ruleset",
  "cat /run/base 2>/dev/null || :",
].join("\necho @@\n");

export function parseSnapshot(text: string): Snapshot {
  const [version = "", links = "", namespaces = "", ruleset = "", base = ""] = text.split("@@\n");
  const listing = parseListing(ruleset);
  const network = listing.sets.get("network")?.map(showElement)[0];
  const groups = new Map(
    [...listing.sets]
      .filter(([name]) => name.includes("/"))
      .map(([name, elements]) => [name, elements.map(showAddress)]),
  );
  const zones = (listing.sets.get("zones") ?? []).map((element) => ({
    ...parseLabel(element.comment),
    cidr: showElement(element),
  }));
  const firewalls = parseFirewalls(listing, zones);
  const netns = namespaces.split("\n").filter((name) => name !== "");
  const hosts = parseHosts(links, netns, listing, groups);
  const hasOutside = netns.includes(outside) && isUp(links, outside);
  const used = new Set(firewalls.flatMap(({ chains }) => Object.values(chains)));
  return {
    version: version.trim(),
    ...(network === undefined ? {} : { network }),
    zones,
    firewalls,
    hosts,
    hasOutside,
    strayNamespaces: netns.filter((name) =>
      name === outside ? !hasOutside : !hosts.some((host) => host.name === name),
    ),
    strayChains: listing.chains
      .map(({ name }) => name)
      .filter((name) => name.includes("/") && !used.has(name)),
    byHand: [
      ...(hasOutside || base === "" ? [] : [{ what: "outside is gone", repair: [] }]),
      ...(base === "" ? [] : differences(listing, parseListing(base), zones, hosts)),
    ],
  };
}

/** What a zone and a host are marked with in the kernel. */
export const label = (name: string, instance: string): string => `${name}/${instance}`;
const parseLabel = (text = ""): { name: string; instance: string } => {
  const [name = "", instance = ""] = text.split("/");
  return { name, instance };
};

function parseFirewalls(listing: Listing, zones: readonly LiveZone[]): LiveFirewall[] {
  const rules = Map.groupBy(listing.rules, ({ chain }) => chain);
  return zones.flatMap(({ name, cidr }) => {
    const chain = (direction: Direction) =>
      listing.sets.get(mapOf[direction])?.find((element) => showElement(element) === cidr)?.target;
    const chains = Object.fromEntries(
      (["in", "out"] as const).flatMap((direction) => {
        const target = chain(direction);
        return target === undefined ? [] : [[direction, target]];
      }),
    ) as LiveFirewall["chains"];
    if (chains.in === undefined && chains.out === undefined) return [];
    const read = (direction: Direction) =>
      (rules.get(chains[direction] ?? "") ?? []).map((rule) => [
        parseListed(rule, direction, zoneGroup(name)),
        rule.comment ?? "",
      ]);
    const [ingress, egress] = [read("in"), read("out")];
    const isOpen = [ingress, egress].every((side) => side.some(([rule]) => rule === "open"));
    // Half open, where one side's rule was taken out by hand, shows as the rule of the other.
    const named = (side: string[][]) =>
      Object.fromEntries(side.filter(([rule]) => rule !== "open" || !isOpen)) as Record<string, string>;
    return [
      {
        zone: name,
        instance: (chains.in ?? chains.out ?? "").split("/")[2]?.split("-")[0] ?? "",
        chains,
        inside: isOpen ? "open" : "flows",
        ingress: named(ingress),
        egress: named(egress),
      },
    ];
  });
}

function parseHosts(
  links: string,
  namespaces: readonly string[],
  { sets }: Listing,
  groups: ReadonlyMap<string, readonly string[]>,
): LiveHost[] {
  const devices = parseLinks(links);
  const ports = portsOf(sets);
  return devices
    .filter(({ ifname, ifalias }) => ifname !== outside && ifalias !== undefined)
    .map(({ ifname, ifalias, operstate }) => {
      const [{ name, instance }, address] = [parseLabel(ifalias), addressOf(ifname)];
      return {
        name,
        instance,
        port: ifname,
        address,
        groups: [...groups].filter(([, members]) => members.includes(address)).map(([name]) => name),
        maySend: ports.some(({ port, address: own }) => port === ifname && own === address),
        isUp: operstate === "UP",
        hasNamespace: namespaces.includes(name),
      };
    });
}

interface Device {
  readonly ifname: string;
  readonly ifalias?: string;
  readonly operstate?: string;
}

const parseLinks = (text: string) => JSON.parse(text.trim() === "" ? "[]" : text) as readonly Device[];

const isUp = (links: string, device: string): boolean =>
  parseLinks(links).some(({ ifname, operstate }) => ifname === device && operstate === "UP");

/** A host's device in the gateway: names of devices are short, so it is called by the host's address. */
export const portOf = (address: string): string =>
  `p${parseBlock(`${address}/32`).start.toString(16).padStart(8, "0")}`;

const addressOf = (port: string): string =>
  showBlock({ start: Number.parseInt(port.slice(1), 16), prefix: 32 }).replace("/32", "");
