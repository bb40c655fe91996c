import {
  exactly,
  type Action,
  type Chain,
  type Checkpoint,
  type Ends,
  type Network,
  type Rule,
} from "../../../../components/proof/network/index.ts";
import { parseTraffic } from "../../../../components/plan/index.ts";
import { Reach, type Class } from "../../../../components/proof/reach/index.ts";
import {
  everyAddress,
  everyPacket,
  intervals,
  packetsOf,
  parseAddress,
  parseCidr,
  subtractAddresses,
  type Packets,
} from "../../../../components/proof/space/index.ts";

// Networks in few words, for tables.

export const traffic = (...texts: readonly string[]): Packets =>
  texts.includes("everything")
    ? everyPacket
    : intervals.unionOf(texts.map((text) => packetsOf(parseTraffic(text))));

const hosts = {
  "portal-1": "10.0.1.1",
  "portal-2": "10.0.1.2",
  "billing-1": "10.0.2.1",
  "claims-1": "10.0.3.1",
  manager: "10.0.0.1",
} as const;

export type Zone = "portal" | "billing" | "claims" | "management" | "outside" | "anywhere";
const blocks: Readonly<Record<Zone, Ends>> = {
  management: { addresses: parseCidr("10.0.0.0/24") },
  portal: { addresses: parseCidr("10.0.1.0/24") },
  billing: { addresses: parseCidr("10.0.2.0/24") },
  claims: { addresses: parseCidr("10.0.3.0/24") },
  outside: { addresses: subtractAddresses(everyAddress, parseCidr("10.0.0.0/16")) },
  anywhere: { addresses: everyAddress },
};
const none: Ends = { nics: new Set() };

/** `portal -> billing: tcp/443`, with `?` before it where it is not known whether it is there. */
export function rule(text: string, action: Action = "allow", why?: string): Rule {
  const [, maybe, from, to, on = ""] = /^(\?)?(\w+) -> (\w+): (.+)$/.exec(text) ?? [];
  return {
    from: maybe === undefined ? exactly(blocks[from as Zone]) : { sure: none, maybe: blocks[from as Zone] },
    to: exactly(blocks[to as Zone]),
    packets: exactly(traffic(...on.split(", "))),
    action,
    origin: { id: `rules.txt: ${text}`, text, ...(why !== undefined && { why }) },
  };
}

export const chain = (
  name: string,
  rules: readonly (Rule | string)[],
  otherwise: Chain["otherwise"] = "deny",
): Chain => ({
  name,
  rules: rules.map((one) => (typeof one === "string" ? rule(one) : one)),
  otherwise,
});

/** The firewall of a zone. */
export const firewall = (zone: Zone, more: Partial<Checkpoint> = {}): Checkpoint => ({
  name: `firewall of zone ${zone}`,
  origin: { id: `firewall ${zone}`, text: `zone ${zone}` },
  guards: exactly(blocks[zone]),
  ...more,
});

export const network = (checkpoints: readonly Checkpoint[], more: Partial<Network> = {}): Network => ({
  endpoints: Object.keys(hosts).map((id) => ({ id, kind: "host" })),
  nics: Object.entries(hosts).map(([id, address]) => ({
    id,
    endpoint: id,
    addresses: [parseAddress(address)],
  })),
  checkpoints,
  outside: subtractAddresses(everyAddress, parseCidr("10.0.0.0/16")),
  assumptions: [],
  ...more,
});

const questions = Object.keys(hosts).map((id): Ends => ({ nics: new Set([id]) }));

/** The reach of a network, with each host a class of its own. */
export const reachOf = (of: Network): Reach => new Reach(of, questions);

export function at(reach: Reach, name: keyof typeof hosts | "outside"): Class {
  const found = reach.classes.find(({ spots, outside }) =>
    name === "outside" ? outside !== undefined : spots.some(({ nic }) => nic.id === name),
  );
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
}
