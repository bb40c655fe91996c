import type { Host, LoadBalancer, Plan } from "../../plan/index.ts";
import type { Network, Relay } from "../network/index.ts";
import type { Finding } from "../statement/index.ts";
import { compartmentsOf } from "./compartments.ts";
import type { Place } from "./expectation.ts";
import { idOf } from "./parties.ts";

const frontDoor: Place = ["network", "frontDoor"];

/**
 * Whether load balancers pass on what they are meant to, and nothing else. As with every layer this has to hold on its
 * own: also what the target's firewall would not let in is a leak.
 */
export function judgeRelays(plan: Plan, network: Network): { leaks: Finding[]; missing: Finding[] } {
  const { relays } = network;
  if (relays === undefined) return { leaks: [], missing: [] };
  const doors = plan.appliances.filter((one): one is LoadBalancer => one.kind === "load-balancer");
  const hosts = new Map(plan.hosts.map((host) => [host.name, host]));
  const isMeant = ({ from, at, to, toPort }: Relay): boolean =>
    doors.some(
      ({ name, role, ports }) =>
        name === from &&
        hosts.get(to ?? "")?.role === role &&
        ports.some((port) => at === `tcp/${port}` && toPort === port),
    );
  return {
    leaks: strayRelays(
      plan,
      relays.filter((relay) => !isMeant(relay)),
      hosts,
    ),
    missing: [...absent(plan, network), ...doors.flatMap((door) => lacking(plan, network, door, relays))],
  };
}

function strayRelays(plan: Plan, strays: readonly Relay[], hosts: ReadonlyMap<string, Host>): Finding[] {
  const compartmentOf = compartmentsOf(plan);
  const receiver = ({ to, toText }: Relay): { id: string; name: string } => {
    const host = hosts.get(to ?? "");
    if (host === undefined)
      return {
        id: `machine:${to ?? (toText === "" ? "unknown" : toText)}`,
        name: toText || "nobody knows whom",
      };
    const compartment = compartmentOf(host);
    return { id: idOf(compartment), name: compartment.name };
  };
  const found = new Map<string, Finding>();
  for (const relay of strays) {
    const { from = "unknown", at = "a port that is not known", toPort, toText, origins } = relay;
    const to = receiver(relay);
    const id = `machines/load-balancer:${from}/${to.id}`;
    if (found.has(id)) continue;
    found.set(id, {
      id,
      layer: "machines",
      from,
      to: to.name,
      message: `whoever reaches the load balancer ${from} on ${at} is passed on to ${to.name}, which nothing asks for`,
      witness: `${from}, ${at} -> ${toText === "" ? "whatever it is" : toText}${toPort === undefined ? "" : `, port ${toPort}`}`,
      because: origins,
      wayOut: "take the target out of its group, or the listener off the load balancer",
      place: frontDoor,
    });
  }
  return [...found.values()];
}

/** Appliances that the stack file asks for and that are not there. */
const absent = ({ appliances }: Plan, { endpoints }: Network): Finding[] => {
  const known = new Set(endpoints.map(({ id }) => id));
  return appliances
    .filter(({ name }) => !known.has(name))
    .map(({ kind, name }) => ({
      id: `machines/${kind}:${name}`,
      layer: "machines",
      from: name,
      to: name,
      message: `the ${kind === "endpoint" ? "endpoint" : "load balancer"} ${name}, which the stack file asks for, is not there`,
      witness: name,
      because: [],
      wayOut: "bring the environment up, or take it out of the stack file",
      place: kind === "endpoint" ? ["aws", "endpoints"] : frontDoor,
    }));
};

/** The machines to which a load balancer is to pass connections on and does not. */
function lacking(
  { hosts }: Plan,
  { endpoints }: Network,
  { name, role, ports }: LoadBalancer,
  relays: readonly Relay[],
): Finding[] {
  if (!endpoints.some(({ id }) => id === name)) return [];
  const there = new Set(relays.map(({ from, at, to, toPort }) => [from, at, to, toPort].join(" ")));
  const lost = ports.flatMap((port) =>
    hosts
      .filter((host) => host.role === role && !there.has([name, `tcp/${port}`, host.name, port].join(" ")))
      .map((host) => ({ port, host })),
  );
  const [first] = lost;
  if (first === undefined) return [];
  return [
    {
      id: `machines/load-balancer:${name}/${role}`,
      layer: "machines",
      from: name,
      to: role,
      message: `the load balancer ${name} does not pass ${[...new Set(lost.map(({ port }) => `tcp/${port}`))].join(", ")} on to ${[...new Set(lost.map(({ host }) => host.name))].join(", ")}`,
      witness: `${name}, tcp/${first.port} -> ${first.host.name} (${first.host.address})`,
      because: [],
      wayOut: "add the listener and the target, or take network.frontDoor out of the stack file",
      place: frontDoor,
    },
  ];
}
