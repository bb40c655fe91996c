import type { Host, Plan } from "../../plan/index.ts";
import type { Party } from "../statement/index.ts";

/** Machines that may talk freely to each other, and to no others. */
export type Compartment = Pick<Party, "name" | "kind">;

/** The compartment of each machine: its zone where that is open inside, else its collection or its role. */
export function compartmentsOf({ zones, collections }: Plan): (host: Host) => Compartment {
  const open = new Set(zones.filter(({ inside }) => inside === "open").map(({ name }) => name));
  const inZone = Map.groupBy(collections, ({ zone }) => zone);
  return ({ zone, role, collection }) => {
    if (role !== "worker") return { name: role, kind: "role" };
    const isAlone = (inZone.get(zone) ?? []).length <= 1;
    return open.has(zone) || isAlone || collection === undefined
      ? { name: zone, kind: "zone" }
      : { name: `${zone}/${collection}`, kind: "collection" };
  };
}
