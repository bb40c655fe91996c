import { isDeepStrictEqual } from "node:util";
import { overlaps } from "../../plan/index.ts";
import { ControlPlane } from "./controlPlane.ts";
import { Firewall } from "./firewall.ts";
import { Host } from "./host.ts";
import type { Claim, Created, Found, Kind } from "./kind.ts";
import type { Labs } from "./labs.ts";
import { Network } from "./network.ts";
import { schema, version } from "./schema.ts";
import { Zone } from "./zone.ts";

// How the engine passes what is known only after something else has been made (sdk/nodejs/runtime/rpc.ts).
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export type Properties = Readonly<Record<string, unknown>>;
type AnyKind = Kind<Properties, Properties>;

export interface Failure {
  readonly property: string;
  readonly reason: string;
}

export interface Difference {
  readonly changed: boolean;
  /** The properties for whose sake the resource has to be made anew. */
  readonly replacing: readonly string[];
  /** What differs, as paths of inputs; an output that will go stands in place of inputs that are the same. */
  readonly details: readonly Detail[];
}

export interface Detail {
  readonly path: string;
  readonly kind: "add" | "delete" | "update";
  readonly of: "inputs" | "outputs";
}

/** The lab's resources, as Pulumi's engine asks for them. */
export class Provider {
  readonly version = version;
  readonly schema = schema;
  readonly #kinds: Readonly<Record<string, AnyKind>>;
  readonly #claims = new Map<string, readonly Claim[]>();
  /** Whether the state is taken at its word, since the lab that it tells of runs on another machine, if at all. */
  readonly #offline: boolean;

  constructor(labs: Labs) {
    this.#offline = (labs.env["BULKHEAD_OFFLINE"] ?? "") !== "";
    this.#kinds = {
      Network: new Network(labs),
      Zone: new Zone(labs),
      Firewall: new Firewall(labs),
      Host: new Host(labs),
      ControlPlane: new ControlPlane(labs),
    } as unknown as Readonly<Record<string, AnyKind>>;
  }

  check(urn: string, news: Properties): { inputs: Properties; failures: readonly Failure[] } {
    const kind = this.#kindOf(urn);
    const failures: Failure[] = [];
    const secrets: readonly string[] = kind.secrets ?? [];
    // The engine writes the value of the property that it is told, in clear.
    const fail = (property: string, reason: string) =>
      failures.push(
        secrets.includes(property)
          ? { property: "", reason: `${property}: ${reason}` }
          : { property, reason },
      );
    const inputs: Record<string, unknown> = {};
    for (const [property, read] of Object.entries(kind.properties)) {
      const value = news[property];
      inputs[property] = value;
      if (value === undefined) fail(property, "it is missing");
      else if (!isUnknown(value))
        try {
          inputs[property] = read(value);
        } catch (error) {
          if (!(error instanceof RangeError)) throw error;
          fail(
            property,
            secrets.includes(property) ? error.message : `${JSON.stringify(value)}: ${error.message}`,
          );
        }
    }
    for (const property of Object.keys(news))
      if (!(property in kind.properties) && !property.startsWith("__"))
        fail(property, `there is no such property; there are ${Object.keys(kind.properties).join(", ")}`);
    if (failures.length === 0 && !Object.values(inputs).some(isUnknown))
      failures.push(...this.#claim(urn, kind.claims(inputs)));
    return { inputs, failures };
  }

  async diff(id: string, urn: string, olds: Properties, news: Properties): Promise<Difference> {
    const kind = this.#kindOf(urn);
    const changed = Object.keys(kind.properties).filter(
      (property) => !isDeepStrictEqual(olds[property], news[property]),
    );
    const replacing: string[] = kind.fixed.filter((property) => changed.includes(property));
    const details = changed.flatMap((property) => detail(property, olds[property], news[property]));
    const damage = this.#offline ? undefined : await kind.damage?.(id, olds);
    if (damage === "gone") return { changed: true, replacing: [...replacing, "id"], details };
    if (damage === undefined || changed.length > 0)
      return { changed: changed.length > 0, replacing, details };
    return { changed: true, replacing, details: [{ path: damage.output, kind: "delete", of: "outputs" }] };
  }

  create(urn: string, inputs: Properties): Promise<Created<Properties>> {
    return this.#kindOf(urn).create(inputs, urn);
  }

  read(id: string, urn: string): Promise<Found<Properties, Properties> | undefined> {
    return this.#kindOf(urn).read(id);
  }

  update(id: string, urn: string, olds: Properties, news: Properties): Promise<Properties> {
    return this.#kindOf(urn).update(id, olds, news);
  }

  /** The properties of a resource that nobody may see. */
  secrets(urn: string): readonly string[] {
    return this.#kindOf(urn).secrets ?? [];
  }

  delete(id: string, urn: string, olds: Properties): Promise<void> {
    return this.#kindOf(urn).delete(id, olds);
  }

  #kindOf(urn: string): AnyKind {
    const type = urn.split("::")[2]?.split("$").at(-1) ?? "";
    const kind = this.#kinds[type.replace(/^lab:index:/, "")];
    if (kind === undefined) throw new Error(`the lab has no resource type ${type}`);
    return kind;
  }

  /** What this resource wants and another one of the same run has. */
  #claim(urn: string, claims: readonly Claim[]): Failure[] {
    this.#claims.set(urn, claims);
    return claims.flatMap((claim) =>
      [...this.#claims]
        .filter(([other, theirs]) => other !== urn && theirs.some((their) => clash(claim, their)))
        .map(([other]) => ({
          property: claim.property,
          reason: `${claim.what} is taken by ${other.split("::").at(-1) ?? other}, too`,
        })),
    );
  }
}

function clash(a: Claim, b: Claim): boolean {
  if (a.property !== b.property || a.scope !== b.scope) return false;
  return typeof a.value === "string" || typeof b.value === "string"
    ? a.value === b.value
    : overlaps(a.value, b.value);
}

/** The innermost places where two values differ; lists count as a whole. */
function detail(path: string, before: unknown, after: unknown): Detail[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (isObject(before) && isObject(after))
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
      detail(`${path}[${JSON.stringify(key)}]`, before[key], after[key]),
    );
  const kind = before === undefined ? "add" : after === undefined ? "delete" : "update";
  return [{ path, kind, of: "inputs" }];
}

const isObject = (value: unknown): value is Properties =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isUnknown = (value: unknown): boolean =>
  value === unknown || (typeof value === "object" && value !== null && Object.values(value).some(isUnknown));
