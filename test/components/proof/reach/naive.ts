import type {
  Chain,
  Checkpoint,
  Ends,
  Known,
  Network,
  Nic,
  Rule,
  Shortcut,
} from "../../../../components/proof/network/index.ts";

// One packet at a time, straight from the words of the model, with nothing of what reach is made of.

type Number = number | bigint;
type Address = Nic["addresses"][number];
type Packets = readonly number[];

/** One address that sends or receives: of a nic, or outside. */
export interface Concrete {
  readonly nic?: string;
  readonly address: Address;
}

/** What turned out to be the case of all that was not known. */
export interface World {
  readonly ends: (known: Known<Ends>) => Ends;
  readonly packets: (known: Known<Packets>) => Packets;
  readonly exists: (shortcut: Shortcut) => boolean;
}

export const inside = (points: readonly Number[], value: Number): boolean =>
  points.filter((point) => point <= value).length % 2 === 1;

const protocolOf = (packet: number): number => Math.floor(packet / 65536);

export const isOneOf = ({ nics, addresses }: Ends, { nic, address }: Concrete): boolean =>
  (nic !== undefined && nics?.has(nic) === true) ||
  (addresses !== undefined && inside(address.family === 4 ? addresses.v4 : addresses.v6, address.value));

interface Verdict {
  readonly passes: boolean;
  /** The rule that decided; absent where none matched. */
  readonly by?: Rule;
}

/** A network of which all is known. */
export class Naive {
  readonly #network: Network;
  readonly #world: World;
  /** Packets that stand for all that the network's sets do not tell apart. */
  readonly #samples: readonly number[];

  constructor(network: Network, world: World, samples: readonly number[]) {
    this.#network = network;
    this.#world = world;
    this.#samples = samples;
  }

  /** Whether a packet passes, as the first of a connection or as whatever else firewalls take for an answer. */
  passes(from: Concrete, to: Concrete, packet: number): boolean {
    if (!this.#meet(from, to)) return false;
    if (this.#travels(from, to, packet, true)) return true;
    return (
      inside(this.#network.remembers ?? [], packet) &&
      this.#alike(packet).some((seen) => this.#travels(to, from, seen, true))
    );
  }

  /** Whether somebody who sends the packet gets an answer. */
  isAnswered(from: Concrete, to: Concrete, packet: number): boolean {
    if (!this.#meet(from, to) || !this.#travels(from, to, packet, false)) return false;
    if (this.#skips(from, to)) return true;
    const answers = this.#answersTo(packet);
    if (answers.length === 0) return true;
    return this.#stops(to, from)
      .filter(([{ stateless }]) => stateless === true)
      .every(([{ answers: known }, chain]) =>
        known === undefined
          ? answers.every((answer) => this.verdict(chain, to, from, answer).passes)
          : this.verdict(known, to, from, packet).passes,
      );
  }

  verdict(chain: Chain, from: Concrete, to: Concrete, packet: number): Verdict {
    const decided = this.#walk(chain, from, to, packet);
    if (decided !== "undecided") return decided;
    return { passes: chain.otherwise !== "deny" };
  }

  #walk(chain: Chain, from: Concrete, to: Concrete, packet: number): Verdict | "undecided" {
    for (const rule of chain.rules) {
      const matches =
        isOneOf(this.#world.ends(rule.from), from) &&
        isOneOf(this.#world.ends(rule.to), to) &&
        inside(this.#world.packets(rule.packets), packet);
      if (!matches) continue;
      if (rule.action === "allow") return { passes: true, by: rule };
      if (rule.action === "deny") return { passes: false, by: rule };
      if (rule.action === "return") return "undecided";
      const inner = this.#walk(rule.action, from, to, packet);
      if (inner !== "undecided") return inner;
    }
    return chain.otherwise === "return" ? "undecided" : { passes: chain.otherwise === "allow" };
  }

  #meet(from: Concrete, to: Concrete): boolean {
    return from.address.family === to.address.family && (from.nic ?? to.nic) !== undefined;
  }

  #skips(from: Concrete, to: Concrete): boolean {
    return (this.#network.shortcuts ?? []).some((shortcut) => {
      const [one, other] = shortcut.between;
      const joins = (isOneOf(one, from) && isOneOf(other, to)) || (isOneOf(one, to) && isOneOf(other, from));
      return joins && this.#world.exists(shortcut);
    });
  }

  /** The checkpoints on the way, with what judges there and what judges the other way. */
  #stops(from: Concrete, to: Concrete): [Checkpoint, Chain, Chain | undefined][] {
    const found: [Checkpoint, Chain, Chain | undefined][] = [];
    for (const checkpoint of this.#network.checkpoints) {
      const { out, in: inward, spares = {} } = checkpoint;
      const guards = this.#world.ends(checkpoint.guards);
      if (out !== undefined && isOneOf(guards, from) && !isOneOf(spares, to))
        found.push([checkpoint, out, inward]);
      if (inward !== undefined && isOneOf(guards, to) && !isOneOf(spares, from))
        found.push([checkpoint, inward, out]);
    }
    return found;
  }

  #travels(from: Concrete, to: Concrete, packet: number, orAnswers: boolean): boolean {
    if (this.#skips(from, to)) return true;
    return this.#stops(from, to).every(([{ remembers = [] }, chain, back]) => {
      if (this.verdict(chain, from, to, packet).passes) return true;
      if (!orAnswers || !inside(remembers, packet)) return false;
      return (
        back === undefined || this.#alike(packet).some((seen) => this.verdict(back, to, from, seen).passes)
      );
    });
  }

  #alike(packet: number): number[] {
    return this.#samples.filter((sample) => protocolOf(sample) === protocolOf(packet));
  }

  #answersTo(packet: number): number[] {
    const number = protocolOf(packet);
    const type = (packet % 65536) >> 8;
    if (number === 1) return type === 8 ? [number * 65536] : [];
    if (number === 58) return type === 128 ? [number * 65536 + 129 * 256] : [];
    return [6, 17, 33, 132, 136].includes(number)
      ? this.#alike(packet).filter((answer) => answer % 65536 >= 1024)
      : [];
  }
}
