import type { ResourceType } from "@aws-sdk/client-ec2";
import type { Properties } from "../kind.ts";
import type { Clients } from "./session.ts";

/** Tags as Pulumi has them. */
export type Tags = Readonly<Record<string, string>>;

export interface Tagged {
  readonly tags?: Tags;
}

/** Tags as AWS's interfaces have them. */
export const toList = (tags: Tags = {}): { Key: string; Value: string }[] =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

interface Tag {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}

/** Tags as Pulumi has them, without those that AWS gives itself. */
export const fromList = (tags: readonly Tag[] = []): Tags =>
  Object.fromEntries(
    tags
      .filter(({ Key = "" }) => !Key.startsWith("aws:"))
      .map(({ Key = "", Value = "" }): [string, string] => [Key, Value])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );

/** A resource's tags as outputs; the provider has no tags of its own, so all are the resource's. */
export const tagOutputs = (list: readonly Tag[] | undefined): Properties => {
  const tags = fromList(list);
  return { tags, tagsAll: tags };
};

/** What a create of EC2 takes to give tags at once. */
export const specification = (type: ResourceType, tags: Tags | undefined) =>
  tags === undefined || Object.keys(tags).length === 0
    ? {}
    : { TagSpecifications: [{ ResourceType: type, Tags: toList(tags) }] };

/** Makes the tags of something in EC2 others. */
export async function retag(
  { ec2 }: Clients,
  id: string,
  { tags = {} }: Tagged,
  { tags: old = {} }: Tagged,
): Promise<void> {
  const { gone, changed } = difference(tags, old);
  if (gone.length > 0) await ec2.deleteTags({ Resources: [id], Tags: gone.map((Key) => ({ Key })) });
  if (Object.keys(changed).length > 0) await ec2.createTags({ Resources: [id], Tags: toList(changed) });
}

/** What has to be taken away and what has to be set so that the old tags become the new ones. */
export function difference(
  tags: Tags = {},
  old: Tags = {},
): { readonly gone: readonly string[]; readonly changed: Tags } {
  return {
    gone: Object.keys(old).filter((key) => !(key in tags)),
    changed: Object.fromEntries(Object.entries(tags).filter(([key, value]) => old[key] !== value)),
  };
}

/** Whether two sets of tags are the same. */
export function sameTags(tags: Tags = {}, others: Tags = {}): boolean {
  const { gone, changed } = difference(tags, others);
  return gone.length === 0 && Object.keys(changed).length === 0;
}
