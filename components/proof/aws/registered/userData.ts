import {
  asObject,
  asText,
  isUnknown,
  property,
  Reference,
  type Resource,
  type Value,
} from "../../resource/index.ts";
import { decoded } from "../base64.ts";
import type { UserData } from "../facts.ts";
import { kinds } from "./kinds.ts";
import type { Reading } from "./reading.ts";

/** What each instance starts with: its own user data, else its launch template's. */
export const userData = (reading: Reading): Map<string, UserData> =>
  new Map(
    reading.of(kinds.instance).map((instance) => [reading.idOf(instance), userDataOf(reading, instance)]),
  );

function userDataOf(reading: Reading, instance: Resource): UserData {
  // Of what the instance was made with the provider keeps only a hash in its outputs.
  const { userData: own, userDataBase64: encoded, launchTemplate } = instance.inputs;
  if (isThere(own)) {
    const text = asText(own);
    return text === undefined ? { why: hidden(own) } : { text };
  }
  if (isThere(encoded)) return read(encoded);
  if (!isThere(launchTemplate)) return { why: "there are none" };
  const { id, name, version } = asObject(launchTemplate);
  const template = reading.resources.named(id ?? name, kinds.template);
  if (template === undefined) return { why: "it is not known of which launch template they are" };
  const why = otherVersion(reading, template, version);
  if (why !== undefined) return { why };
  const data = property(template, "userData");
  return isThere(data) ? read(data) : { why: "there are none" };
}

/** Why the launch template's present user data need not be those of an instance. */
function otherVersion(reading: Reading, template: Resource, version: Value | undefined): string | undefined {
  if (version === "$Latest") return undefined;
  if (version === undefined || version === "$Default")
    return property(template, "updateDefaultVersion") === true
      ? undefined
      : `the default version of launch template ${template.name} need not be the latest, which is what was read`;
  // Its own latest version, which it is still to get: no id, so that it must not be taken for one.
  if (version instanceof Reference && version.resource === template) return undefined;
  const [wanted, latest] = [version, template.outputs["latestVersion"]].map((value) => reading.number(value));
  return wanted !== undefined && wanted === latest
    ? undefined
    : `version ${String(wanted ?? "unknown")} of launch template ${template.name} is not what was read`;
}

const isThere = (value: Value | undefined): value is Value =>
  value !== undefined && value !== null && value !== "";

function read(value: Value): UserData {
  const text = asText(value);
  if (text === undefined) return { why: hidden(value) };
  return decoded(text);
}

const hidden = (value: Value): string =>
  isUnknown(value) && "why" in value ? value.why : "they are known only once something has been made";
