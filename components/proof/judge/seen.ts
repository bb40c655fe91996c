import { witness, type Class } from "../reach/index.ts";
import { everyPacket, intervals, noPacket, type Packets } from "../space/index.ts";

/** Packets between two classes. */
export interface Sample {
  readonly from: Class;
  readonly to: Class;
  readonly packets: Packets;
}

/** Packets that were seen between the classes of two parties. */
export class Seen {
  /** By their packets, since most pairs of classes are alike. */
  readonly #samples = new Map<string, Sample>();
  #packets: Packets = noPacket;

  add(from: Class, to: Class, packets: Packets): void {
    const key = packets.join();
    if (packets.length === 0 || this.#samples.has(key)) return;
    this.#samples.set(key, { from, to, packets });
    this.#packets = intervals.union(this.#packets, packets);
  }

  get packets(): Packets {
    return this.#packets;
  }

  /** One of these packets, with two between whom that very packet was seen. */
  example(among: Packets = everyPacket): Sample | undefined {
    const one = witness(intervals.intersect(this.#packets, among));
    for (const { from, to, packets } of this.#samples.values()) {
      const common = intervals.intersect(packets, one);
      if (common.length > 0) return { from, to, packets: witness(common) };
    }
    return undefined;
  }
}
