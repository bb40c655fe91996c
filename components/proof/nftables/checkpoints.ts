import {
  exactly,
  type Assumption,
  type Checkpoint,
  type Ends,
  type Known,
  type Shortcut,
} from "../network/index.ts";
import { everyAddress, type Addresses, type Packets } from "../space/index.ts";
import { ofFamily, uncertain } from "./alternative.ts";
import { Chains, type Way } from "./chains.ts";
import { answeredPackets } from "./conntrack.ts";
import { answersPass, tracks } from "./answers.ts";
import type { ListedChain, Ruleset } from "./ruleset.ts";

/** What lies on which side of the machine whose ruleset it is. */
export interface Devices {
  /** Who sends by each device: everybody by one of them. */
  readonly senders: ReadonlyMap<string, Known<Ends>>;
  /** To which addresses each device leads. */
  readonly routes: ReadonlyMap<string, Addresses>;
}

export interface ReadRuleset {
  readonly checkpoints: readonly Checkpoint[];
  readonly shortcuts: readonly Shortcut[];
  readonly remembers?: Packets;
  readonly assumptions: readonly Assumption[];
}

/** The hooks that a packet passes which the machine forwards, in their order. */
export const forwarded = ["prerouting", "forward", "postrouting"] as const;
/** Families whose chains see a packet before, after or beside those. */
const beside = new Set(["netdev", "bridge", "arp"]);

/** What a machine's ruleset lets pass of the packets that it forwards, or of those that come to other hooks. */
export function readCheckpoints(
  ruleset: Ruleset,
  devices?: Devices,
  hooks: readonly string[] = forwarded,
): ReadRuleset {
  const chains = new Chains(ruleset, devices?.routes);
  const checkpoints = baseChains(ruleset, hooks).flatMap((base) =>
    checkpointsOf(base, ruleset, chains, devices),
  );
  const unread = ruleset.chains.filter(isBeside);
  for (const { family, table, name, hook } of unread)
    chains.assume(
      `the chain ${name} of the hook ${hook ?? ""} is not read: it may stop packets or send them elsewhere`,
      `${family} ${table} ${name}`,
    );
  for (const other of ruleset.others)
    chains.assume(`a ${other} is not read; it is taken to open nothing`, other);
  const isDoubtful = chains.rewrites || unread.length > 0;
  return {
    checkpoints: [...checkpoints, ...(isDoubtful ? [stopping] : [])],
    shortcuts: isDoubtful ? [opening] : [],
    ...(tracks(ruleset) ? { remembers: answeredPackets } : {}),
    assumptions: [...chains.assumptions.values()],
  };
}

const isBeside = ({ family, hook }: ListedChain): boolean =>
  hook !== undefined && (beside.has(family) || hook === "ingress" || hook === "egress");

/** The chains that packets of these hooks come to by themselves, in the order in which they do. */
export const baseChains = (ruleset: Ruleset, hooks: readonly string[]): ListedChain[] =>
  hooks.flatMap((hook) =>
    ruleset.chains
      .filter((chain) => chain.hook === hook && !beside.has(chain.family))
      .sort((a, b) => (a.prio ?? 0) - (b.prio ?? 0)),
  );

/** At which priority connection tracking sees a packet (NF_IP_PRI_CONNTRACK). */
const tracking = -200;

function checkpointsOf(
  base: ListedChain,
  ruleset: Ruleset,
  chains: Chains,
  devices: Devices | undefined,
): Checkpoint[] {
  const { family, table, name, hook = "" } = base;
  const origin = { id: `${family} ${table} ${name}`, text: `chain ${name} of table ${family} ${table}` };
  const isStateful = answersPass(ruleset, base);
  const parts = (way: Way): Partial<Checkpoint> => {
    const chain = (one: Way) => chains.read(base, base.policy === "drop" ? "deny" : "allow", one);
    if (isStateful) return { out: chain(way) };
    return { out: chain(way), stateless: true, answers: chain({ ...way, isAnswer: true }) };
  };
  // At that priority it is a matter of who came first.
  const isBefore = hook === "prerouting" && (base.prio ?? 0) <= tracking;
  const tracked = isBefore && base.prio === tracking ? {} : { isTracked: !isBefore };
  const rest = { origin, name: origin.text };
  const seen = seenBy(base);
  if (devices === undefined || !chains.looksAtDevice(base))
    return [{ ...rest, guards: exactly({ addresses: seen }), ...parts({ hook, ...tracked }) }];
  return [...devices.senders].map(([device, guards]) => ({
    ...rest,
    name: `${origin.text}, by ${device}`,
    guards,
    ...parts({ hook, ...tracked, receivedBy: device }),
  }));
}

/** A table of one family sees no packets of the other. */
export const seenBy = ({ family }: ListedChain): Addresses =>
  family === "ip" ? ofFamily(4) : family === "ip6" ? ofFamily(6) : everyAddress;

const everybody: Ends = { addresses: everyAddress };
const notRead = { id: "not read", text: "what was not read of the ruleset" };
const stopping: Checkpoint = {
  name: notRead.text,
  origin: notRead,
  guards: exactly(everybody),
  out: {
    name: notRead.text,
    rules: [
      {
        from: exactly(everybody),
        to: exactly(everybody),
        packets: uncertain.packets,
        action: "deny",
        origin: notRead,
      },
    ],
    otherwise: "allow",
  },
};
const opening: Shortcut = { between: [everybody, everybody], sure: false, origin: notRead };
