import { Refusal } from "./refusal.ts";

/** Bytes of user data before its Base64 encoding (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html). */
const most = 16_384;

/** Throws as EC2 does where user data, encoded, is none or too much; moto takes any. */
export function requireUserData(encoded: string | undefined): void {
  if (encoded === undefined) return;
  const bytes = Buffer.from(encoded, "base64");
  if (bytes.toString("base64") !== encoded)
    throw new Refusal("InvalidUserData.Malformed", "Invalid BASE64 encoding of user data.");
  if (bytes.length > most)
    throw new Refusal("InvalidParameterValue", `User data is limited to ${most} bytes`);
}
