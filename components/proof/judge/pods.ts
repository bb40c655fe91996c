import { management, showEndpoint, type Endpoint, type Plan } from "../../plan/index.ts";
import { policed } from "../kubernetes/index.ts";
import type { Ends, Network } from "../network/index.ts";
import {
  everyAddress,
  intervals,
  packets,
  parseAddress,
  parseCidr,
  oneAddress,
  protocol,
  unionAddresses,
} from "../space/index.ts";
import type { Party } from "../statement/index.ts";
import type { EndsOf } from "./exceptions.ts";
import type { Expectation, ExpectedParty, Intent } from "./expectation.ts";
import { elsewhere, flowIntents } from "./machines.ts";
import { distinct } from "./parties.ts";

const otherPods = "other pods";
/** Where the cluster's name servers run. */
const dnsNamespace = "kube-system";

/**
 * Whose pods are meant to reach whom: those of one namespace each other where its zone is open inside, the cluster's
 * name servers, and what the stack file's flows add. The flows of roles are those of machines, not of pods.
 */
export function expectPods(plan: Plan, network: Network): Expectation {
  const ends = new PodEnds(plan, network);
  return {
    parties: distinct(partiesOf(plan, network, ends)),
    intents: [
      ...inside(plan, ends),
      ...dns(plan, ends),
      ...platform(plan, network, ends),
      ...added(plan, ends),
    ],
    absent: [],
  };
}

/** The sets of pods and addresses that a plan's flows stand for. */
export class PodEnds {
  readonly #plan: Plan;
  readonly #network: Network;
  readonly #known = new Map<string, Ends>();

  constructor(plan: Plan, network: Network) {
    this.#plan = plan;
    this.#network = network;
  }

  readonly of: EndsOf = (endpoint) => {
    if (endpoint.kind === "outside")
      return this.#addresses(showEndpoint(endpoint) + endpoint.addresses.join(), () =>
        unionAddresses(endpoint.addresses.map(parseCidr)),
      );
    if (endpoint.kind === "role" && endpoint.role !== "worker") return this.hosts(endpoint.role);
    if (endpoint.kind === "zone" && endpoint.zone === management) return this.hosts(undefined);
    return this.namespaces(
      this.#plan.namespaces
        .filter(({ collection }) => this.#runsAt(collection, endpoint))
        .map(({ name }) => name),
    );
  };

  /** All pods of these namespaces. */
  namespaces(names: readonly string[]): Ends {
    return this.#ends(names.join(), () => {
      const own = new Set(names);
      return {
        nics: new Set(
          this.#network.nics.filter(({ endpoint }) => own.has(namespaceOf(endpoint))).map(({ id }) => id),
        ),
      };
    });
  }

  /** The addresses of the management zone's machines, of all or of one role. */
  hosts(role: "manager" | "registry" | undefined): Ends {
    return this.#addresses(`hosts ${role ?? ""}`, () =>
      unionAddresses(
        this.#plan.hosts
          .filter((host) => host.zone === management && host.role === (role ?? host.role))
          .map(({ address }) => oneAddress(parseAddress(address))),
      ),
    );
  }

  /** All addresses that no pod has. */
  outside(): Ends {
    return this.#addresses("outside", () => this.#network.outside);
  }

  #runsAt(collection: string, endpoint: Endpoint): boolean {
    const zone = this.#plan.collections.find(({ name }) => name === collection)?.zone;
    switch (endpoint.kind) {
      case "role":
        return true;
      case "zone":
        return endpoint.zone === zone;
      case "collection":
        return endpoint.collection === collection;
      case "appliance":
      case "outside":
        return false;
    }
  }

  #addresses(key: string, addresses: () => Ends["addresses"] & object): Ends {
    return this.#ends(key, () => ({ addresses: addresses() }));
  }

  #ends(key: string, make: () => Ends): Ends {
    let ends = this.#known.get(key);
    if (ends === undefined) this.#known.set(key, (ends = make()));
    return ends;
  }
}

const namespaceOf = (endpoint: string): string => endpoint.split("/", 1)[0] ?? "";

const isOpen = (plan: Plan, collection: string): boolean => {
  const zone = plan.collections.find(({ name }) => name === collection)?.zone;
  return plan.zones.some(({ name, inside: within }) => name === zone && within === "open");
};

const inside = (plan: Plan, ends: PodEnds): Intent[] =>
  plan.namespaces
    .filter(({ collection }) => isOpen(plan, collection))
    .map(({ name }) => {
      const own = ends.namespaces([name]);
      const why = `pods of namespace ${name} talk freely to each other: its zone is open inside`;
      return { from: own, to: own, packets: policed, required: true, reasons: [{ packets: policed, why }] };
    });

const lookUps = intervals.unionOf([packets(protocol.tcp, 53, 53), packets(protocol.udp, 53, 53)]);

const dns = (plan: Plan, ends: PodEnds): Intent[] => [
  {
    from: ends.namespaces(plan.namespaces.map(({ name }) => name)),
    to: ends.namespaces([dnsNamespace]),
    packets: lookUps,
    required: false,
    reasons: [{ packets: lookUps, why: "pods look names up" }],
  },
];

/** Namespaces that are no application group's are the platform's own, and what they do among themselves its affair. */
function platform(plan: Plan, network: Network, ends: PodEnds): Intent[] {
  const own = ends.namespaces(unlinked(plan, network));
  const outside = ends.outside();
  const reasons = [
    { packets: policed, why: "pods of namespaces that are no application group's are the platform's" },
  ];
  return [
    [own, own],
    [own, outside],
    [outside, own],
  ].map(([from = own, to = own]) => ({ from, to, packets: policed, required: false, reasons }));
}

const unlinked = (plan: Plan, { endpoints }: Network): string[] => {
  const linked = new Set(plan.namespaces.map(({ name }) => name));
  return [...new Set(endpoints.map(({ id }) => namespaceOf(id)))].filter((name) => !linked.has(name));
};

const added = ({ flows }: Plan, ends: PodEnds): Intent[] =>
  flowIntents(
    flows.filter(({ owner, traffic }) => owner !== undefined && traffic.kind === "ports"),
    ends.of,
  );

function partiesOf(plan: Plan, network: Network, ends: PodEnds): ExpectedParty[] {
  const zoneOf = new Map(plan.collections.map(({ name, zone }) => [name, zone]));
  const linked = new Set(plan.namespaces.map(({ name }) => name));
  const members = (isOwn: (namespace: string) => boolean) =>
    network.endpoints.filter(({ id }) => isOwn(namespaceOf(id))).map(({ id }) => id);
  const outside = (name: string, own: Ends, addresses: readonly string[] = []): ExpectedParty => ({
    party: { name, kind: "outside", members: [], addresses },
    ends: own,
    place: ["flows"],
  });
  const named = plan.flows
    .filter(({ owner }) => owner !== undefined)
    .flatMap(({ from, to }) => [from, to])
    .filter((end) => end.kind === "outside");
  return [
    ...plan.namespaces.map(({ name, group, collection }): ExpectedParty => {
      const zone = zoneOf.get(collection);
      const party: Party = {
        name: `namespace ${name}`,
        kind: "namespace",
        ...(zone === undefined ? {} : { zone }),
        members: members((own) => own === name),
        addresses: [],
      };
      return { party, ends: ends.namespaces([name]), place: ["groups", group, "namespaces", name] };
    }),
    {
      party: {
        name: otherPods,
        kind: "namespace",
        members: members((own) => !linked.has(own)),
        addresses: [],
      },
      ends: ends.namespaces(unlinked(plan, network)),
      place: [],
    },
    ...(["manager", "registry"] as const)
      .filter((role) => plan.hosts.some((host) => host.role === role))
      .map((role) => outside(`${role} machines`, ends.hosts(role))),
    ...new Map(named.map((end) => [end.name, outside(end.name, ends.of(end), end.addresses)])).values(),
    outside(elsewhere, { addresses: everyAddress }),
  ];
}
