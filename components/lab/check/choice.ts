import { allowedBy, covers, icmp, showTraffic, type Traffic } from "../../plan/index.ts";
import { anyPacket, isSeen } from "./packets.ts";
import type { Pair } from "./pairs.ts";
import type { Probe, ProbePlan } from "./probe.ts";
import type { Random } from "./random.ts";

/** Packets to send between two. */
export interface Wish {
  readonly pair: Pair;
  readonly packets: readonly Traffic[];
}

export const wish = (pairs: readonly Pair[], packets: (pair: Pair) => readonly Traffic[]): Wish[] =>
  pairs.map((pair) => ({ pair, packets: packets(pair) })).filter((one) => one.packets.length > 0);

/** The probes as they are chosen, each packet between the same two once. */
export class Choice {
  readonly #random: Random;
  readonly #closed: Probe[];
  readonly #open: Probe[] = [];
  readonly #seen = new Map<Pair, Set<string>>();
  #untold = 0;

  constructor(forged: readonly Probe[], random: Random) {
    this.#closed = [...forged];
    this.#random = random;
  }

  take(wishes: readonly Wish[]): void {
    for (const { pair, packets } of wishes) for (const packet of packets) this.#add(pair, packet);
  }

  /** Takes all where they find room, else by lot as many as do, and then returns false. */
  takeSome(wishes: readonly Wish[], atMost: number): boolean {
    const room = atMost - this.#count;
    if (wishes.reduce((sum, { packets }) => sum + packets.length, 0) <= room) {
      this.take(wishes);
      return true;
    }
    const share = Math.max(1, Math.floor(room / wishes.length));
    for (const { pair, packets } of this.#random.shuffled(wishes)) {
      if (this.#count + share > atMost) break;
      for (let draw = 0; draw < share; draw++) this.#add(pair, this.#random.pick(packets));
    }
    return false;
  }

  /** Adds packets by lot until there are enough, or hardly any left. */
  fill(atLeast: number): void {
    const pairs = [...this.#seen.keys()];
    for (let draw = 0; this.#count < atLeast && draw < 4 * atLeast; draw++) {
      const pair = pairs[draw % pairs.length];
      if (pair !== undefined) this.#add(pair, anyPacket(this.#random));
    }
  }

  result(seed: number, of: number): ProbePlan {
    return {
      seed,
      probes: [...this.#closed, ...this.#open],
      pairs: { chosen: this.#seen.size, of },
      untold: this.#untold,
    };
  }

  get #count(): number {
    return this.#closed.length + this.#open.length;
  }

  #add(pair: Pair, packet: Traffic): void {
    const seen = this.#seen.get(pair) ?? new Set();
    this.#seen.set(pair, seen);
    const name = showTraffic(packet);
    if (seen.has(name)) return;
    seen.add(name);
    const { from, to, reach } = pair;
    const because = allowedBy(reach, from, to, packet);
    if (!isSeen(packet) || (because === undefined && isAnswer(pair, packet))) this.#untold++;
    else (because === undefined ? this.#closed : this.#open).push({ from, to, packet, because });
  }
}

/**
 * Whether a firewall has to take the packet for an answer to one that the other may send. Of a protocol without ports
 * it knows a connection by the two addresses alone, for ten minutes (Linux, nf_conntrack_proto_generic.c), so one
 * that passed in a check before is enough; so also a hole of one direction may show as two. Echo requests are never
 * answers, and TCP's and UDP's probes come each from a port of its own.
 */
const isAnswer = ({ from, to, reach }: Pair, packet: Traffic): boolean =>
  packet.kind === "ip" &&
  !covers(icmp, packet) &&
  allowedBy({ zones: reach.zones, flows: reach.back }, to, from, packet) !== undefined;
