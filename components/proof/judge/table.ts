import { because, type Class, type Reach } from "../reach/index.ts";
import { intervals, showPackets, type Packets } from "../space/index.ts";
import type { Cell, CellState, Finding, Layer, Passage } from "../statement/index.ts";
import type { ExpectedParty, Intent, Reason } from "./expectation.ts";
import { leakFinding, missingFinding, obstacles, type Pair } from "./finding.ts";
import { idOf } from "./parties.ts";
import { Seen } from "./seen.ts";

interface Row extends Pair {
  readonly leak: Seen;
  readonly excused: Map<number, Seen>;
  readonly intents: Map<Intent, { readonly passing: Seen; readonly lost: Seen }>;
}

/** What was seen between each two parties of a layer. */
export class Table {
  readonly #reach: Reach;
  readonly #layer: Layer["name"];
  readonly #partyOf: (one: Class) => ExpectedParty;
  readonly #rows = new Map<ExpectedParty, Map<ExpectedParty, Row>>();

  constructor(reach: Reach, layer: Layer["name"], partyOf: (one: Class) => ExpectedParty) {
    this.#reach = reach;
    this.#layer = layer;
    this.#partyOf = partyOf;
  }

  leak(from: Class, to: Class, packets: Packets): void {
    this.#row(from, to).leak.add({ from, to, packets });
  }

  excuse(from: Class, to: Class, packets: Packets, index: number): void {
    const { excused } = this.#row(from, to);
    let seen = excused.get(index);
    if (seen === undefined) excused.set(index, (seen = new Seen()));
    seen.add({ from, to, packets });
  }

  /** Notes of what is meant to pass what does, and what does not and has to. */
  meant(from: Class, to: Class, intent: Intent, passing: Packets, lost: Packets): void {
    if (passing.length + lost.length === 0) return;
    const { intents } = this.#row(from, to);
    let seen = intents.get(intent);
    if (seen === undefined) intents.set(intent, (seen = { passing: new Seen(), lost: new Seen() }));
    seen.passing.add({ from, to, packets: passing });
    seen.lost.add({ from, to, packets: lost });
  }

  cells(): Cell[] {
    return this.#all().map((row) => {
      const passages = () => this.#passages(row);
      return {
        from: row.from.party.name,
        to: row.to.party.name,
        state: stateOf(row),
        // Which rule lets each flow pass is asked by reports alone.
        get passages() {
          return passages();
        },
      };
    });
  }

  leaks(): Finding[] {
    return this.#all().flatMap((row) => leakFinding(this.#reach, row, row.leak));
  }

  missing(): Finding[] {
    return this.#all().flatMap((row) =>
      missingFinding(
        this.#reach,
        row,
        [...row.intents].map(([{ reasons }, { lost }]) => ({ reasons, lost })),
      ),
    );
  }

  excused(): Finding[] {
    return this.#all().flatMap((row) =>
      [...row.excused.values()].flatMap((seen) => leakFinding(this.#reach, row, seen)),
    );
  }

  excuses(): Map<number, Set<string>> {
    const found = new Map<number, Set<string>>();
    for (const { id, excused } of this.#all())
      for (const index of excused.keys()) found.set(index, (found.get(index) ?? new Set<string>()).add(id));
    return found;
  }

  #all(): Row[] {
    return [...this.#rows.values()].flatMap((rows) => [...rows.values()]);
  }

  #row(one: Class, other: Class): Row {
    const [from, to] = [this.#partyOf(one), this.#partyOf(other)];
    let rows = this.#rows.get(from);
    if (rows === undefined) this.#rows.set(from, (rows = new Map<ExpectedParty, Row>()));
    let row = rows.get(to);
    if (row === undefined) {
      const id = `${this.#layer}/${idOf(from.party)}/${idOf(to.party)}`;
      row = { id, layer: this.#layer, from, to, leak: new Seen(), excused: new Map(), intents: new Map() };
      rows.set(to, row);
    }
    return row;
  }

  #passages({ leak, excused, intents }: Row): Passage[] {
    const rules = (seen: Seen, why: typeof because, among?: Packets) => {
      const example = seen.example(among);
      return example === undefined ? [] : why(this.#reach, example.from, example.to, example.packets);
    };
    const passages: Passage[] = [];
    if (leak.packets.length > 0)
      passages.push({ state: "leak", traffic: showPackets(leak.packets), rules: rules(leak, because) });
    for (const [index, seen] of excused)
      passages.push({
        state: "excepted",
        traffic: showPackets(seen.packets),
        why: `exceptions[${index}] of the stack file`,
        rules: rules(seen, because),
      });
    for (const [{ reasons, required }, { passing, lost }] of intents)
      for (const reason of reasons) {
        const isLost = intervals.intersect(reason.packets, lost.packets).length > 0;
        const about = required ? reason.packets : intervals.intersect(reason.packets, passing.packets);
        if (about.length > 0)
          passages.push({
            ...passageOf(reason, about),
            state: isLost ? "missing" : "allowed",
            rules: isLost ? rules(lost, obstacles, about) : rules(passing, because, about),
          });
      }
    return passages;
  }
}

const passageOf = ({ why, owner, source }: Reason, packets: Packets): Omit<Passage, "state" | "rules"> => ({
  traffic: showPackets(packets),
  why,
  ...(owner === undefined ? {} : { owner }),
  ...(source === undefined ? {} : { source }),
});

function stateOf({ leak, excused, intents }: Row): CellState {
  if (leak.packets.length > 0) return "leak";
  if ([...intents.values()].some(({ lost }) => lost.packets.length > 0)) return "missing";
  return excused.size > 0 ? "excepted" : "allowed";
}
