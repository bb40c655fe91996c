import { appliance, planFrontDoors } from "./appliance.ts";
import { enginePorts } from "./enginePorts.ts";
import type { AwsService, Environment, Os } from "./environment.ts";
import { role, type Endpoint, type Flow } from "./flow.ts";
import { compareNames, type Role } from "./host.ts";
import { overlayPorts } from "./overlayPorts.ts";
import type { Port } from "./port.ts";
import { tcp } from "./traffic.ts";

const roles: readonly Role[] = ["manager", "registry", "worker"];

/** The flows that machines need for what they are: the engine's, the overlay's, the outside services' and the front door. */
export function roleFlows(environment: Environment): Flow[] {
  const { engine, network } = environment;
  const ports = [...enginePorts[engine], ...overlayPorts(network.overlay, engine)];
  const present = rolesPresent(environment);
  return [
    ...ports.flatMap((port) => portFlows(port, present, environment)),
    ...serviceFlows(environment, present),
    ...proxyFlows(environment, present),
    ...endpointFlows(environment, present),
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
  if (port.from === "outside") return targets.flatMap((to) => frontDoorFlows(port, to, environment));
  return sources(port, present)
    .flatMap((from) => targets.flatMap((to) => ends(port, from, to, environment)))
    .map(([from, to]) => ({ from, to, traffic, why, source }));
}

/** From people to a role: by its load balancer where it has one, which also asks whether machines are healthy. */
function frontDoorFlows({ traffic, why, source }: Port, to: Role, environment: Environment): Flow[] {
  const { frontDoor } = environment.network;
  if (frontDoor.length === 0) return [];
  const people: Endpoint = { kind: "outside", name: "front door", addresses: frontDoor };
  if (!planFrontDoors(environment).some((door) => door.role === to))
    return [{ from: people, to: role(to), traffic, why, source }];
  const door = appliance("load-balancer");
  return [
    { from: people, to: door, traffic, why, source },
    {
      from: door,
      to: role(to),
      traffic,
      why: `${why}, through a load balancer that also checks health`,
      source,
    },
  ];
}

/** The roles that open connections to a port. */
const sources = ({ from }: Port, { roles: present }: Present): Role[] =>
  present.filter((name) => from === "all" || (from !== "outside" && from.includes(name)));

/** Between which sets of machines a port opens, given that its table names these two. */
function ends(port: Port, from: Role, to: Role, environment: Environment): [Endpoint, Endpoint][] {
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

/** Machines of a cloud that have no other way out. */
function proxyFlows({ target, machines: { proxy } }: Environment, present: Present): Flow[] {
  if (target === "lab" || proxy === undefined) return [];
  const to: Endpoint = { kind: "outside", name: "proxy", addresses: proxy.addresses, service: true };
  const traffic = tcp(proxyPort(proxy.url));
  return present.roles.map((from) => ({
    from: role(from),
    to,
    traffic,
    why: "machines reach what lies outside through the company's proxy",
  }));
}

/** A proxy's port: the one in its URL, else the scheme's own. */
export function proxyPort(url: string): number {
  const { port, protocol } = new URL(url);
  return port === "" ? (protocol === "https:" ? 443 : 80) : Number(port);
}

const endpointWhys: Readonly<Record<AwsService, string>> = {
  ssm: "the join secret in Parameter Store, and Session Manager (ssm)",
  ssmmessages: "Session Manager's sessions, in place of SSH (ssmmessages)",
  secretsmanager: "the join secret in Secrets Manager (secretsmanager)",
  ec2messages: "older agents of Session Manager (ec2messages)",
};

/** https://docs.aws.amazon.com/systems-manager/latest/userguide/setup-create-vpc.html */
const endpointSource = "https://docs.aws.amazon.com/systems-manager/latest/userguide/setup-create-vpc.html";

function endpointFlows({ target, aws }: Environment, present: Present): Flow[] {
  if (target !== "aws" || aws === undefined) return [];
  return aws.endpoints.flatMap((service) =>
    present.roles.map((from) => ({
      from: role(from),
      to: appliance("endpoint"),
      traffic: tcp(443),
      why: endpointWhys[service],
      source: endpointSource,
    })),
  );
}
