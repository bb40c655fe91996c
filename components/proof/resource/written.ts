import { Reference, Unknown, type Resource, type Value } from "./resource.ts";

/** A resource as Pulumi writes it (sdk/go/common/apitype/core.go, ResourceV3). */
export interface Written {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly delete?: boolean;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly propertyDependencies?: Readonly<Record<string, readonly string[] | null>>;
}

/** The resource that stands for the stack itself. */
export const stackType = "pulumi:pulumi:Stack";

// sdk/go/common/resource/plugin/rpc.go, UnknownStringValue and its like for other kinds of values.
const unknownTexts: ReadonlySet<unknown> = new Set([
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
]);
export const isUnknownText = (value: unknown): boolean => unknownTexts.has(value);

/** What a preview writes in a secret's place (pkg/display/json.go, MassageSecrets). */
const hidden = "[secret]";
const secret = new Unknown("it is a secret, which the file does not show");

// sdk/go/common/resource/sig/sig.go
const signature = "4dabf18193072939515e22adb298388d";
const signatures = {
  secret: "1b47061264138c4ac30d75fd1eb44270",
  resource: "5cf8f73096256a8f31e491e813e4eb8e",
  output: "d0e6a833031e9bbcd3f4e8bde6ca49a4",
} as const;

type Made = ReadonlyMap<string, Resource>;

/** Properties of a resource; what is not known yet stands as a reference to what it comes from, as the engine wrote that down. */
export const values = (
  fields: Readonly<Record<string, unknown>>,
  dependencies: Readonly<Record<string, readonly string[] | null>>,
  made: Made,
): Readonly<Record<string, Value>> =>
  Object.fromEntries(
    Object.entries(fields).map(([key, value]) => {
      const sources = (dependencies[key] ?? []).map((urn) => made.get(urn));
      return [key, valueOf(value, unknownFrom(sources, value), made)];
    }),
  );

/**
 * Stands in for a property's unknowns, one after the other. In a list that has as many as there are resources that it
 * comes from each is taken for one of these: which for which does not matter in a list of ids.
 */
function unknownFrom(sources: readonly (Resource | undefined)[], value: unknown): () => Value {
  const [only] = sources;
  if (sources.length === 1 && only !== undefined) return () => new Reference(only, "");
  const items = Array.isArray(value) ? (value as readonly unknown[]).map(alone) : undefined;
  const isFlat = items?.every((item) => typeof item !== "object") === true;
  const left = isFlat && items.filter(isUnknownText).length === sources.length ? [...sources] : [];
  const names = sources.map((source) => source?.name ?? "one that is not here").join(", ");
  const why =
    sources.length === 0
      ? "it is known only once something has been made"
      : `it comes from several resources (${names}): pass each one's property as it is`;
  return () => {
    const next = left.shift();
    return next === undefined ? new Unknown(why) : new Reference(next, "");
  };
}

/** What an object holds that holds nothing else. */
function alone(item: unknown): unknown {
  if (typeof item !== "object" || item === null) return item;
  const [only, ...more] = Object.values(item) as readonly unknown[];
  return more.length === 0 && typeof only !== "object" ? only : item;
}

function valueOf(value: unknown, unknown: () => Value, made: Made): Value {
  if (isUnknownText(value)) return unknown();
  if (value === hidden) return secret;
  if (value === null || value === undefined) return null;
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  if (Array.isArray(value)) return value.map((item) => valueOf(item, unknown, made));
  if (Object.hasOwn(value, signature)) return signedOf(value, unknown, made);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, valueOf(item, unknown, made)]));
}

function signedOf(signed: object, unknown: () => Value, made: Made): Value {
  const { [signature]: kind, ...fields } = signed as { [signature]: unknown } & Readonly<
    Record<string, unknown>
  >;
  switch (kind) {
    case signatures.secret: {
      const { plaintext, value } = fields;
      if (typeof plaintext === "string") return valueOf(JSON.parse(plaintext), unknown, made);
      return value === undefined ? secret : valueOf(value, unknown, made);
    }
    case signatures.output:
      return fields["value"] === undefined ? unknown() : valueOf(fields["value"], unknown, made);
    case signatures.resource: {
      const resource = made.get(String(fields["urn"]));
      return resource === undefined
        ? new Unknown("it is a resource of another program")
        : new Reference(resource, "id");
    }
    default:
      return new Unknown("it is a file or an object that the proof cannot look into");
  }
}
