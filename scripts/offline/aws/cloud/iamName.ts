import { Refusal } from "./refusal.ts";

/** Throws as IAM does where a name is too long or has other characters than [\w+=,.@-] (API_CreateRole). */
export function requireIamName(
  what: "roleName" | "policyName" | "instanceProfileName",
  name: string,
  most: number,
): void {
  const failed = (constraint: string) =>
    new Refusal(
      "ValidationError",
      `1 validation error detected: Value '${name}' at '${what}' failed to satisfy constraint: Member must ${constraint}`,
    );
  if (name.length > most) throw failed(`have length less than or equal to ${most}`);
  if (!/^[\w+=,.@-]+$/.test(name)) throw failed("satisfy regular expression pattern: [\\w+=,.@-]+");
}
