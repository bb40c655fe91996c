import { asList, asObject } from "../resource/index.ts";
import { parseAddress, type Address } from "../space/index.ts";
import { given, nameOf, type Sourced } from "./objects.ts";

/** A machine that runs pods. */
export interface Node {
  readonly name: string;
  readonly addresses: readonly Address[];
}

/** A node's end of the overlay is the node's, too: https://docs.tigera.io/calico/latest/reference/resources/node */
const tunnels =
  /^projectcalico\.org\/IPv[46](?:IPIP|VXLAN|Wireguard)TunnelAddr$|^projectcalico\.org\/(?:IPv[46]Address|IPv4Wireguard.*Addr)$/;

/** The nodes among objects, and those that are known from elsewhere. */
export function nodesOf(objects: readonly Sourced[], more: readonly Node[]): readonly Node[] {
  const nodes = new Map(more.map((node) => [node.name, node]));
  for (const sourced of objects) {
    const { object } = sourced;
    if (object.kind !== "Node" || object.apiVersion !== "v1") continue;
    const stated = asList(asObject(given(object, "status"))["addresses"]).map(
      (item) => asObject(item)["address"],
    );
    const annotated = Object.entries(asObject(given(object.metadata, "annotations")))
      .filter(([key]) => tunnels.test(key))
      .map(([, text]) => (typeof text === "string" ? text.replace(/\/\d+$/, "") : text));
    const name = nameOf(sourced);
    const addresses = [
      ...(nodes.get(name)?.addresses ?? []),
      ...[...stated, ...annotated].flatMap(addressOf),
    ];
    nodes.set(name, {
      name,
      addresses: [...new Map(addresses.map((one) => [`${one.value}/${one.family}`, one])).values()],
    });
  }
  return [...nodes.values()];
}

/** Host names stand among a node's addresses. */
function addressOf(text: unknown): Address[] {
  try {
    return typeof text === "string" ? [parseAddress(text)] : [];
  } catch {
    return [];
  }
}
