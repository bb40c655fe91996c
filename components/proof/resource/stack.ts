import { UnreadableError } from "../unreadable.ts";
import { Reference, Unknown, type Resource, type Value } from "./resource.ts";

/** What a file of Pulumi's says of a stack. */
export interface StackRead {
  readonly stack: string;
  readonly resources: readonly Resource[];
  /** What the stack's program gave out; empty where the file does not say. */
  readonly outputs: Readonly<Record<string, Value>>;
  /** Resources that exist and wait for their deletion. */
  readonly leaving: readonly string[];
}

/** A resource as Pulumi writes it (sdk/go/common/apitype/core.go, ResourceV3). */
interface Written {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly delete?: boolean;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly propertyDependencies?: Readonly<Record<string, readonly string[] | null>>;
}

/** Reads what `pulumi stack export` writes. */
export function readState(file: string, text: string): StackRead {
  const expected = "what `pulumi stack export` writes, an object with deployment.resources";
  const { deployment } = parse(file, text, expected) as { deployment?: { resources?: unknown } };
  if (
    typeof deployment !== "object" ||
    (deployment.resources !== undefined && !Array.isArray(deployment.resources))
  )
    throw new UnreadableError({ file, what: "there is no deployment in it", expected });
  return read(file, (deployment.resources ?? []) as readonly unknown[], expected);
}

/** Reads what `pulumi preview --json` writes. */
export function readPlan(file: string, text: string): StackRead {
  const expected = "what `pulumi preview --json` writes, an object with steps";
  const { steps } = parse(file, text, expected) as { steps?: unknown };
  if (!Array.isArray(steps)) throw new UnreadableError({ file, what: "there are no steps in it", expected });
  // A replacement is several steps of one resource, of which those that make it say what will be.
  const made = (steps as readonly { op?: string; newState?: unknown }[]).filter(
    ({ op = "", newState }) =>
      newState !== undefined && !op.startsWith("delete") && !op.startsWith("discard"),
  );
  const byUrn = new Map(made.map(({ newState }) => [(newState as Partial<Written>).urn, newState]));
  return read(file, [...byUrn.values()], expected);
}

function parse(file: string, text: string, expected: string): object {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    const at = /position (\d+)/.exec(what)?.[1];
    const line = at === undefined ? undefined : text.slice(0, Number(at)).split("\n").length;
    throw new UnreadableError({
      file,
      ...(line === undefined ? {} : { line }),
      what: `it is not JSON: ${what}`,
      expected,
    });
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed))
    throw new UnreadableError({ file, what: "it is no object", expected });
  return parsed;
}

const stackType = "pulumi:pulumi:Stack";

function read(file: string, entries: readonly unknown[], expected: string): StackRead {
  for (const [index, entry] of entries.entries()) {
    const { urn, type } = (entry ?? {}) as Partial<Record<keyof Written, unknown>>;
    if (typeof urn !== "string" || typeof type !== "string")
      throw new UnreadableError({ file, what: `resource ${index} has no urn or no type`, expected });
  }
  const written = entries as readonly Written[];
  const [first] = written;
  if (first === undefined)
    throw new UnreadableError({ file, what: "there are no resources in it", expected });
  const staying = written.filter((entry) => entry.delete !== true);
  const made = new Map(staying.map((entry) => [entry.urn, { ...bare(entry) }]));
  for (const entry of staying) {
    const resource = made.get(entry.urn);
    if (resource === undefined) continue;
    resource.inputs = values(entry.inputs ?? {}, entry.propertyDependencies ?? {}, made);
    resource.outputs = values(entry.outputs ?? {}, {}, made);
  }
  const root = [...made.values()].find(({ type }) => type === stackType);
  return {
    stack: first.urn.split("::")[0]?.replace(/^urn:pulumi:/, "") ?? "",
    resources: [...made.values()].filter(({ type }) => type !== stackType),
    outputs: root?.outputs ?? {},
    leaving: written.filter((entry) => entry.delete === true).map(({ urn }) => urn),
  };
}

type Mutable = { -readonly [K in keyof Resource]: Resource[K] };

const bare = ({ urn, type, id }: Written): Mutable => ({
  urn,
  type,
  name: urn.split("::").slice(3).join("::"),
  ...(id === undefined || id === unknownText ? {} : { id }),
  inputs: {},
  outputs: {},
});

// sdk/go/common/resource/plugin/rpc.go, UnknownStringValue, and sdk/go/common/resource/sig/sig.go.
const unknownText = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const unknownTexts: ReadonlySet<unknown> = new Set([
  unknownText,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
]);
const signature = "4dabf18193072939515e22adb298388d";

/** Properties of a resource; what is not known yet stands as a reference to what it comes from, as the engine wrote that down. */
function values(
  fields: Readonly<Record<string, unknown>>,
  dependencies: Readonly<Record<string, readonly string[] | null>>,
  made: ReadonlyMap<string, Resource>,
): Readonly<Record<string, Value>> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => {
      const sources = (dependencies[key] ?? []).flatMap((urn) => made.get(urn) ?? []);
      return [key, valueOf(value, unknownFrom(sources, countUnknown(value)))];
    }),
  );
}

/**
 * Stands in for a property's unknowns, one after the other. Where there are as many as resources that it comes from,
 * each is taken for one of these: which for which does not matter in a list of ids.
 */
function unknownFrom(sources: readonly Resource[], unknowns: number): () => Value {
  const left = [...sources];
  return () => {
    const [only] = sources;
    if (sources.length === 1 && only !== undefined) return new Reference(only, "");
    const next = unknowns === sources.length ? left.shift() : undefined;
    if (next !== undefined) return new Reference(next, "");
    const names = sources.map(({ name }) => name).join(", ");
    return new Unknown(
      sources.length === 0
        ? "it is known only once something has been made"
        : `it comes from several resources (${names}): pass each one's property as it is`,
    );
  };
}

function valueOf(value: unknown, unknown: () => Value): Value {
  if (unknownTexts.has(value)) return unknown();
  if (value === null || value === undefined) return null;
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  if (Array.isArray(value)) return value.map((item) => valueOf(item, unknown));
  if (Object.hasOwn(value, signature)) {
    const { plaintext, value: inner } = value as { plaintext?: unknown; value?: unknown };
    if (inner !== undefined) return valueOf(inner, unknown);
    if (typeof plaintext === "string") return valueOf(JSON.parse(plaintext), unknown);
    return new Unknown("it is a secret, which the file does not show");
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, valueOf(item, unknown)]));
}

function countUnknown(value: unknown): number {
  if (unknownTexts.has(value)) return 1;
  if (typeof value !== "object" || value === null) return 0;
  return Object.values(value).reduce<number>((sum, item) => sum + countUnknown(item), 0);
}
