import { isUnknownText } from "../../../../components/proof/resource/written.ts";
import { confidentialKind, hidden, isMarked, isSecret, type Secrets } from "../secrets/index.ts";

type Path = readonly (string | number)[];

export const knownLater = "(known after up)";

/** A value as JSON for people, without what is secret. */
export const showValue = (value: unknown, path: Path, secrets: Secrets): string =>
  JSON.stringify(plain(value, path, secrets));

function plain(value: unknown, path: Path, secrets: Secrets): unknown {
  if (value === null || value === undefined) return null;
  if (typeof value === "string") {
    if (isUnknownText(value)) return knownLater;
    const kind = kindOf(path);
    return kind === undefined ? secrets.redact(value) : hide(kind, value);
  }
  if (typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map((item, index) => plain(item, [...path, index], secrets));
  const fields = value as Readonly<Record<string, unknown>>;
  if (isSecret(fields)) return hidden;
  if (isMarked(fields)) return "[a file or another resource]";
  return Object.fromEntries(
    Object.entries(fields).map(([key, item]) => [secrets.redact(key), plain(item, [...path, key], secrets)]),
  );
}

function kindOf(path: Path): string | undefined {
  const name = path.findLast((part) => typeof part === "string");
  return name === undefined ? undefined : confidentialKind(name);
}

/** Says no more than how long it is: of something short, a checksum would let it be guessed. */
const hide = (kind: string, text: string): string =>
  kind === "secret" || text === hidden
    ? hidden
    : `[${kind}, ${text.length.toLocaleString("en-US")} characters]`;

/** Whether something of a value is hidden. */
export const isHidden = (shown: string): boolean => shown.includes(JSON.stringify(hidden));
