import {
  exactly,
  type Assumption,
  type Chain,
  type Checkpoint,
  type Ends,
  type Known,
  type Network,
  type Nic,
} from "../network/index.ts";
import { parseRuleset, readCheckpoints, sourcesBy, type Ruleset } from "../nftables/index.ts";
import {
  everyAddress,
  hasAddress,
  hasNoAddress,
  intersectAddresses,
  oneAddress,
  parseAddress,
  parseCidr,
  showAddress,
  subtractAddresses,
  unionAddresses,
  type Address,
  type Addresses,
} from "../space/index.ts";
import { errorsPass } from "./assumptions.ts";

/** A lab that runs, as its gateway's kernel shows it. */
export interface LiveLab {
  /** What `nft -j -n list ruleset` prints in the gateway. */
  readonly ruleset: string;
  /** The network's block; whatever is not of it is outside. */
  readonly cidr: string;
  readonly hosts: readonly LiveHost[];
}

export interface LiveHost {
  readonly name: string;
  readonly address: string;
  /** Its cable's end in the gateway. */
  readonly device: string;
}

/** The gateway's device to outside, and the name of what is there. */
const outside = "outside";

/** Who reaches whom in a lab, from the rules that its gateway's kernel has, whoever made them. */
export function liveNetwork(lab: LiveLab): Network {
  const ruleset = parseRuleset(lab.ruleset);
  const hosts = lab.hosts.map(({ name, address, device }) => ({ name, device, own: parseAddress(address) }));
  const block = parseCidr(lab.cidr);
  const beyond: Addresses = { v4: subtractAddresses(everyAddress, block).v4, v6: [] };
  const senders = [
    ...hosts.map(({ name, device, own }) => ({ name, device, own: oneAddress(own) })),
    { name: outside, device: outside, own: beyond },
  ].map((sender) => ({ ...sender, sources: sourcesBy(ruleset, sender.device) }));
  const mayForge = senders.some(({ own, sources }) => !hasNoAddress(subtractAddresses(sources, own)));
  const marks = mayForge ? marksOf(ruleset, lab) : [];
  const forging = senders.flatMap(({ name, own, sources }): Nic[] => {
    const more = subtractAddresses(sources, own);
    const taken = [...hosts.map((host) => host.own), ...marks.filter((mark) => hasAddress(beyond, mark))];
    const addresses = unique(taken.filter((address) => hasAddress(more, address)));
    return addresses.length === 0 ? [] : [{ id: forger(name), endpoint: name, addresses }];
  });
  const forged = unionAddresses(forging.flatMap(({ addresses }) => addresses.map(oneAddress)));
  const guards = new Map(
    senders.map(({ name, device }): [string, Known<Ends>] => {
      const nics = new Set([name, forger(name)]);
      if (name !== outside) return [device, exactly({ nics })];
      // An address of outside that a host may bear as well does not tell by which device it comes.
      const sure = subtractAddresses(beyond, forged);
      return [device, { sure: { nics, addresses: sure }, maybe: { nics, addresses: beyond } }];
    }),
  );
  const inside = unionAddresses(hosts.map(({ own }) => oneAddress(own)));
  const routes = new Map([
    ...hosts.map(({ device, own }): [string, Addresses] => [device, oneAddress(own)]),
    [outside, { v4: subtractAddresses(everyAddress, inside).v4, v6: [] }] as const,
  ]);
  const { checkpoints, shortcuts, remembers, assumptions } = readCheckpoints(ruleset, {
    senders: guards,
    routes,
  });
  return {
    endpoints: [
      ...hosts.map(({ name }) => ({ id: name, kind: "host" })),
      ...(forging.some(({ endpoint }) => endpoint === outside) ? [{ id: outside, kind: "outside" }] : []),
    ],
    nics: [...hosts.map(({ name, own }) => ({ id: name, endpoint: name, addresses: [own] })), ...forging],
    checkpoints: [...checkpoints, ...(forging.length === 0 ? [] : [onlySending(forging)])],
    shortcuts,
    outside: beyond,
    ...(remembers === undefined ? {} : { remembers }),
    assumptions: [errorsPass, ...assumptions, ...forging.map(forgery), ...sixth(senders)],
  };
}

const forger = (name: string): string => `${name}, as another`;

const forgery = ({ endpoint, addresses }: Nic): Assumption => ({
  text: `${endpoint} may send with addresses that are not its own, such as ${addresses.slice(0, 3).map(showAddress).join(", ")}`,
  origin: endpoint,
});

/** What comes to an address goes to whoever has it, and not to those who only write it on their packets. */
function onlySending(forging: readonly Nic[]): Checkpoint {
  const nothing: Chain = { name: "nothing", rules: [], otherwise: "deny" };
  const origin = { id: "forged", text: "addresses that others have" };
  const guards = exactly({ nics: new Set(forging.map(({ id }) => id)) });
  return { name: origin.text, origin, guards, in: nothing };
}

/** Addresses at which a set of the ruleset begins or ends: those between are treated as the one before. */
function marksOf(ruleset: Ruleset, { cidr }: LiveLab): Address[] {
  const sets: Addresses[] = [parseCidr(cidr)];
  const chains = new Set<Chain>();
  const take = (chain: Chain | undefined) => {
    if (chain === undefined || chains.has(chain)) return;
    chains.add(chain);
    for (const { from, action } of chain.rules) {
      sets.push(...[from.sure, from.maybe].flatMap(({ addresses }) => addresses ?? []));
      if (typeof action !== "string") take(action);
    }
  };
  for (const { out } of readCheckpoints(ruleset).checkpoints) take(out);
  const points = new Set([0, ...[...new Set(sets)].flatMap(({ v4 }) => v4)]);
  return [...points].filter((value) => value < 2 ** 32).map((value) => ({ family: 4, value }));
}

const unique = (addresses: readonly Address[]): Address[] => [
  ...new Map(addresses.map((address) => [showAddress(address), address])).values(),
];

const sixth = (senders: readonly { readonly name: string; readonly sources: Addresses }[]): Assumption[] =>
  senders
    .filter(({ sources }) => intersectAddresses(sources, { v4: [], v6: everyAddress.v6 }).v6.length > 0)
    .map(({ name }) => ({
      text: `the gateway takes IPv6 from ${name}; that it has no address of it is taken for granted`,
      origin: name,
    }));
