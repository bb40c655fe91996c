import { Refusal } from "./refusal.ts";

/** What names and descriptions of security groups may hold (API_CreateSecurityGroup, API_SecurityGroupRule). */
const allowed = /^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]{0,255}$/;
const set = "a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*";

export function requireRuleDescription(description: string | undefined): void {
  if (description !== undefined && !allowed.test(description))
    throw new Refusal(
      "InvalidParameterValue",
      `Invalid rule description. Valid descriptions are strings less than 256 characters from the following set: ${set}`,
    );
}

export function requireGroupWords(name: string, description: string): void {
  if (!allowed.test(description))
    throw new Refusal(
      "InvalidParameterValue",
      `Value (${description}) for parameter GroupDescription is invalid. Invalid security group description. ` +
        `Valid descriptions are strings less than 256 characters from the following set: ${set}`,
    );
  if (name.startsWith("sg-"))
    throw new Refusal(
      "InvalidParameterValue",
      "invalid value for parameter groupName: group names may not be in the format sg-*",
    );
  if (!allowed.test(name) || name === "")
    throw new Refusal(
      "InvalidParameterValue",
      `Value (${name}) for parameter GroupName is invalid. Invalid security group name. ` +
        `Valid names are strings less than 256 characters from the following set: ${set}`,
    );
}

/** A name that is given, or one that starts with what is given, as the official provider makes it. */
export function nameOf(
  { name, namePrefix }: { readonly name?: string; readonly namePrefix?: string },
  start = "terraform-",
): string {
  if (name !== undefined) return name;
  const random = Array.from({ length: 26 }, () => Math.floor(Math.random() * 10)).join("");
  return `${namePrefix ?? start}${random}`;
}
