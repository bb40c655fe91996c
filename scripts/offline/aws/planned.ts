import type { ResourceType } from "./schema.ts";
import { isKnown, open, unknown, type Properties } from "./value.ts";

/** What a preview can tell of a resource that is to be made: its inputs, and that there will be more. */
export function planned(kind: ResourceType, inputs: Properties): Properties {
  return { ...allUnknown(kind), ...inputs, ...allTags(kind, inputs) };
}

/** As `planned`, of one that is there: an update leaves alone what it is known by. */
export function plannedUpdate(kind: ResourceType, olds: Properties, inputs: Properties): Properties {
  // A state of another version of the plugin may lack one.
  const stable = kind.outputs.filter(
    (name) => isIdentity.test(name) && olds[name] !== undefined && isKnown(olds[name]),
  );
  return { ...planned(kind, inputs), ...Object.fromEntries(stable.map((name) => [name, olds[name]])) };
}

const allUnknown = (kind: ResourceType): Properties =>
  Object.fromEntries(kind.outputs.map((name) => [name, unknown]));

/** Names of outputs that last as long as the resource; versions do not (latestVersion, versionId). */
const isIdentity = /^(?!version)(?:.*(?:Arn|Id)|arn|id|dnsName)$/;

/** All tags, as the official plugin tells them where the provider adds none. */
const allTags = ({ outputs }: ResourceType, { tags }: Properties): Properties =>
  outputs.includes("tagsAll") ? { tagsAll: open(tags).value === undefined ? {} : tags } : {};
