import { isDeepStrictEqual } from "node:util";

/** A policy as IAM tells it, which encodes it for URLs; as it was written where it says the same. */
export function sameJson(written: unknown, told: string | undefined): unknown {
  if (told === undefined) return undefined;
  const text = told.startsWith("%7B") ? decodeURIComponent(told) : told;
  if (typeof written !== "string") return text;
  try {
    return isDeepStrictEqual(JSON.parse(written), JSON.parse(text)) ? written : text;
  } catch {
    return text;
  }
}
