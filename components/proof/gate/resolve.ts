import * as pulumi from "@pulumi/pulumi";
import { Reference, Unknown, type Resource, type Value } from "../resource/index.ts";
import type { Recorded } from "./recorder.ts";

/** How long a value may take that waits for no resource, such as what a look-up gives. */
const patience = 10_000;

export interface Derived {
  /** What it turns out to be; an Unknown in a preview. */
  readonly value: () => Promise<unknown>;
  /** Whose input it is. */
  readonly user: Resource;
}

/**
 * Reads what a program hands to its resources before any of them exists. Values that are not known yet stand as
 * references to the resource that will give them; which one, an output tells by being one of its properties, or by
 * depending on it alone.
 */
export class Resolver {
  readonly #recorded: ReadonlyMap<pulumi.Resource, Recorded>;
  /** The outputs of resources that wait for the gate. */
  readonly #properties = new Map<unknown, { readonly recorded: Recorded; readonly property: string }>();
  /** What depends on one resource without being one of its properties, by the reference that stands for it. */
  readonly derived = new Map<Reference, Derived>();

  constructor(recorded: ReadonlyMap<pulumi.Resource, Recorded>) {
    this.#recorded = recorded;
    for (const [live, one] of recorded)
      for (const [property, value] of Object.entries(live))
        if (pulumi.Output.isInstance(value)) this.#properties.set(value, { recorded: one, property });
  }

  /** What is asked of a resource. */
  async inputs(recorded: Recorded): Promise<Readonly<Record<string, Value>>> {
    return this.#object(recorded.props, recorded);
  }

  async #resolve(value: unknown, user: Recorded): Promise<Value | undefined> {
    if (value === null || value === undefined) return value;
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
    if (value instanceof Unknown) return value;
    if (pulumi.Output.isInstance(value)) return this.#output(value, user);
    if (value instanceof Promise) return this.#promised(value, user);
    if (pulumi.Resource.isInstance(value)) return this.#reference(value);
    if (Array.isArray(value))
      return Promise.all(value.map(async (item) => (await this.#resolve(item, user)) ?? null));
    if (Object.getPrototypeOf(value) !== Object.prototype && !isPlain(value))
      return new Unknown("it is a file or an object that the proof cannot look into");
    return this.#object(value as Readonly<Record<string, unknown>>, user);
  }

  async #object(
    value: Readonly<Record<string, unknown>>,
    user: Recorded,
  ): Promise<Readonly<Record<string, Value>>> {
    const entries = await Promise.all(
      Object.entries(value).map(async ([key, item]) => [key, await this.#resolve(item, user)] as const),
    );
    return Object.fromEntries(entries.filter((entry): entry is [string, Value] => entry[1] !== undefined));
  }

  async #output(output: pulumi.Output<unknown>, user: Recorded): Promise<Value | undefined> {
    const own = this.#properties.get(output);
    // What was asked of a resource is what it will say; what nobody asked for only it can tell.
    if (own !== undefined)
      return (
        (await this.#resolve(own.recorded.props[own.property], own.recorded)) ??
        new Reference(own.recorded.resource, own.property)
      );
    const sources = [...resourcesOf(output)].flatMap((live) => this.#recorded.get(live) ?? []);
    const [only, ...more] = new Set(sources);
    if (only === undefined) return this.#promised(settled(output), user);
    if (more.length > 0)
      return new Unknown(
        `it is made of what several resources will say (${sources.map(({ resource }) => resource.name).join(", ")}): pass each one's property as it is`,
      );
    const reference = new Reference(only.resource, "");
    this.derived.set(reference, { value: () => settled(output), user: user.resource });
    return reference;
  }

  async #promised(promise: Promise<unknown>, user: Recorded): Promise<Value | undefined> {
    const late = Symbol("late");
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<typeof late>((resolve) => {
      timer = setTimeout(() => {
        resolve(late);
      }, patience);
    });
    try {
      const value = await Promise.race([promise, limit]);
      return value === late
        ? new Unknown("it waits for something that comes only after the proof: pass a plain value")
        : await this.#resolve(value, user);
    } finally {
      clearTimeout(timer);
    }
  }

  #reference(live: pulumi.Resource): Value {
    const recorded = this.#recorded.get(live);
    return recorded === undefined
      ? new Unknown("it is a resource of another program")
      : new Reference(recorded.resource, "id");
  }
}

const isPlain = (value: object): boolean => Object.getPrototypeOf(value) === null;

// These are the SDK's own, left out of its types (https://github.com/pulumi/pulumi, sdk/nodejs/output.ts).
interface Internals {
  readonly resources: () => ReadonlySet<pulumi.Resource>;
  readonly promise: () => Promise<unknown>;
  readonly isKnown: Promise<boolean>;
}
const internals = (output: pulumi.Output<unknown>) => output as unknown as Internals;
const resourcesOf = (output: pulumi.Output<unknown>): ReadonlySet<pulumi.Resource> =>
  internals(output).resources();

/** An output's value, once it is there. */
export async function settled(output: pulumi.Output<unknown>): Promise<unknown> {
  const { promise, isKnown } = internals(output);
  const value = await promise();
  return (await isKnown) ? value : new Unknown("it is known only once something has been made");
}
