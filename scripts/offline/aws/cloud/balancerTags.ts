import type { Clients } from "./session.ts";
import { difference, tagOutputs, toList, type Tagged } from "./tags.ts";

/** The tags of a load balancer or of what belongs to one, as outputs. */
export async function balancerTags({ balancing }: Clients, arn: string) {
  const { TagDescriptions = [] } = await balancing.describeTags({ ResourceArns: [arn] });
  return tagOutputs(TagDescriptions[0]?.Tags);
}

/** Makes the tags of a load balancer or of what belongs to one others. */
export async function retagBalancer(
  { balancing }: Clients,
  arn: string,
  { tags }: Tagged,
  { tags: old }: Tagged,
): Promise<void> {
  const { gone, changed } = difference(tags, old);
  if (gone.length > 0) await balancing.removeTags({ ResourceArns: [arn], TagKeys: [...gone] });
  if (Object.keys(changed).length > 0)
    await balancing.addTags({ ResourceArns: [arn], Tags: toList(changed) });
}

/** No create of ELB takes an empty list of tags. */
export const withTags = ({ tags }: Tagged) =>
  tags === undefined || Object.keys(tags).length === 0 ? {} : { Tags: toList(tags) };
