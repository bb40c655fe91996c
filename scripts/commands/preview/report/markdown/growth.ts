import { count, list } from "../../../../../components/proof/report/words.ts";

/** A place in a document whose text grows as long as there is room. */
export interface Slot {
  text: string;
}

/** Something that a document says more of if there is room for it. */
export interface Growth {
  /** What a reader misses where there is none, in the singular and the plural, and how many of that. */
  readonly missed: readonly [one: string, many: string];
  readonly size: number;
  /** New texts for slots; undefined where it is plain without making them that they are longer than `room`. */
  readonly make: (room: number) => readonly (readonly [Slot, string])[] | undefined;
}

export interface Stage {
  readonly growths: readonly Growth[];
  /** Whether what comes later may still have room where something has none. */
  readonly independent?: true;
}

export interface Document {
  /** In the order in which they are read, with what is said in any case. */
  readonly slots: readonly Slot[];
  /** The most important first. */
  readonly stages: readonly Stage[];
}

/**
 * The document in at most so many characters, or undefined where not even the least fits. Each stage has to fit as a
 * whole before a less important one is begun, so that the least important is what is missing; nothing is made twice.
 */
export function grow({ slots, stages }: Document, limit: number): string | undefined {
  const all = new Missed();
  for (const { growths } of stages) for (const growth of growths) all.add(growth);
  let room = limit - all.words().length - slots.reduce((sum, { text }) => sum + text.length, 0);
  if (room < 0) return undefined;
  const missed = new Missed();
  let full = false;
  for (const { growths, independent } of stages) {
    let stopped = full;
    for (const growth of growths) {
      const texts = stopped ? undefined : growth.make(room);
      const more = texts?.reduce((sum, [slot, text]) => sum + text.length - slot.text.length, 0);
      if (texts !== undefined && more !== undefined && more <= room) {
        for (const [slot, text] of texts) slot.text = text;
        room -= more;
        continue;
      }
      missed.add(growth);
      full = true;
      stopped ||= independent !== true;
    }
  }
  const notice = full ? missed.words() : "";
  return `${slots
    .map(({ text }) => text)
    .join("")
    .trimEnd()}\n${notice}`;
}

class Missed {
  readonly #sizes = new Map<Growth["missed"], number>();

  add({ missed, size }: Growth): void {
    this.#sizes.set(missed, (this.#sizes.get(missed) ?? 0) + size);
  }

  words(): string {
    const parts = [...this.#sizes].map(([[one, many], size]) => count(size, one, many));
    return `\nLeft out, since it would be too long: ${list(parts)}. The whole is in the HTML report.\n`;
  }
}
