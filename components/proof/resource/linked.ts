import type { Resource } from "./resource.ts";
import { isUnknownText, values, type Written } from "./written.ts";

/** Resources as Pulumi writes them, in which what is not known yet refers to those of them that it comes from. */
export function linked(written: readonly Written[]): Resource[] {
  const made = new Map(written.map((entry) => [entry.urn, bare(entry)]));
  for (const { urn, inputs = {}, outputs = {}, propertyDependencies = {} } of written)
    Object.assign(made.get(urn) ?? {}, {
      inputs: values(inputs, propertyDependencies, made),
      outputs: values(outputs, {}, made),
    });
  return [...made.values()];
}

/** A resource whose properties are still to come, since they can refer to any other. */
const bare = ({ urn, type, id }: Written): Resource => ({
  urn,
  type,
  name: urn.split("::").slice(3).join("::"),
  ...(id === undefined || isUnknownText(id) ? {} : { id }),
  inputs: {},
  outputs: {},
});
