import type { Chain, Checkpoint, Ends, Network, Rule } from "../network/index.ts";
import { everyPacket, intervals, noPacket, type Packets } from "../space/index.ts";
import { asking, ofSameProtocols, unanswered } from "./answers.ts";
import { Classes, type Class } from "./classes.ts";
import { decide, type Step } from "./decide.ts";
import { RuleList } from "./lists.ts";
import type { Polarity } from "./spots.ts";

/**
 * Who reaches whom in a network, exactly: for every two addresses the packets that pass from the one to the other. It
 * is computed for classes of addresses that nothing in the network tells apart. What is not known for certain is
 * taken for open (`maybe`) or for closed (`sure`), as the question asks.
 */
export class Reach {
  readonly network: Network;
  readonly #classes: Classes;
  readonly #guardedBy = new Map<Polarity, readonly (readonly Checkpoint[])[]>();
  readonly #peers = new Map<Chain, Map<number, Peers>>();

  /** `questions` are sets that will be asked about: classes are told apart by them, too. */
  constructor(network: Network, questions: readonly Ends[] = []) {
    this.network = network;
    this.#classes = new Classes(network, questions);
  }

  get classes(): readonly Class[] {
    return this.#classes.all;
  }

  /** Whether a class is in one of the network's sets or of the questions. */
  holds(ends: Ends, { index }: Class, polarity: Polarity = "maybe"): boolean {
    return this.#classes.of(ends, polarity).has(index);
  }

  /** The classes of such a set. */
  within(ends: Ends, polarity: Polarity = "maybe"): Class[] {
    return [...this.#classes.of(ends, polarity)].map((index) => this.#classes.all[index]!);
  }

  /** What passes from any of the one class to any other of the other; nothing that never meets the network. */
  between(from: Class, to: Class, polarity: Polarity): Packets {
    if (!couldMeet(from, to)) return noPacket;
    const there = this.firsts(from, to, polarity);
    const { remembers } = this.network;
    if (remembers === undefined || polarity === "sure" || intervals.includes(there, remembers)) return there;
    const answers = intervals.intersect(ofSameProtocols(this.firsts(to, from, polarity)), remembers);
    return intervals.union(there, answers);
  }

  /** The same without what passes only since the network has seen packets the other way. */
  firsts(from: Class, to: Class, polarity: Polarity): Packets {
    if (this.shortcut(from, to, polarity) !== undefined) return everyPacket;
    let passing = everyPacket;
    for (const passage of this.path(from, to, polarity)) {
      passing = intervals.intersect(passing, this.#passes(passage, from, to, polarity));
      if (passing.length === 0) return passing;
    }
    return polarity === "sure" ? intervals.subtract(passing, this.unanswered(from, to, passing)) : passing;
  }

  /** Every two classes between which anything passes. */
  *pairs(polarity: Polarity): Generator<readonly [Class, Class, Packets]> {
    const receivers = this.#receivers();
    for (const from of this.classes)
      for (const index of receivers.get(from.index) ?? []) {
        const to = this.#classes.all[index]!;
        const packets = this.between(from, to, polarity);
        if (packets.length > 0) yield [from, to, packets];
      }
  }

  /** The checkpoints that packets of the one to the other pass, in their order. */
  path(from: Class, to: Class, polarity: Polarity): Passage[] {
    const found: Passage[] = [];
    const take = (checkpoint: Checkpoint, direction: "out" | "in", other: Class) => {
      const chain = checkpoint[direction];
      if (chain !== undefined && !this.#spares(checkpoint, other, polarity))
        found.push({ checkpoint, direction, chain });
    };
    for (const checkpoint of this.guardsOf(from, polarity)) take(checkpoint, "out", to);
    for (const checkpoint of this.guardsOf(to, polarity)) take(checkpoint, "in", from);
    return found;
  }

  /** The shortcut between two classes, if there is one. */
  shortcut(from: Class, to: Class, polarity: Polarity) {
    return this.network.shortcuts?.find(({ between: [one, other], sure }) => {
      if (polarity === "sure" && !sure) return false;
      const both = (a: Class, b: Class) => this.holds(one, a, polarity) && this.holds(other, b, polarity);
      return both(from, to) || both(to, from);
    });
  }

  /** What a chain lets pass. */
  allowed(
    { chain, direction }: Pick<Passage, "chain" | "direction">,
    from: Class,
    to: Class,
    polarity: Polarity,
    note?: (step: Step) => void,
  ): Packets {
    const list = (inner: Chain) => this.#list(inner, direction, from.index, to.index);
    const own = list(chain);
    const isPlain = note === undefined && isFixed(from) && isFixed(to) && own.isPlain;
    const known = isPlain ? own.decided[polarity] : undefined;
    if (known !== undefined) return known;
    const matches = (rule: Rule, how: Polarity) =>
      this.#classes.of(rule.from[how], how).has(from.index) &&
      this.#classes.of(rule.to[how], how).has(to.index)
        ? rule.packets[how]
        : noPacket;
    const allowed = decide(chain, polarity, (inner) => list(inner).rules, matches, note);
    if (isPlain) own.decided[polarity] = allowed;
    return allowed;
  }

  /**
   * What a checkpoint may let pass as answers. What it could have seen the other way is what its own rules allow:
   * other firewalls may have been more open when it came.
   */
  answers({ checkpoint, direction }: Passage, from: Class, to: Class): Packets {
    const { remembers } = checkpoint;
    if (remembers === undefined) return noPacket;
    const back = direction === "out" ? "in" : "out";
    const chain = checkpoint[back];
    if (chain === undefined) return remembers;
    const seen = this.allowed({ chain, direction: back }, to, from, "maybe");
    return intervals.intersect(ofSameProtocols(seen), remembers);
  }

  /** Of what passes, that of which no answer comes back, for want of a rule in a stateless firewall. */
  unanswered(from: Class, to: Class, passing: Packets): Packets {
    const back = this.path(to, from, "sure").filter(({ checkpoint }) => checkpoint.stateless === true);
    if (back.length === 0) return noPacket;
    const lost = unanswered(passing, (needed) =>
      back.every(
        (passage) =>
          passage.checkpoint.answers !== undefined ||
          intervals.includes(this.allowed(passage, to, from, "sure"), needed),
      ),
    );
    return intervals.unionOf([
      lost,
      ...back.flatMap(({ checkpoint: { answers: chain }, direction }) =>
        chain === undefined
          ? []
          : [
              intervals.subtract(
                intervals.intersect(passing, asking),
                this.allowed({ chain, direction }, to, from, "sure"),
              ),
            ],
      ),
    ]);
  }

  guardsOf({ index }: Class, polarity: Polarity): readonly Checkpoint[] {
    let all = this.#guardedBy.get(polarity);
    if (all === undefined) {
      const lists: Checkpoint[][] = this.classes.map(() => []);
      // What may be open counts on no firewall that may not be there, and the other way round.
      const how = polarity === "maybe" ? "sure" : "maybe";
      for (const checkpoint of this.network.checkpoints)
        for (const member of this.#classes.of(checkpoint.guards[how], how)) lists[member]?.push(checkpoint);
      all = lists;
      this.#guardedBy.set(polarity, all);
    }
    return all[index] ?? [];
  }

  #passes(passage: Passage, from: Class, to: Class, polarity: Polarity): Packets {
    const own = this.allowed(passage, from, to, polarity);
    return polarity === "sure" ? own : intervals.union(own, this.answers(passage, from, to));
  }

  #spares({ spares }: Checkpoint, other: Class, polarity: Polarity): boolean {
    return spares !== undefined && this.holds(spares, other, polarity);
  }

  /** The rules of a chain that may match, in order, found by the end that the chain's checkpoint guards. */
  #list(chain: Chain, direction: "out" | "in", from: number, to: number): RuleList {
    const [own, peer] = direction === "out" ? [from, to] : [to, from];
    const { lists, none } = this.#rulesByPeer(chain, direction, own);
    return lists.get(peer) ?? none;
  }

  #rulesByPeer(chain: Chain, direction: "out" | "in", own: number): Peers {
    let known = this.#peers.get(chain);
    if (known === undefined) this.#peers.set(chain, (known = new Map<number, Peers>()));
    const key = direction === "out" ? own * 2 + 1 : own * 2;
    let peers = known.get(key);
    if (peers !== undefined) return peers;
    const [ownEnd, peerEnd] = direction === "out" ? (["from", "to"] as const) : (["to", "from"] as const);
    const none = new RuleList();
    const lists = new Map<number, RuleList>();
    let [run, named]: [Rule[], ReadonlySet<number> | undefined] = [[], undefined];
    const settle = () => {
      for (const peer of named ?? []) lists.set(peer, (lists.get(peer) ?? none).with(run));
    };
    for (const rule of chain.rules) {
      if (!this.#classes.of(rule[ownEnd].maybe, "maybe").has(own)) continue;
      const next = this.#classes.of(rule[peerEnd].maybe, "maybe");
      if (next !== named) {
        settle();
        [run, named] = [[], next];
      }
      run.push(rule);
    }
    settle();
    known.set(key, (peers = { lists, none }));
    return peers;
  }

  /** To whom each class could send at all, so that not every two have to be looked at. */
  #receivers(): ReadonlyMap<number, ReadonlySet<number>> {
    const listed = (one: Class, direction: "out" | "in") => this.#listed(one, direction);
    const everyone = this.classes.map(({ index }) => index);
    const receivers = new Map<number, Set<number>>(everyone.map((index) => [index, new Set()]));
    const senders = new Map<number, Set<number>>();
    const open: number[] = [];
    for (const to of this.classes) {
      const from = listed(to, "in");
      if (from === undefined) open.push(to.index);
      else for (const index of from) add(senders, index, to.index);
    }
    for (const from of this.classes) {
      const to = listed(from, "out");
      const own = receivers.get(from.index)!;
      if (to === undefined) for (const index of [...open, ...(senders.get(from.index) ?? [])]) own.add(index);
      else for (const index of to) own.add(index);
    }
    if (this.network.remembers !== undefined)
      for (const [from, all] of [...receivers].map(([index, set]) => [index, [...set]] as const))
        for (const to of all) receivers.get(to)?.add(from);
    for (const {
      between: [one, other],
    } of this.network.shortcuts ?? [])
      for (const a of this.#classes.of(one, "maybe"))
        for (const b of this.#classes.of(other, "maybe")) {
          receivers.get(a)?.add(b);
          receivers.get(b)?.add(a);
        }
    return receivers;
  }

  /** The classes that a checkpoint's rules name for the other end; undefined where they say nothing of the rest. */
  #listed(one: Class, direction: "out" | "in"): ReadonlySet<number> | undefined {
    let fewest: Set<number> | undefined;
    for (const checkpoint of this.guardsOf(one, "maybe")) {
      const chain = checkpoint[direction];
      if (chain?.otherwise !== "deny") continue;
      const peers = new Set(this.#rulesByPeer(chain, direction, one.index).lists.keys());
      const other = direction === "out" ? "in" : "out";
      const back = checkpoint[other];
      if (checkpoint.remembers !== undefined) {
        if (back?.otherwise !== "deny") continue;
        for (const index of this.#rulesByPeer(back, other, one.index).lists.keys()) peers.add(index);
      }
      if (checkpoint.spares !== undefined)
        for (const index of this.#classes.of(checkpoint.spares, "maybe")) peers.add(index);
      if (fewest === undefined || peers.size < fewest.size) fewest = peers;
    }
    return fewest;
  }
}

interface Peers {
  readonly lists: ReadonlyMap<number, RuleList>;
  /** Of all others. */
  readonly none: RuleList;
}

/** A checkpoint that packets pass, and the chain that judges them there. */
export interface Passage {
  readonly checkpoint: Checkpoint;
  readonly direction: "out" | "in";
  readonly chain: Chain;
}

/** Whether one of them is on the network and both have addresses of one family. */
export function couldMeet(from: Class, to: Class): boolean {
  return (from.spots.length > 0 || to.spots.length > 0) && (from.families & to.families) > 0;
}

/** Whether it is known for certain in which sets it is. */
const isFixed = ({ spots: [first] }: Class): boolean => first === undefined || first.address !== undefined;

function add(sets: Map<number, Set<number>>, key: number, value: number): void {
  const set = sets.get(key);
  if (set === undefined) sets.set(key, new Set([value]));
  else set.add(value);
}
