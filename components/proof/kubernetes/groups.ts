import { exactly, type Ends, type Known } from "../network/index.ts";
import { noAddress, type Address, type Addresses } from "../space/index.ts";
import { standsIn, type Namespace } from "./namespaces.ts";
import type { Policy } from "./policy.ts";
import type { Ports } from "./pods.ts";
import { both, selects, type Answer, type Labels, type Selector } from "./selector.ts";

/** Pods of one namespace that no selector and no named port tells apart. */
export interface Group {
  readonly index: number;
  readonly namespace: Namespace;
  readonly labels: Labels;
  readonly host: Answer;
  readonly ports: Ports;
  readonly members: Member[];
}

export interface Member {
  readonly id: string;
  readonly addresses: readonly Address[];
  /** Where it has none: those that it can get. */
  readonly within?: Addresses;
}

/** Some of the groups, by index. */
export type Chosen = ReadonlySet<number>;

export const none: Chosen = new Set();

/** All groups of a cluster, and which of them a selector means. */
export class Groups {
  readonly all: Group[] = [];
  readonly #byKey = new Map<string, Group>();
  readonly #byNamespace = new Map<Namespace, Group[]>();
  readonly #ends = new Map<string, Ends>();
  readonly #chosen = new Map<string, Known<Chosen>>();
  readonly #known = new Map<Ends, Known<Ends>>();

  add(alike: Omit<Group, "index" | "members">, member: Member): void {
    const { namespace, labels, host, ports } = alike;
    const key = JSON.stringify([
      namespace.name,
      [...labels.known].sort(([a], [b]) => (a < b ? -1 : 1)),
      [...labels.valueless].sort(),
      [...labels.possible].sort(),
      labels.open,
      host,
      ports,
    ]);
    let group = this.#byKey.get(key);
    if (group === undefined) {
      group = { ...alike, index: this.all.length, members: [] };
      this.all.push(group);
      this.#byKey.set(key, group);
      const others = this.#byNamespace.get(namespace);
      if (others === undefined) this.#byNamespace.set(namespace, [group]);
      else others.push(group);
    }
    group.members.push(member);
  }

  /** The groups that a policy is about. */
  selected(policy: Policy): Known<Chosen> {
    return this.choose(policy, undefined, policy.selector);
  }

  /** The groups of the namespaces that are selected, of the policy's own without a selector; never those on the host's network. */
  choose(policy: Policy, namespaces: Selector | undefined, pods: Selector): Known<Chosen> {
    const where = namespaces === undefined ? `own ${policy.namespace ?? "?"}` : `of ${namespaces.key}`;
    const key = JSON.stringify([where, pods.key]);
    let chosen = this.#chosen.get(key);
    if (chosen === undefined) {
      const answers = this.#answers(policy, namespaces, pods);
      chosen = {
        sure: new Set(answers.filter(([, answer]) => answer === "yes").map(([index]) => index)),
        maybe: new Set(answers.map(([index]) => index)),
      };
      this.#chosen.set(key, chosen);
    }
    return chosen;
  }

  #answers(policy: Policy, namespaces: Selector | undefined, pods: Selector): [number, Answer][] {
    const found: [number, Answer][] = [];
    for (const [namespace, groups] of this.#byNamespace) {
      const here =
        namespaces === undefined ? standsIn(policy, namespace) : selects(namespaces, namespace.labels);
      if (here === "no") continue;
      for (const { index, labels, host } of groups) {
        if (host === "yes") continue;
        const answer = both(both(here, selects(pods, labels)), host === "no" ? "yes" : "maybe");
        if (answer !== "no") found.push([index, answer]);
      }
    }
    return found;
  }

  /** The same object for the same set of groups and addresses. */
  ends(groups: Chosen, addresses: Addresses = noAddress, more: readonly string[] = []): Ends {
    const key = `${[...groups].sort((a, b) => a - b).join()} ${[...addresses.v4, "|", ...addresses.v6].join()} ${more.join()}`;
    let ends = this.#ends.get(key);
    if (ends === undefined) {
      const nics = [
        ...[...groups].flatMap((index) => this.all[index]?.members.map(({ id }) => id) ?? []),
        ...more,
      ];
      ends = {
        ...(nics.length === 0 ? {} : { nics: new Set(nics) }),
        ...(addresses.v4.length + addresses.v6.length === 0 ? {} : { addresses }),
      };
      this.#ends.set(key, ends);
    }
    return ends;
  }

  /** The same object for the same set, known exactly. */
  exactly(ends: Ends): Known<Ends> {
    let known = this.#known.get(ends);
    if (known === undefined) this.#known.set(ends, (known = exactly(ends)));
    return known;
  }

  known(sure: Ends, maybe: Ends): Known<Ends> {
    return sure === maybe ? this.exactly(sure) : { sure, maybe };
  }
}
