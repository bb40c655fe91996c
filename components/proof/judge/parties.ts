import type { Party } from "../statement/index.ts";
import type { ExpectedParty } from "./expectation.ts";

/** Each under a name of its own: a later one whose name another has is called by its kind as well. */
export function distinct(parties: readonly ExpectedParty[]): ExpectedParty[] {
  const taken = new Set<string>();
  return parties.map((one) => {
    let { name } = one.party;
    while (taken.has(name)) name = `${words[one.party.kind]} ${name}`;
    taken.add(name);
    return name === one.party.name ? one : { ...one, party: { ...one.party, name } };
  });
}

const words: Readonly<Record<Party["kind"], string>> = {
  role: "role",
  zone: "zone",
  collection: "collection",
  namespace: "namespace",
  endpoint: "machine",
  outside: "outside",
};

/**
 * A party in a finding's id. Exceptions name findings by it, so that no two parties may ever share one, and none may
 * take over another's when a stack file grows: only roles and zones, of which no two have the same name, stand alone.
 */
export function idOf({ name, kind }: Pick<Party, "name" | "kind">): string {
  if (kind === "role" || kind === "zone") return name;
  const own = kind === "namespace" ? name.replace(/^namespace /, "") : name;
  return `${words[kind]}:${encodeURIComponent(own.replaceAll("_", "%5F")).replaceAll(/%20|%2F/g, "_")}`;
}
