import type { UserData } from "./facts.ts";

/** User data as EC2 takes and shows them. */
export function decoded(base64: string): UserData {
  const bytes = Buffer.from(base64, "base64");
  // What is not in the alphabet is skipped in decoding.
  if (bytes.toString("base64").replace(/=+$/, "") !== base64.replaceAll(/\s/g, "").replace(/=+$/, ""))
    return { why: "they are not base64" };
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    return { why: "they are no text" };
  }
}
