import type { Ends, Shortcut } from "../network/index.ts";
import { hasNoAddress, oneAddress, unionAddresses, type Address, type Addresses } from "../space/index.ts";
import type { Node } from "./nodes.ts";
import type { Pod } from "./pods.ts";

/** A name that no pod has. */
export const nodeId = (name: string): string => `node:${name}`;

/**
 * Which pods run on which nodes. Policies do not stand between a pod and its own node
 * (https://kubernetes.io/docs/concepts/services-networking/network-policies/#what-you-can-t-do-with-network-policies-at-least-not-yet),
 * nor between it and those that use the node's network.
 */
export class Places {
  /** Those that the nodes have; undefined where none is known. */
  readonly addresses: Addresses | undefined;
  readonly #nodes: ReadonlyMap<string, readonly Address[]>;
  /** By node, and by undefined those whose node is not known. */
  readonly #pods = new Map<string | undefined, string[]>();
  readonly #hosts = new Map<string | undefined, string[]>();

  constructor(nodes: readonly Node[]) {
    this.#nodes = new Map(nodes.map(({ name, addresses }) => [name, addresses]));
    const addresses = unionAddresses(nodes.flatMap((node) => node.addresses.map(oneAddress)));
    this.addresses = hasNoAddress(addresses) ? undefined : addresses;
    for (const { name } of nodes) this.#hosts.set(name, [nodeId(name)]);
  }

  add({ id, host, node }: Pick<Pod, "id" | "host" | "node">): void {
    // One that may use its node's network is isolated by nothing for certain anyway, whatever it reaches as a pod.
    if (host === "maybe") put(this.#hosts, undefined, id);
    else put(host === "yes" ? this.#hosts : this.#pods, node, id);
  }

  addressesOf({ node }: Pick<Pod, "node">): readonly Address[] {
    return (node === undefined ? undefined : this.#nodes.get(node)) ?? [];
  }

  shortcuts(): readonly Shortcut[] {
    const shortcuts: Shortcut[] = [];
    const add = (
      node: string | undefined,
      pods: readonly string[],
      hosts: readonly string[],
      sure: boolean,
    ) => {
      if (pods.length > 0 && hosts.length > 0)
        shortcuts.push({
          between: [endsOf(pods), endsOf(hosts)],
          sure,
          origin: {
            id: node === undefined ? "nodes" : nodeId(node),
            text: sure
              ? "a pod and its own node always reach each other"
              : "a pod and its own node always reach each other, and it is not known which that is",
          },
        });
    };
    for (const [node, hosts] of this.#hosts)
      if (node !== undefined) add(node, this.#pods.get(node) ?? [], hosts, true);
    add(undefined, this.#pods.get(undefined) ?? [], [...this.#hosts.values()].flat(), false);
    const placed = [...this.#pods].flatMap(([node, pods]) => (node === undefined ? [] : pods));
    add(undefined, placed, this.#hosts.get(undefined) ?? [], false);
    return shortcuts;
  }
}

const endsOf = (nics: readonly string[]): Ends => ({ nics: new Set(nics) });

function put(all: Map<string | undefined, string[]>, node: string | undefined, id: string): void {
  const own = all.get(node);
  if (own === undefined) all.set(node, [id]);
  else own.push(id);
}
