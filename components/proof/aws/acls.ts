import { exactly, type Chain, type Checkpoint, type Ends, type Known, type Rule } from "../network/index.ts";
import { noPacket } from "../space/index.ts";
import type { AclEntry, NetworkAcl } from "./facts.ts";
import type { Face, Faces } from "./faces.ts";
import { anyone, someone, type Peers } from "./peers.ts";
import { noneOrAll } from "./protocol.ts";
import type { Tables } from "./tables.ts";

/**
 * The network ACL of each subnet, that judges what enters or leaves it and nothing between two in it
 * (https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html).
 */
export function aclCheckpoints(faces: Faces, tables: Tables, peers: Peers): Checkpoint[] {
  const subnets = Map.groupBy(faces.all, ({ of }) => of.subnet);
  const chains = new Map<NetworkAcl | undefined, Readonly<Record<"ingress" | "egress", Chain>>>();
  const checkpoints: Checkpoint[] = [];
  for (const [subnet, members] of subnets) {
    const { one, mayBe } = tables.acl(subnet);
    const isSure = one !== undefined && mayBe.length === 0;
    // The default network ACL lets everything pass, and where none is known of it is taken for that.
    if (one === undefined && mayBe.length === 0 && subnet !== undefined) continue;
    const inside = members.filter(({ kind }) => kind === "own" || kind === "any");
    const name = `network ACL ${one?.id ?? "unknown"} of subnet ${subnet ?? "unknown"}`;
    let known = isSure ? chains.get(one) : undefined;
    if (known === undefined) {
      known = { ingress: chain("ingress"), egress: chain("egress") };
      if (isSure) chains.set(one, known);
    }
    checkpoints.push({
      name,
      origin: { id: one?.id ?? "unknown", text: name },
      guards: exactly(nicsOf(members)),
      out: known.egress,
      in: known.ingress,
      ...(subnet === undefined ? {} : { spares: nicsOf(inside) }),
      stateless: true,
    });

    function chain(direction: "ingress" | "egress"): Chain {
      const rules =
        one === undefined || !isSure ? doubt(one?.id ?? "unknown") : rulesOf(one, direction, peers);
      return { name: `${direction} of network ACL ${one?.id ?? "unknown"}`, rules, otherwise: "deny" };
    }
  }
  return checkpoints;
}

const nicsOf = (faces: readonly Face[]): Ends => ({ nics: new Set(faces.map(({ nic }) => nic.id)) });

/** Rules of which nothing is known: everything may pass or may not. */
const doubt = (id: string): Rule[] => [
  {
    from: anyone,
    to: anyone,
    packets: noneOrAll,
    action: "allow",
    origin: { id, text: "entries that are not known" },
  },
];

function rulesOf(acl: NetworkAcl, direction: "ingress" | "egress", peers: Peers): Rule[] {
  const entries = acl[direction];
  const ordered = entries.flatMap((entry) => (isPlaced(entry) ? [entry] : []));
  // Those of which the place or the action is not known may come before all others, and allow or deny.
  const unplaced = entries.filter((entry) => !isPlaced(entry));
  return [
    ...unplaced.flatMap(({ block, packets: { maybe }, origin }) => {
      const peer = block === undefined ? someone : peers.block(block);
      const packets = { sure: noPacket, maybe };
      return (["deny", "allow"] as const).map((action) => rule(direction, peer, packets, action, origin));
    }),
    ...(acl.isPartial === true
      ? (["deny", "allow"] as const).map((action) =>
          rule(direction, anyone, noneOrAll, action, { id: acl.id, text: "entries that are not known" }),
        )
      : []),
    ...ordered
      .sort((a, b) => a.number - b.number)
      .map(({ block, packets, action, origin }) =>
        rule(direction, block === undefined ? someone : peers.block(block), packets, action, origin),
      ),
  ];
}

type Placed = AclEntry & { readonly number: number; readonly action: "allow" | "deny" };
const isPlaced = (entry: AclEntry): entry is Placed =>
  entry.number !== undefined && entry.action !== undefined;

const rule = (
  direction: "ingress" | "egress",
  peer: Known<Ends>,
  packets: Rule["packets"],
  action: "allow" | "deny",
  origin: Rule["origin"],
): Rule =>
  direction === "ingress"
    ? { from: peer, to: anyone, packets, action, origin }
    : { from: anyone, to: peer, packets, action, origin };
