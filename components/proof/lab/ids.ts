import { asText, property, type Resource } from "../resource/index.ts";
import { kinds } from "./kinds.ts";

/** The id that the lab's provider gives a zone, which others name: it is made of what is asked for. */
export function labId(resource: Resource): string | undefined {
  if (resource.type !== kinds.zone) return undefined;
  const [network, name] = [asText(property(resource, "network")), asText(property(resource, "name"))];
  return network === undefined || name === undefined ? undefined : `${network}/${name}`;
}
