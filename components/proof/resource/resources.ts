import { Reference, Unknown, type Resource, type Value } from "./resource.ts";

/** All resources of a stack, to be asked for by kind and by what names them. */
export class Resources {
  readonly all: readonly Resource[];
  /** The references to no property in particular that were taken for what names their resource. */
  readonly relied = new Set<Reference>();
  readonly #byId = new Map<string, Resource>();
  readonly #byType: ReadonlyMap<string, readonly Resource[]>;

  constructor(all: readonly Resource[]) {
    this.all = all;
    for (const resource of all)
      if (resource.id !== undefined) this.#byId.set(key(resource.type, resource.id), resource);
    this.#byType = Map.groupBy(all, ({ type }) => type);
  }

  of(type: string): readonly Resource[] {
    return this.#byType.get(type) ?? [];
  }

  /** The resource of one of these types that a value names, by a reference or by its id; undefined where it is not known. */
  named(value: Value | undefined, ...types: readonly string[]): Resource | undefined {
    if (value instanceof Reference) {
      if (!types.includes(value.resource.type)) return undefined;
      if (value.property === "") this.relied.add(value);
      return value.resource;
    }
    if (typeof value !== "string") return undefined;
    for (const type of types) {
      const found = this.#byId.get(key(type, value));
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

const key = (type: string, id: string) => `${type} ${id}`;

/**
 * A property: what was asked for, else what the provider said. Providers that were made of Terraform's write an empty
 * text for what is not there.
 */
export function property({ inputs, outputs }: Resource, name: string): Value | undefined {
  const value = inputs[name] ?? outputs[name];
  return value === "" ? undefined : value;
}

export const asText = (value: Value | undefined): string | undefined =>
  typeof value === "string" ? value : undefined;

export const asNumber = (value: Value | undefined): number | undefined =>
  typeof value === "number" ? value : undefined;

export const isUnknown = (value: Value | undefined): value is Unknown | Reference =>
  value instanceof Unknown || value instanceof Reference;

/** A list; a value that is not known is a list of which nothing is known. */
export const asList = (value: Value | undefined): readonly Value[] =>
  Array.isArray(value) ? (value as readonly Value[]) : isUnknown(value) ? [value] : [];

export const asObject = (value: Value | undefined): Readonly<Record<string, Value>> =>
  value !== null && typeof value === "object" && !Array.isArray(value) && !isUnknown(value)
    ? (value as Readonly<Record<string, Value>>)
    : {};
