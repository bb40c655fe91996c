// How values travel between the engine and a plugin (sdk/go/common/resource/plugin/rpc.go and
// sdk/nodejs/runtime/rpc.ts of github.com/pulumi/pulumi).

const mark = "4dabf18193072939515e22adb298388d";
const secretMark = "1b47061264138c4ac30d75fd1eb44270";
const outputMark = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const assetMarks = ["c44067f5952c0a294b673a41bacd8c17", "0def7320c3a5731c473e5ecbe6d01bc7"];

/** What stands for a value that is known only after something else has been made. */
export const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
/** There is one for each kind of value, so that old programs can tell. */
const unknowns = new Set([
  unknown,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

export type Properties = Readonly<Record<string, unknown>>;

export const isUnknown = (value: unknown): boolean => typeof value === "string" && unknowns.has(value);

export const isObject = (value: unknown): value is Properties =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What is inside a secret or an output, and whether it is a secret. */
export function open(value: unknown): { readonly value: unknown; readonly secret: boolean } {
  if (!isObject(value)) return { value, secret: false };
  if (value[mark] === secretMark) return { value: open(value["value"]).value, secret: true };
  if (value[mark] === outputMark) {
    const inner = open("value" in value ? value["value"] : unknown);
    return { value: inner.value, secret: inner.secret || value["secret"] === true };
  }
  return { value, secret: false };
}

export const close = (value: unknown): Properties => ({ [mark]: secretMark, value });

/** Files and archives, which travel as objects with a mark. */
export const isAsset = (value: unknown): boolean =>
  isObject(value) && assetMarks.some((one) => value[mark] === one);

/** The plain value, with secrets opened at every depth and without what is null or the bridge's own ("__defaults"). */
export function plain(value: unknown): unknown {
  const { value: inner } = open(value);
  if (Array.isArray(inner)) return inner.map(plain);
  return isObject(inner) ? plainProperties(inner) : inner;
}

export const plainProperties = (values: Properties): Properties =>
  Object.fromEntries(
    Object.entries(values)
      .filter(([name, value]) => value !== null && value !== undefined && !name.startsWith("__"))
      .map(([name, value]) => [name, plain(value)]),
  );

/** Whether a secret is in it, at any depth. */
export function holdsSecret(value: unknown): boolean {
  const { value: inner, secret } = open(value);
  return secret || (typeof inner === "object" && inner !== null && Object.values(inner).some(holdsSecret));
}

/** Whether it is known, at every depth. */
export function isKnown(value: unknown): boolean {
  const { value: inner } = open(value);
  if (isUnknown(inner)) return false;
  return typeof inner !== "object" || inner === null || Object.values(inner).every(isKnown);
}
