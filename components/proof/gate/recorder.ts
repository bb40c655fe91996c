import * as pulumi from "@pulumi/pulumi";
import type { Resource } from "../resource/index.ts";

/** A resource as the program asks for it. */
export interface Recorded {
  readonly resource: Resource;
  readonly props: Readonly<Record<string, unknown>>;
}

/** Keeps everything that a program registers, in order. */
export class Recorder {
  readonly recorded = new Map<pulumi.Resource, Recorded>();
  readonly #types = new Map<pulumi.Resource, string>();

  take({ resource, type, name, props, opts }: pulumi.ResourceTransformationArgs): Resource {
    // Another copy of the SDK would have resources that are not ours to hold.
    if (!(resource instanceof pulumi.Resource))
      throw new pulumi.RunError(
        `"${name}" (${type}) comes from a second copy of @pulumi/pulumi, which the proof cannot look into: run npm dedupe`,
      );
    const within = opts.parent === undefined ? undefined : this.#types.get(opts.parent);
    const qualified = within === undefined ? type : `${within}$${type}`;
    this.#types.set(resource, qualified);
    const id: unknown = opts.id;
    const taken: Resource = {
      urn: `urn:pulumi:${pulumi.getStack()}::${pulumi.getProject()}::${qualified}::${name}`,
      type,
      name,
      // Of one that exists already and is only read.
      ...(typeof id === "string" ? { id } : {}),
      inputs: {},
      outputs: {},
    };
    this.recorded.set(resource, { resource: taken, props });
    return taken;
  }
}
