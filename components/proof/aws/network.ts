import type { Chain, Checkpoint, Network, Relay } from "../network/index.ts";
import { exactly } from "../network/index.ts";
import { everyPacket, showAddress } from "../space/index.ts";
import { aclCheckpoints } from "./acls.ts";
import { Arrivals } from "./arrivals.ts";
import { assumptionsOf } from "./assumptions.ts";
import type { Facts, Relay as RelayFact } from "./facts.ts";
import { Faces, type Face } from "./faces.ts";
import { groupCheckpoints } from "./groups.ts";
import { openingsOf } from "./openings.ts";
import { anyone, nobody, Peers } from "./peers.ts";
import { noneOrAll } from "./protocol.ts";
import { chain, Routes, rule, type Way } from "./routes.ts";
import { Tables } from "./tables.ts";

/**
 * Who reaches whom in an AWS network: a packet passes where security groups and network ACLs of both ends let it, where
 * the sender's routes lead to the receiver, and where the two VPCs are connected.
 */
export function awsNetwork(facts: Facts): Network {
  const tables = new Tables(facts);
  const faces = new Faces(facts, tables);
  const peers = new Peers(facts, faces);
  const endpoints = new Map(facts.interfaces.map(({ endpoint, kind }) => [endpoint, { id: endpoint, kind }]));
  return {
    endpoints: [...endpoints.values()],
    nics: faces.all.map(({ nic }) => nic),
    checkpoints: [
      ...groupCheckpoints(facts, faces, peers),
      ...aclCheckpoints(faces, tables, peers),
      ...routeCheckpoints(facts, faces, tables, peers),
    ],
    ...(facts.relays === undefined ? {} : { relays: relaysIn(facts, facts.relays) }),
    openings: openingsOf(facts),
    outside: faces.outside,
    assumptions: assumptionsOf(facts, tables),
  };
}

/** By what its packets go out, and by whom it can be reached: the same for all faces that share a key. */
function routeCheckpoints(facts: Facts, faces: Faces, tables: Tables, peers: Peers): Checkpoint[] {
  const routes = new Routes(facts, faces, tables, peers);
  const arrivals = new Arrivals(facts, faces, tables, routes);
  const ways = new Map<string | undefined, string>();
  const wayOf = (subnet: string | undefined): string => {
    let way = ways.get(subnet);
    if (way === undefined) ways.set(subnet, (way = routes.signatureOf(subnet)));
    return way;
  };
  const alike = Map.groupBy(faces.all, ({ kind, of: { subnet }, vpc, nat, certainty }) =>
    [kind, wayOf(subnet), vpc ?? "", nat?.id ?? "", certainty].join("\n"),
  );
  return [...alike.values()].flatMap((members): Checkpoint[] => {
    const [{ kind, vpc, of, nat, certainty }] = members as [Face, ...Face[]];
    const subnets = [...new Set(members.map((member) => member.of.subnet ?? "unknown"))];
    const origin = { id: of.subnet ?? "unknown", text: `routes of ${inWords(subnets)}` };
    const guards = exactly({ nics: new Set(members.map(({ nic: { id } }) => id)) });
    const checkpoint = (out: Chain, ...ins: readonly Chain[]): Checkpoint[] => {
      const [first, ...more] = ins;
      return [
        { name: origin.text, origin, guards, out, ...(first === undefined ? {} : { in: first }) },
        ...more.map((inward) => ({ name: origin.text, origin, guards, in: inward })),
      ];
    };
    if (vpc === undefined) {
      const doubtful = doubted(anything);
      return checkpoint(doubtful, doubtful);
    }
    const way: Way =
      kind === "outward" || kind === "inward"
        ? { kind, nat }
        : { kind: kind === "public" ? "public" : "own" };
    const out = routes.of(of.subnet, way, "out");
    switch (kind) {
      case "outward":
      case "inward":
        // Nothing begins at a NAT gateway's address.
        return checkpoint(certainty === "sure" ? out : doubted(out), chain("NAT gateway", []));
      case "any":
        return checkpoint(doubted(out), doubted(arrivals.private(vpc)));
      case "own":
        return checkpoint(
          routes.divertsNeighbours(of.subnet) ? withNeighbours(out, of.subnet) : out,
          arrivals.private(vpc),
          answers(of.subnet, way),
        );
      case "public":
        return checkpoint(
          certainty === "sure" ? out : doubted(out),
          arrivals.public(vpc, certainty),
          answers(of.subnet, way),
        );
    }
  });

  /** Two in one subnet may reach each other without their routes being asked. */
  function withNeighbours(out: Chain, subnet: string | undefined): Chain {
    const near = faces.ends(
      `subnet ${subnet ?? ""}`,
      ({ kind, of }) => kind === "own" && of.subnet === subnet,
    );
    return chain(out.name, [
      rule("out", { sure: nobody, maybe: near }, noneOrAll, "within the subnet"),
      { ...rule("out", anyone, everything, out.name), action: out },
    ]);
  }

  /** What certainly comes in a way that answers have a way back; all else may, too. */
  function answers(subnet: string | undefined, way: Way): Chain {
    const back = routes.of(subnet, way, "in");
    return chain(`answers by ${back.name}`, [
      rule("in", anyone, noneOrAll, "answers may not be needed"),
      { ...rule("in", anyone, everything, back.name), action: back },
    ]);
  }
}

/** What load balancers pass on, with their targets as endpoints where an address is one's. */
function relaysIn({ interfaces }: Facts, all: readonly RelayFact[]): Relay[] {
  const byAddress = new Map(
    interfaces.flatMap(({ endpoint, addresses }) =>
      addresses.map((address) => [showAddress(address), endpoint] as const),
    ),
  );
  const endpoints = new Set(interfaces.map(({ endpoint }) => endpoint));
  return all.map(({ from, port, protocol, to, toPort, origins }) => {
    const address = typeof to === "object" ? showAddress(to) : undefined;
    const named = address === undefined ? (to as string | undefined) : byAddress.get(address);
    const endpoint = named !== undefined && endpoints.has(named) ? named : undefined;
    return {
      from,
      at: port === undefined ? undefined : `${protocol}/${port}`,
      to: endpoint,
      toText: [endpoint, address === undefined ? named : endpoint === undefined ? address : `(${address})`]
        .filter((part, at, parts) => part !== undefined && parts.indexOf(part) === at)
        .join(" "),
      toPort,
      origins,
    };
  });
}

const inWords = (subnets: readonly string[]): string =>
  subnets.length === 1
    ? `subnet ${subnets.join()}`
    : `subnets ${subnets.slice(0, 3).join(", ")}${subnets.length > 3 ? `, ... (${subnets.length})` : ""}`;

const everything = exactly(everyPacket);
const anything = chain("routes that are not known", [rule("out", anyone, everything, "unknown")]);

/** What it lets pass may not pass, either. */
const doubted = (inner: Chain): Chain =>
  chain(inner.name, [{ ...rule("out", anyone, noneOrAll, inner.name), action: inner }]);
