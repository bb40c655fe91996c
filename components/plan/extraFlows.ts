import { isMeantAsBlock } from "./address.ts";
import type { Environment, ExtraFlow } from "./environment.ts";
import { role, type Endpoint, type Flow } from "./flow.ts";

/** The flows that the stack file adds, each with its owner; one list for each of its entries. */
export const extraFlows = ({ flows }: Environment): Flow[][] =>
  flows.map(({ from, to, traffic, why, owner }: ExtraFlow) =>
    traffic.map((one) => ({ from: endpoint(from), to: endpoint(to), traffic: one, why, owner })),
  );

/** The names that stand for all machines of a role. */
export const roleNames = ["manager", "registry", "worker"] as const;

/** Reads one end of a flow as the stack file writes it; whether the name exists is checked before. */
export function endpoint(text: string): Endpoint {
  const name = roleNames.find((candidate) => candidate === text);
  if (name !== undefined) return role(name);
  if (isMeantAsBlock(text)) return { kind: "outside", name: text, addresses: [text] };
  const [zone = "", collection] = text.split("/");
  return collection === undefined ? { kind: "zone", zone } : { kind: "collection", zone, collection };
}
