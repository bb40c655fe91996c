import { isSecret } from "./mark.ts";
import type { Secrets } from "./secrets.ts";

/** Variables whose names say that they are secret. */
const names = /(?:TOKEN|SECRET|PASSWORD|PASSPHRASE|CREDENTIALS?|ACCESS_KEY|PRIVATE_KEY|API_KEY)(?:_ID)?$/;

/** Takes in what of the environment may not be shown: programs put it into their messages. */
export function gatherEnvironment(secrets: Secrets, env: NodeJS.ProcessEnv): void {
  for (const [name, value] of Object.entries(env))
    if (value !== undefined && value.length >= 6 && names.test(name)) secrets.add(value);
}

/** Takes in the secrets of a state that was exported with them in the clear. */
export function gatherSecrets(secrets: Secrets, value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  const fields = value as Readonly<Record<string, unknown>>;
  if (isSecret(fields)) {
    const { plaintext } = fields;
    if (typeof plaintext !== "string") return;
    try {
      // Pulumi keeps them as JSON.
      secrets.add(JSON.parse(plaintext));
    } catch {
      secrets.add(plaintext);
    }
    return;
  }
  for (const item of Object.values(fields)) gatherSecrets(secrets, item);
}
