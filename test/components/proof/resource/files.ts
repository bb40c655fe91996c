import {
  Reference,
  Unknown,
  type Resource,
  type Value,
} from "../../../../components/proof/resource/index.ts";

export const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** A resource as Pulumi writes it. */
export interface Entry {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly delete?: boolean;
  readonly propertyDependencies?: Readonly<Record<string, readonly string[]>>;
}

export const urnOf = (type: string, name: string): string => `urn:pulumi:dev::bulkhead::${type}::${name}`;

export const entry = (type: string, name: string, more: Partial<Entry> = {}): Entry => ({
  urn: urnOf(type, name),
  type,
  ...more,
});

export const root = entry("pulumi:pulumi:Stack", "bulkhead-dev");

/** What `pulumi stack export` writes. */
export const stateOf = (...resources: readonly unknown[]): string =>
  JSON.stringify({ version: 3, deployment: { manifest: { version: "v3.259.0" }, resources } }, undefined, 2);

interface Step {
  readonly op: string;
  readonly oldState?: Entry;
  readonly newState?: Entry | null;
}

/** What `pulumi preview --json --show-sames` writes of a stack that is new, or of these steps. */
export const planOf = (...steps: readonly Step[]): string =>
  JSON.stringify(
    {
      steps,
      changeSummary: Object.fromEntries(
        [...Map.groupBy(steps, ({ op }) => op)].map(([op, { length }]) => [op, length]),
      ),
    },
    undefined,
    2,
  );

export const created = (newState: Entry): Step => ({ op: "create", newState });

/** Resources as a state has them: each with an id, by which others name it. */
export function asState(resources: readonly Resource[]): string {
  const ids = new Map(resources.map(({ urn }, index) => [urn, `made-${index}`]));
  const known = (value: Value): unknown => {
    if (value instanceof Unknown) throw new RangeError("nothing of what exists is unknown");
    if (value instanceof Reference) return ids.get(value.resource.urn);
    if (Array.isArray(value)) return value.map(known);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, known(item)]));
  };
  return stateOf(
    root,
    ...resources.map(({ urn, type, inputs }) => ({
      urn,
      type,
      id: ids.get(urn),
      inputs: known(inputs),
      outputs: known(inputs),
    })),
  );
}

/** Resources as the plan of a stack has them of which nothing exists yet. */
export function asPlan(resources: readonly Resource[]): string {
  const sources = (value: Value): string[] => {
    if (value instanceof Reference) return [value.resource.urn];
    if (value instanceof Unknown || typeof value !== "object" || value === null) return [];
    return Object.values(value).flatMap((item) => sources(item));
  };
  const hidden = (value: Value): unknown => {
    if (value instanceof Unknown || value instanceof Reference) return unknown;
    if (Array.isArray(value)) return value.map(hidden);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, hidden(item)]));
  };
  return planOf(
    created(root),
    ...resources.map(({ urn, type, inputs }) =>
      created({
        urn,
        type,
        inputs: Object.fromEntries(Object.entries(inputs).map(([key, value]) => [key, hidden(value)])),
        propertyDependencies: Object.fromEntries(
          Object.entries(inputs).map(([key, value]) => [key, [...new Set(sources(value))]]),
        ),
      }),
    ),
  );
}
