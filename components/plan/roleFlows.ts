import type { Engine, Environment, Os } from "./environment.ts";
import { role, type Endpoint, type Flow } from "./flow.ts";
import { compareNames, type Role } from "./host.ts";
import { kubernetesPorts } from "./kubernetesPorts.ts";
import { mkePorts } from "./mkePorts.ts";
import { overlayPorts } from "./overlayPorts.ts";
import type { Port } from "./port.ts";

const roles: readonly Role[] = ["manager", "registry", "worker"];
const enginePorts: Record<Engine, readonly Port[]> = { mke: mkePorts, kubernetes: kubernetesPorts };

/** The flows that machines need for what they are: the engine's, the overlay's, the outside services' and the front door. */
export function roleFlows(environment: Environment): Flow[] {
  const { engine, network } = environment;
  const ports = [...enginePorts[engine], ...overlayPorts(network.overlay, engine)];
  const present = rolesPresent(environment);
  return [
    ...ports.flatMap((port) => portFlows(port, present, environment)),
    ...serviceFlows(environment, present),
  ];
}

interface Present {
  readonly roles: readonly Role[];
  readonly workerOs: ReadonlySet<Os>;
}

function rolesPresent({ management, groups }: Environment): Present {
  const workerOs = new Set<Os>();
  for (const group of Object.values(groups))
    for (const { workers } of Object.values(group.collections))
      for (const os of ["linux", "windows"] as const) if (workers[os] !== undefined) workerOs.add(os);
  const counts = {
    manager: management.managers.count,
    registry: management.registry.count,
    worker: workerOs.size,
  };
  return { roles: roles.filter((name) => counts[name] > 0), workerOs };
}

function portFlows(port: Port, present: Present, environment: Environment): Flow[] {
  if (port.os !== undefined && !present.workerOs.has(port.os)) return [];
  const { traffic, why, source } = port;
  const targets = present.roles.filter((name) => port.to.includes(name));
  return sources(port, present, environment)
    .flatMap((from) => targets.flatMap((to) => ends(port, from, to, environment)))
    .map(([from, to]) => ({ from, to, traffic, why, source }));
}

/** The roles that open connections to a port, or the addresses of the front door. */
function sources(port: Port, present: Present, { network }: Environment): (Role | Endpoint)[] {
  if (port.from !== "outside")
    return present.roles.filter((name) => port.from === "all" || port.from.includes(name));
  if (network.frontDoor.length === 0) return [];
  return [{ kind: "outside", name: "front door", addresses: network.frontDoor }];
}

/** Between which sets of machines a port opens, given that its table names these two. */
function ends(port: Port, from: Role | Endpoint, to: Role, environment: Environment): [Endpoint, Endpoint][] {
  if (typeof from !== "string") return [[from, role(to)]];
  const whole: [Endpoint, Endpoint] = [role(from), role(to, port.os)];
  if (!isMesh(port, from, to) || environment.network.workerMesh === "vendor") return [whole];
  if (from !== "worker" || to !== "worker") return [];
  return closedCollections(environment)
    .filter(({ workers }) => port.os === undefined || workers[port.os] !== undefined)
    .map(({ zone, collection }) => {
      const all: Endpoint = { kind: "collection", zone, collection };
      return [all, port.os === undefined ? all : { ...all, os: port.os }];
    });
}

/**
 * Whether the vendor's "every host of the cluster" means workers among themselves here. The registry counts as
 * one, except towards another registry, which shares its zone.
 */
const isMesh = (port: Port, from: Role, to: Role) =>
  port.to.includes("worker") && ![from, to].includes("manager") && [from, to].includes("worker");

/** Workers of one collection carry its pods' packets to each other also where their zone is not open. */
const closedCollections = ({ zones, groups }: Environment) =>
  Object.values(groups)
    .flatMap(({ collections }) =>
      Object.entries(collections).map(([collection, { zone, workers }]) => ({ collection, zone, workers })),
    )
    .filter(({ zone }) => zones[zone]?.inside === "flows")
    .sort((a, b) => compareNames(a.collection, b.collection));

function serviceFlows({ network }: Environment, present: Present): Flow[] {
  const services = Object.entries(network.services).sort(([a], [b]) => compareNames(a, b));
  return services.flatMap(([name, { addresses, traffic, why }]) => {
    const to: Endpoint = { kind: "outside", name, addresses, service: true };
    return present.roles.flatMap((from) =>
      traffic.map((one) => ({ from: role(from), to, traffic: one, why })),
    );
  });
}
