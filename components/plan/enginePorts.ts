import type { Engine } from "./environment.ts";
import type { Role } from "./host.ts";
import { kubernetesPorts } from "./kubernetesPorts.ts";
import { mkePorts } from "./mkePorts.ts";
import type { Port } from "./port.ts";

/** What each engine's machines listen on. */
export const enginePorts: Readonly<Record<Engine, readonly Port[]>> = {
  mke: mkePorts,
  kubernetes: kubernetesPorts,
};

/** The TCP ports on which people reach machines of a role. */
export const frontDoorPorts = (engine: Engine, role: Role): number[] =>
  enginePorts[engine].flatMap(({ from, to, traffic }) =>
    from === "outside" && to.includes(role) && traffic.kind === "ports" ? [traffic.from] : [],
  );
