import {
  exactly,
  type Action,
  type Assumption,
  type Chain,
  type Ends,
  type Known,
  type Origin,
  type Rule,
} from "../network/index.ts";
import { noPacket, type Addresses, type Packets } from "../space/index.ts";
import type { Alternative } from "./alternative.ts";
import { fieldOf } from "./field.ts";
import { lookedAt, targetsOf } from "./leads.ts";
import type { ChainName, ListedRule, Ruleset } from "./ruleset.ts";
import type { Surroundings } from "./match.ts";
import { showRule } from "./show.ts";
import { readStatements, type Verdict } from "./statement.ts";

/** What becomes of packets that come to a chain's end. */
export type End = Chain["otherwise"];

/** By which device packets came, where they are, and whether they are answers. */
export type Way = Pick<Surroundings, "receivedBy" | "hook" | "isTracked" | "isAnswer">;

/** Reads a ruleset's chains, each once for every way on which that matters. */
export class Chains {
  readonly assumptions = new Map<string, Assumption>();
  /** Whether a rule that was read changes packets. */
  rewrites = false;
  readonly #ruleset: Ruleset;
  readonly #routes: ReadonlyMap<string, Addresses> | undefined;
  readonly #read = new Map<string, Chain>();
  readonly #interned = new Map<string, Known<Ends>>();
  readonly #byAddresses = new WeakMap<Addresses, WeakMap<Addresses, Known<Ends>>>();
  readonly #looksAtDevice = new Map<string, boolean>();

  constructor(ruleset: Ruleset, routes?: ReadonlyMap<string, Addresses>) {
    this.#ruleset = ruleset;
    this.#routes = routes;
  }

  read(name: ChainName, end: End, way: Way, entered: readonly string[] = []): Chain {
    const device = this.looksAtDevice(name) ? (way.receivedBy ?? "") : "";
    const key = `${keyOf(name)} ${end} ${way.isAnswer === true ? "answers" : ""} ${way.hook ?? ""} ${String(way.isTracked)} ${device}`;
    const known = this.#read.get(key);
    if (known !== undefined) return known;
    const rules = this.#ruleset
      .rulesOf(name)
      .flatMap((rule) => this.#rules(rule, end, way, [...entered, keyOf(name)]));
    const chain: Chain = { name: name.name, rules, otherwise: end };
    this.#read.set(key, chain);
    return chain;
  }

  /** Whether a chain, or one that it leads to, looks at the device by which a packet came. */
  looksAtDevice(name: ChainName): boolean {
    const key = keyOf(name);
    let looks = this.#looksAtDevice.get(key);
    if (looks === undefined) {
      this.#looksAtDevice.set(key, false);
      looks = this.#ruleset
        .rulesOf(name)
        .some(
          ({ expr }) =>
            lookedAt(expr).some((left) => fieldOf(left).kind === "receivedBy") ||
            targetsOf(this.#ruleset, name, expr).some((target) =>
              this.looksAtDevice({ ...name, name: target }),
            ),
        );
      this.#looksAtDevice.set(key, looks);
    }
    return looks;
  }

  #rules(rule: ListedRule, end: End, way: Way, entered: readonly string[]): Rule[] {
    const { steps, doubts, rewrites } = readStatements(rule.expr, {
      ...way,
      setOf: (name) => this.#ruleset.setOf(rule.chain, name),
      ...(this.#routes === undefined ? {} : { routes: this.#routes }),
    });
    const origin = originOf(rule);
    if (rewrites) {
      this.rewrites = true;
      this.assume(`${origin.text}: it changes packets, so anything may pass`, origin.id);
    } else if (way.isAnswer !== true)
      for (const doubt of doubts) this.assume(`${origin.text}: ${doubt} may be so or not`, origin.id);
    return steps.flatMap(({ matches, verdict }) =>
      this.#actions(verdict, rule.chain, end, way, entered).map(({ action, isSure }) => ({
        from: this.#ends(matches.from),
        to: this.#ends(matches.to),
        packets: isSure ? matches.packets : unsure(matches),
        action,
        origin,
      })),
    );
  }

  #actions(
    verdict: Verdict,
    chain: ChainName,
    end: End,
    way: Way,
    entered: readonly string[],
  ): { readonly action: Action; readonly isSure: boolean }[] {
    const sure = (...actions: readonly Action[]) => actions.map((action) => ({ action, isSure: true }));
    switch (verdict.kind) {
      case "accept":
        return sure("allow");
      case "drop":
        return sure("deny");
      case "return":
        return sure(end);
      case "unknown":
        return (["deny", "allow"] as const).map((action) => ({ action, isSure: false }));
      case "jump":
      case "goto": {
        const target = { ...chain, name: verdict.target };
        // The kernel takes no rules that lead in a circle.
        if (entered.includes(keyOf(target))) throw new RangeError(`the chain ${target.name} leads to itself`);
        if (verdict.kind === "jump") return sure(this.read(target, "return", way, entered));
        const gone = this.read(target, end, way, entered);
        return end === "return" ? sure(gone, "return") : sure(gone);
      }
    }
  }

  assume(text: string, origin: string): void {
    if (!this.assumptions.has(text)) this.assumptions.set(text, { text, origin });
  }

  /** One object for each set. */
  #ends({ sure, maybe }: Known<Addresses>): Known<Ends> {
    let bySure = this.#byAddresses.get(sure);
    if (bySure === undefined) this.#byAddresses.set(sure, (bySure = new WeakMap<Addresses, Known<Ends>>()));
    let ends = bySure.get(maybe);
    if (ends !== undefined) return ends;
    const one = (set: Addresses) => {
      const text = `${set.v4.join()};${set.v6.join()}`;
      let known = this.#interned.get(text);
      if (known === undefined) this.#interned.set(text, (known = exactly({ addresses: set })));
      return known;
    };
    ends = sure === maybe ? one(sure) : { sure: one(sure).sure, maybe: one(maybe).sure };
    bySure.set(maybe, ends);
    return ends;
  }
}

const unsure = ({ packets }: Alternative): Known<Packets> => ({ sure: noPacket, maybe: packets.maybe });

const keyOf = ({ family, table, name }: ChainName): string => `${family} ${table} ${name}`;

export const originOf = (rule: ListedRule): Origin => ({
  id: keyOf(rule.chain),
  text: showRule(rule),
  ...(rule.comment === undefined ? {} : { why: rule.comment }),
});
