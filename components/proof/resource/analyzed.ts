import { linked } from "./linked.ts";
import { asText } from "./resources.ts";
import type { Resource } from "./resource.ts";
import { stackType, type Written } from "./written.ts";

/**
 * What the engine tells a policy pack of a resource (proto/pulumi/analyzer.proto). With all resources, at the end, come
 * what their providers said and what each property is made of; what was asked for comes before, with each one alone,
 * and not at all where the engine leaves it as it is, untargeted.
 */
export type Analyzed = Pick<Written, "urn" | "type" | "inputs"> &
  Required<Pick<Written, "outputs" | "propertyDependencies">>;

/**
 * The resources of a stack as a policy pack is told of them. It is told no ids: these are what a provider says too, as
 * those that Pulumi makes of Terraform's do, or else what `idOf` knows a resource of its kind to have.
 */
export function analyzed(
  all: readonly Analyzed[],
  idOf: (resource: Resource) => string | undefined,
): Resource[] {
  const resources = linked(all.map((one) => ({ ...one, inputs: one.inputs ?? one.outputs })));
  for (const resource of resources) {
    const id = asText(resource.outputs["id"]) ?? idOf(resource);
    // References lead to this very object.
    if (id !== undefined) Object.assign(resource, { id });
  }
  return resources.filter(({ type }) => type !== stackType);
}
