import { asObject, asText, isUnknown, Reference, type Resource, type Value } from "../resource/index.ts";

export type Fields = Readonly<Record<string, Value>>;

/** An object of Kubernetes' API, in which there can be references and unknowns. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Fields;
  readonly [rest: string]: Value;
}

/** An object and where it is from: a file and line, or a URN. */
export interface Sourced {
  readonly object: KubernetesObject;
  readonly origin: string;
}

/** A field's value; null is as good as none, as for Kubernetes. */
export const given = (fields: Fields, name: string): Value | undefined => fields[name] ?? undefined;

export const isFields = (value: Value | undefined): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !isUnknown(value);

/** `apps` of `apps/v1`; empty for `v1`. */
export const apiGroup = ({ apiVersion }: KubernetesObject): string =>
  apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";

/** An object's name; where Kubernetes or the provider makes it up, what it begins with or is registered as. */
export function nameOf({ object: { metadata }, origin }: Sourced): string {
  const name = given(metadata, "name");
  if (typeof name === "string") return name;
  const prefix = given(metadata, "generateName");
  return typeof prefix === "string" ? `${prefix}…` : (origin.split("::").at(-1) ?? origin);
}

/** The namespace of an object that is in one; undefined where it is not known. */
export function namespaceOf({ metadata }: KubernetesObject): string | undefined {
  const namespace = given(metadata, "namespace");
  if (namespace === undefined || namespace === "") return "default";
  if (typeof namespace === "string") return namespace;
  return namespace instanceof Reference && namespace.resource.type === namespaceType
    ? namespaceNamed(namespace.resource)
    : undefined;
}

const namespaceType = "kubernetes:core/v1:Namespace";

/** What a namespace goes by: its name, or its URN as long as nobody knows the name. */
const namespaceNamed = ({ inputs, outputs, urn }: Resource): string =>
  [inputs, outputs]
    .map((all) => asText(asObject(all["metadata"])["name"]))
    .find((name) => name !== undefined) ?? urn;

/** What an object of kind Namespace goes by, as `namespaceOf` tells it of those in it. */
export function namespaceItself({ object: { metadata }, origin }: Sourced): string {
  const name = given(metadata, "name");
  return typeof name === "string" ? name : origin;
}
