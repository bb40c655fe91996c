import { witness, type Class } from "../reach/index.ts";
import { everyPacket, intervals, type Packets } from "../space/index.ts";

/** Packets between two classes. */
export interface Sample {
  readonly from: Class;
  readonly to: Class;
  readonly packets: Packets;
}

/** Packets that were seen between the classes of two parties. */
export class Seen {
  /** One for each set of packets, since most pairs of classes are alike. */
  readonly #samples: Sample[] = [];

  constructor(...samples: readonly Sample[]) {
    for (const sample of samples) this.add(sample);
  }

  add(sample: Sample): void {
    if (sample.packets.length > 0 && !this.has(sample.packets)) this.#samples.push(sample);
  }

  /** Whether just these packets were seen between any two. */
  has(packets: Packets): boolean {
    return this.#samples.some((known) => intervals.equals(known.packets, packets));
  }

  /** The same and one more, apart from this. */
  with(sample: Sample): Seen {
    return new Seen(...this.#samples, sample);
  }

  get packets(): Packets {
    return intervals.unionOf(this.#samples.map(({ packets }) => packets));
  }

  /** One of these packets, with two between whom that very packet was seen. */
  example(among: Packets = everyPacket): Sample | undefined {
    const one = witness(intervals.intersect(this.packets, among));
    for (const { from, to, packets } of this.#samples) {
      const common = intervals.intersect(packets, one);
      if (common.length > 0) return { from, to, packets: witness(common) };
    }
    return undefined;
  }
}
