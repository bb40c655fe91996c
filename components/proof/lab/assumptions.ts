import type { Assumption } from "../network/index.ts";
import { asList, asText, property, type Resources } from "../resource/index.ts";
import { kinds } from "./kinds.ts";

/** What the proof takes for granted of a lab's resources. */
export function assumptionsOf(resources: Resources): Assumption[] {
  const known = new Set<string>(Object.values(kinds));
  return [
    errorsPass,
    ...resources.all
      .filter(({ type }) => type.startsWith("lab:") && !known.has(type))
      .map(({ type, name, urn }) => ({
        text: `${type} ${name} is not understood; it is taken to open nothing`,
        origin: urn,
      })),
    ...resources.of(kinds.controlPlane).map(({ urn }) => ({
      text: "programs on this machine reach the API server at a port of 127.0.0.1, past all firewalls: there only TLS and access rights decide",
      origin: urn,
    })),
    ...resources.of(kinds.network).flatMap((network) =>
      asList(property(network, "changedByHand"))
        .map(asText)
        .filter((what) => what !== undefined)
        .map((what) => ({
          text: `${what}: it was changed by hand in the gateway, and the next up puts it right`,
          origin: network.urn,
        })),
    ),
  ];
}

/** The gateway lets ICMP pass that is related to a connection that it has let pass. */
export const errorsPass: Assumption = {
  text: "ICMP errors about a connection pass in both directions wherever the connection does",
};
