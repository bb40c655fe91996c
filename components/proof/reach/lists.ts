import type { Rule } from "../network/index.ts";
import type { Packets } from "../space/index.ts";
import type { Polarity } from "./spots.ts";

/** Rules in their order, made of those of a shorter list and more: lists that are the same are one. */
export class RuleList {
  /** What they decide, where that is the same for all whom the list is about. */
  readonly decided: Partial<Record<Polarity, Packets>> = {};
  readonly #before: RuleList | undefined;
  readonly #more: readonly Rule[];
  #longer: Map<readonly Rule[], RuleList> | undefined;
  #all: readonly Rule[] | undefined;
  #plain: boolean | undefined;

  constructor(before?: RuleList, more: readonly Rule[] = []) {
    this.#before = before;
    this.#more = more;
  }

  with(more: readonly Rule[]): RuleList {
    this.#longer ??= new Map();
    let longer = this.#longer.get(more);
    if (longer === undefined) this.#longer.set(more, (longer = new RuleList(this, more)));
    return longer;
  }

  get rules(): readonly Rule[] {
    return (this.#all ??= [...RuleList.#partsOf(this)].reverse().flat());
  }

  static *#partsOf(list: RuleList): Generator<readonly Rule[]> {
    for (let one: RuleList | undefined = list; one !== undefined; one = one.#before) yield one.#more;
  }

  /** Whether it is known for certain about whom each of its rules is, and none leads to a chain. */
  get isPlain(): boolean {
    return (this.#plain ??= this.rules.every(
      ({ from, to, action }) =>
        typeof action === "string" && from.sure === from.maybe && to.sure === to.maybe,
    ));
  }
}
