import type { Plan } from "../../../../components/plan/index.ts";
import { nameOf, type Written } from "./step.ts";

/** Tells which application group a resource is for; undefined for what several share. */
export type Ownership = (resource: Written) => string | undefined;

/** By what a resource says itself, in its tags or its namespace; else by the names of a plan's parts in its own. */
export function ownershipIn(plan: Plan): Ownership {
  const groups = groupsByName(plan);
  const names = [...groups.keys()].sort((a, b) => b.length - a.length);
  const named = (urn: string): string | undefined => {
    const own = new Set(
      // A rule is named for both of its ends.
      nameOf(urn)
        .split(/[ /]/)
        .flatMap((part) => {
          const bare = part.replace(/^(?:zone|team)-/, "");
          const name = names.find((known) => bare === known || bare.startsWith(`${known}-`));
          return name === undefined ? [] : [groups.get(name)];
        }),
    );
    const [only] = own;
    return own.size === 1 ? only : undefined;
  };
  return ({ urn, parent, inputs = {} }) => {
    const { tags, metadata } = inputs as {
      readonly tags?: Readonly<Record<string, unknown>>;
      readonly metadata?: { readonly namespace?: unknown };
    };
    const said = tags?.["bulkhead:group"];
    if (typeof said === "string") return said;
    const namespace = typeof metadata?.namespace === "string" ? groups.get(metadata.namespace) : undefined;
    // What is named for nobody may be a part of what is.
    return namespace ?? named(urn) ?? (parent === undefined ? undefined : named(parent));
  };
}

function groupsByName({ collections, namespaces, hosts, zones }: Plan): Map<string, string> {
  const groupOf = new Map(collections.map(({ name, group }) => [name, group]));
  const names = new Map<string, string>();
  for (const { name } of zones) {
    const own = new Set(collections.filter(({ zone }) => zone === name).map(({ group }) => group));
    const [only] = own;
    if (own.size === 1 && only !== undefined) names.set(name, only);
  }
  for (const { name, group } of collections) names.set(name, group).set(group, group);
  for (const { name, group } of namespaces) names.set(name, group);
  for (const { name, collection } of hosts) {
    const group = groupOf.get(collection ?? "");
    if (group !== undefined) names.set(name, group);
  }
  return names;
}
