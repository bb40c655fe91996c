import {
  asList,
  asObject,
  asText,
  isUnknown,
  Reference,
  type Resources,
  type Value,
} from "../resource/index.ts";
import type { Fields, KubernetesObject, Sourced } from "./objects.ts";

const prefix = "kubernetes:";

/** The objects among a stack's resources, as the plugin kubernetes has them. */
export const registeredObjects = (resources: Resources): Sourced[] =>
  resources.all.flatMap((resource) => {
    const { type, inputs, urn } = resource;
    const [apiVersion, kind] = [asText(inputs["apiVersion"]), asText(inputs["kind"])];
    if (!type.startsWith(prefix) || apiVersion === undefined || kind === undefined) return [];
    const object = { ...inputs, apiVersion, kind, metadata: metadataOf(inputs["metadata"]) };
    return [{ object: named(object, resources), origin: urn }];
  });

/** Names of other objects, where what is written is made of what these will say. */
function named(object: KubernetesObject, resources: Resources): KubernetesObject {
  const name = (value: Value | undefined) => nameOf(value, resources);
  const within = (fields: Value | undefined, ...keys: readonly string[]): Value => {
    if (isUnknown(fields) || fields === undefined) return fields ?? null;
    const all = asObject(fields);
    const replaced = keys.flatMap((key) => {
      const value = name(all[key]);
      return value === undefined ? [] : [[key, value] as const];
    });
    return { ...all, ...Object.fromEntries(replaced) };
  };
  return {
    ...object,
    metadata: asObject(within(object.metadata, "namespace")),
    ...(object["roleRef"] === undefined ? {} : { roleRef: within(object["roleRef"], "name") }),
    ...(object["subjects"] === undefined
      ? {}
      : { subjects: asList(object["subjects"]).map((subject) => within(subject, "name", "namespace")) }),
    ...(asObject(object["spec"])["policyName"] === undefined
      ? {}
      : { spec: within(object["spec"], "policyName") }),
  };
}

function nameOf(value: Value | undefined, resources: Resources): string | undefined {
  if (!(value instanceof Reference) || !value.resource.type.startsWith(prefix)) return undefined;
  resources.named(value, value.resource.type);
  // Where Pulumi makes the name up, the reference stays what tells it from others.
  return asText(asObject(value.resource.inputs["metadata"])["name"]);
}

/** Of metadata that are not known nothing is: neither the namespace nor a label. */
const metadataOf = (value: Value | undefined): Fields =>
  isUnknown(value) ? { name: value, namespace: value, labels: value, annotations: value } : asObject(value);
