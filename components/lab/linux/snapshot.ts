import { parseBlock, showBlock } from "../../plan/index.ts";
import { zoneGroup, type ZoneFirewall } from "../firewall.ts";
import { versionFile } from "./lab.ts";
import {
  baseChains,
  mapOf,
  outside,
  parseElement,
  parseListed,
  table,
  type Direction,
  type ListedRule,
} from "./ruleset.ts";

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
  /** Every group's addresses. */
  readonly groups: ReadonlyMap<string, readonly string[]>;
}

/** Something that is not as it was made. */
export interface Finding {
  readonly what: string;
  /** The nft commands that put it right. */
  readonly repair: string[];
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

interface Element {
  readonly value: unknown;
  readonly comment?: string;
  readonly target?: string;
}

interface Listing {
  readonly tables: readonly { readonly family: string; readonly name: string }[];
  readonly chains: readonly { readonly name: string; readonly [key: string]: unknown }[];
  readonly rules: readonly ListedRule[];
  readonly sets: ReadonlyMap<string, readonly Element[]>;
}

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
    groups,
  };
}

function parseListing(text: string): Listing {
  const { nftables = [] } = (text.trim() === "" ? {} : JSON.parse(text)) as {
    nftables?: readonly Readonly<Record<string, Record<string, unknown>>>[];
  };
  const all = (kind: string) =>
    nftables.flatMap((object) => (object[kind] === undefined ? [] : [object[kind]]));
  const own = (object: Readonly<Record<string, unknown>>) =>
    object["family"] === "inet" && object["table"] === "bulkhead";
  return {
    tables: all("table") as unknown as Listing["tables"],
    chains: all("chain").filter(own) as unknown as Listing["chains"],
    rules: all("rule").filter(own) as unknown as ListedRule[],
    sets: new Map(
      [...all("set"), ...all("map")]
        .filter(own)
        .map((set) => [String(set["name"]), ((set["elem"] ?? []) as unknown[]).map(parseSetElement)]),
    ),
  };
}

/** Sets list their elements, with a comment as an object around them, and maps list pairs. */
function parseSetElement(element: unknown): Element {
  if (Array.isArray(element)) {
    const [key, verdict] = element as [unknown, { goto?: { target?: string } } | undefined];
    const target = verdict?.goto?.target;
    return { ...parseSetElement(key), ...(target === undefined ? {} : { target }) };
  }
  const { elem } = (element ?? {}) as { elem?: { val: unknown; comment?: string } };
  if (elem === undefined) return { value: element };
  return { value: elem.val, ...(elem.comment === undefined ? {} : { comment: elem.comment }) };
}

const showElement = ({ value }: Element): string =>
  parseElement(value)?.map(showBlock).join(",") ?? JSON.stringify(value);
const showAddress = (element: Element): string => showElement(element).replace(/\/32$/, "");

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

const portsOf = (sets: Listing["sets"]) =>
  (sets.get("ports") ?? []).map(({ value }) => {
    const [port = "", address = ""] = (value as { concat?: readonly string[] }).concat ?? [];
    return { port, address };
  });

/** What is not as it was made, in what all zones share. */
function differences(
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
