import type { ResourceType } from "./schema.ts";
import type { Properties } from "./value.ts";

// As the official plugin gives names to what has none: SetAutonaming in pulumi-terraform-bridge
// (pkg/tfbridge/auto_aliasing.go and names.go) and the lengths of pulumi-aws (provider/resources.go).

/** Where the cloud allows fewer than 255 letters. */
const lengths: Readonly<Record<string, number>> = {
  "aws:iam/instanceProfile:InstanceProfile": 128,
  "aws:iam/role:Role": 64,
  "aws:lb/loadBalancer:LoadBalancer": 32,
  "aws:lb/targetGroup:TargetGroup": 32,
};

/** How the bridge marks which inputs it has filled in. */
const filled = "__defaults";

/** Whether a name is made up where none is given. */
export const isAutonamed = ({ inputs, required = [] }: ResourceType): boolean =>
  inputs["name"] === "string" && !required.includes("name");

/** Gives a resource a name where it takes one and has none: the one that it had, else its own with a random end. */
export function named(
  type: string,
  kind: ResourceType,
  resource: string,
  olds: Properties,
  news: Properties,
  seed: Uint8Array,
): Properties {
  if (!isAutonamed(kind) || hasValue(news["name"]) || hasValue(news["namePrefix"])) return news;
  const name = wasMadeUp(olds) ? olds["name"] : madeUp(resource, seed, lengths[type] ?? 255);
  return { ...news, name, [filled]: ["name"] };
}

/** Whether the name of these inputs was made up, so that a replacement can have another one and be made first. */
export const wasMadeUp = (inputs: Properties): boolean =>
  Array.isArray(inputs[filled]) && inputs[filled].includes("name") && hasValue(inputs["name"]);

function madeUp(resource: string, seed: Uint8Array, length: number): string {
  const end = `-${Buffer.from(seed).toString("hex").padEnd(7, "0").slice(0, 7)}`;
  return resource.slice(0, length - end.length) + end;
}

const hasValue = (value: unknown): boolean => value !== undefined && value !== null;
