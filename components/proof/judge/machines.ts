import {
  applianceKinds,
  management,
  showEndpoint,
  type Endpoint,
  type Flow,
  type Host,
  type Plan,
} from "../../plan/index.ts";
import type { Ends, Network, Nic } from "../network/index.ts";
import {
  everyAddress,
  everyPacket,
  intervals,
  packetsOf,
  parseCidr,
  unionAddresses,
} from "../space/index.ts";
import type { Party } from "../statement/index.ts";
import type { EndsOf } from "./exceptions.ts";
import type { Expectation, ExpectedParty, Intent, Place, Reason } from "./expectation.ts";
import { distinct } from "./parties.ts";

/** The party of addresses outside that no flow names. */
export const elsewhere = "elsewhere";

/** Who among an environment's machines, and outside, is meant to reach whom: by its flows and open zones alone. */
export function expectMachines(plan: Plan, network: Network): Expectation {
  const ends = new PlanEnds(plan, network);
  const known = new Set(network.endpoints.map(({ id }) => id));
  const planned = new Set([...plan.hosts, ...plan.appliances].map(({ name }) => name));
  const strays = network.endpoints.filter(({ id }) => !planned.has(id)).map(({ id }) => id);
  return {
    parties: distinct([
      ...insideParties(plan, ends),
      ...strays.map((id) => strayParty(id, network)),
      ...outsideParties(plan, ends),
    ]),
    intents: [...flowIntents(plan.flows, ends.of), ...openZones(plan, ends)],
    absent: plan.hosts
      .filter(({ name }) => !known.has(name))
      .map((host) => ({ name: host.name, place: placeOf(plan, host) })),
  };
}

/** The sets of machines and addresses that a plan's flows name: one object for each, since sets are told apart by it. */
export class PlanEnds {
  readonly #plan: Plan;
  readonly #nics: ReadonlyMap<string, readonly Nic[]>;
  readonly #known = new Map<string, Ends>();

  constructor(plan: Plan, { nics }: Network) {
    this.#plan = plan;
    this.#nics = Map.groupBy(nics, ({ endpoint }) => endpoint);
  }

  /** All nics of these machines. */
  hosts(names: readonly string[]): Ends {
    return { nics: new Set(names.flatMap((name) => (this.#nics.get(name) ?? []).map(({ id }) => id))) };
  }

  readonly of: EndsOf = (endpoint) => {
    const key = endpoint.kind === "outside" ? endpoint.addresses.join() : showEndpoint(endpoint);
    let ends = this.#known.get(key);
    if (ends === undefined) this.#known.set(key, (ends = this.#read(endpoint)));
    return ends;
  };

  #read(endpoint: Endpoint): Ends {
    if (endpoint.kind === "outside") return { addresses: unionAddresses(endpoint.addresses.map(parseCidr)) };
    if (endpoint.kind === "appliance")
      return this.hosts(
        this.#plan.appliances.filter(({ kind }) => kind === endpoint.appliance).map(({ name }) => name),
      );
    const members = this.#plan.hosts.filter((host) => {
      switch (endpoint.kind) {
        case "role":
          return host.role === endpoint.role && host.os === (endpoint.os ?? host.os);
        case "zone":
          return host.zone === endpoint.zone;
        case "collection":
          return host.collection === endpoint.collection && host.os === (endpoint.os ?? host.os);
      }
    });
    return this.hosts(members.map(({ name }) => name));
  }
}

/** What the flows between the same two sets ask for, together. */
export function flowIntents(flows: readonly Flow[], endsOf: EndsOf): Intent[] {
  const byEnds = Map.groupBy(flows, ({ from, to }) => `${showEndpoint(from)} -> ${showEndpoint(to)}`);
  return [...byEnds.values()].map((same): Intent => {
    const [{ from, to }] = same as [Flow];
    return {
      from: endsOf(from),
      to: endsOf(to),
      packets: intervals.unionOf(same.map(({ traffic }) => packetsOf(traffic))),
      required: true,
      reasons: same.map(reasonOf),
    };
  });
}

const reasonOf = ({ traffic, why, owner, source }: Flow): Reason => ({
  packets: packetsOf(traffic),
  why,
  ...(owner === undefined ? {} : { owner }),
  ...(source === undefined ? {} : { source }),
});

const openZones = ({ zones }: Plan, ends: PlanEnds): Intent[] =>
  zones
    .filter(({ inside }) => inside === "open")
    .map(({ name }) => {
      const own = ends.of({ kind: "zone", zone: name });
      const reason = { packets: everyPacket, why: `machines of zone ${name} talk freely: it is open inside` };
      return { from: own, to: own, packets: everyPacket, required: true, reasons: [reason] };
    });

function insideParties(plan: Plan, ends: PlanEnds): ExpectedParty[] {
  const party = (
    kind: Party["kind"],
    name: string,
    zone: string,
    place: Place,
    isMember: (host: Host) => boolean,
  ): ExpectedParty[] => {
    const own = plan.hosts.filter(isMember);
    if (own.length === 0) return [];
    const members = own.map((host) => host.name);
    const addresses = own.map(({ address }) => address);
    return [{ party: { name, kind, zone, members, addresses }, ends: ends.hosts(members), place }];
  };
  const roles = [
    ...party("role", "manager", management, ["management", "managers"], ({ role }) => role === "manager"),
    ...party("role", "registry", management, ["management", "registry"], ({ role }) => role === "registry"),
  ];
  const zones = plan.zones.filter(({ name }) => name !== management);
  const rest = zones.flatMap(({ name: zone }) => {
    const several = plan.collections.filter((collection) => collection.zone === zone);
    if (several.length <= 1) return party("zone", zone, zone, ["zones", zone], (host) => host.zone === zone);
    return several.flatMap(({ name, group }) =>
      party(
        "collection",
        `${zone}/${name}`,
        zone,
        ["groups", group, "collections", name],
        (host) => host.collection === name,
      ),
    );
  });
  return [...roles, ...applianceParties(plan, ends), ...rest];
}

function applianceParties({ appliances }: Plan, ends: PlanEnds): ExpectedParty[] {
  return applianceKinds.flatMap((kind): ExpectedParty[] => {
    const own = appliances.filter((one) => one.kind === kind);
    if (own.length === 0) return [];
    const members = own.map(({ name }) => name);
    const addresses = own.flatMap(({ places }) => places.flatMap(({ address }) => address ?? []));
    return [
      {
        party: { name: kind, kind: "role", zone: management, members, addresses },
        ends: ends.hosts(members),
        place: kind === "endpoint" ? ["aws", "endpoints"] : ["network", "frontDoor"],
      },
    ];
  });
}

function placeOf({ collections }: Plan, { role, collection }: Host): Place {
  if (role !== "worker") return ["management", role === "manager" ? "managers" : "registry"];
  const group = collections.find(({ name }) => name === collection)?.group;
  return ["groups", group ?? "", "collections", collection ?? ""];
}

/** A machine that the stack file does not know: nothing is meant to reach it, or to be reached by it. */
const strayParty = (id: string, { nics }: Network): ExpectedParty => ({
  party: { name: id, kind: "endpoint", members: [id], addresses: [] },
  ends: { nics: new Set(nics.filter(({ endpoint }) => endpoint === id).map((nic) => nic.id)) },
  place: [],
});

function outsideParties({ flows }: Plan, ends: PlanEnds): ExpectedParty[] {
  const named = flows.flatMap(({ from, to }) => [from, to]).filter((end) => end.kind === "outside");
  const byName = new Map(named.map((end) => [end.name, end]));
  return [
    ...[...byName.values()].map((end) => ({
      party: { name: end.name, kind: "outside" as const, members: [], addresses: [...end.addresses] },
      ends: ends.of(end),
      place:
        end.service === true
          ? ["network", "services", end.name]
          : end.name === "front door"
            ? ["network", "frontDoor"]
            : ["flows"],
    })),
    {
      party: { name: elsewhere, kind: "outside", members: [], addresses: [] },
      ends: { addresses: everyAddress },
      place: ["network"],
    },
  ];
}
