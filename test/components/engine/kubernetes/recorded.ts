import * as pulumi from "@pulumi/pulumi";
import { afterwards } from "../../../support/afterwards.ts";
import type { Cluster } from "../../../../components/engine/kubernetes/index.ts";
import { record, type Recorded } from "../../../support/record.ts";
import type { Identity } from "./apiServer.ts";

/** A cluster as a target hands it to the engine; with nothing known of it, as in the preview of a new one. */
export function clusterOf(known?: { readonly server: string; readonly identity: Identity }): Cluster {
  // It is how the SDK writes what a preview does not know yet.
  const value = (text: string | undefined) => pulumi.output(text ?? (pulumi.unknown as string));
  const certificate = () => ({
    certPem: value(known?.identity.cert),
    keyPem: pulumi.secret(value(known?.identity.key)),
  });
  return {
    clusterId: value(known === undefined ? undefined : "the-cluster"),
    resource: new pulumi.ComponentResource("test:Cluster", "cluster"),
    server: value(known?.server),
    authority: certificate(),
    admin: certificate(),
  };
}

/** The resources that an option names, and those that the option itself comes from; none where it does not come. */
async function resourcesOf(option: pulumi.ResourceOptions["dependsOn"]): Promise<Set<pulumi.Resource>> {
  const all = pulumi.output(option) as unknown as { allResources(): Promise<ReadonlySet<pulumi.Resource>> };
  try {
    return new Set([...(await all.allResources()), ...[(await valueOf(pulumi.output(option))) ?? []].flat()]);
  } catch {
    return new Set();
  }
}

/** What an output comes to, or how it fails. */
export const valueOf = <T>(output: pulumi.Output<T>): Promise<T> =>
  (output as unknown as { promise(): Promise<T> }).promise();

/** Until the test ends each look at the clock is this much later, so that waiting for long takes no time. */
export function hurry(millis = 20_000): void {
  const { now } = Date;
  let ahead = 0;
  Date.now = () => now() + (ahead += millis);
  afterwards(() => {
    Date.now = now;
  });
}

/** How a resource hangs together with others; each is named as its type and its name. */
export interface Tie {
  readonly parent: string | undefined;
  readonly provider: string | undefined;
  readonly deletedWith: string | undefined;
  readonly dependsOn: readonly string[];
}

export interface Whole {
  readonly resources: readonly Recorded[];
  /** By type and name. */
  readonly ties: ReadonlyMap<string, Tie>;
}

/**
 * Records what a program registers under a root, and how it hangs together. A fake engine knows no outputs but a
 * resource's inputs, so that keys and certificates are given some here; a preview does not know them.
 */
export async function recordUnderRoot(
  program: (root: pulumi.Resource) => unknown,
  { preview = false } = {},
): Promise<Whole> {
  const names = new Map<pulumi.Resource, string>();
  const ties = new Map<string, pulumi.ResourceOptions & { readonly resource: pulumi.Resource }>();
  const watch: pulumi.ResourceTransformation = ({ resource, type, name, props, opts }) => {
    names.set(resource, `${type} ${name}`);
    ties.set(`${type} ${name}`, { ...opts, resource });
    if (preview || !type.startsWith("tls:")) return undefined;
    // The SDK names a resource's outputs among its properties, with no value.
    const made = Object.entries(props as object).map(([key, value]: [string, unknown]) => [
      key,
      value ?? (key.endsWith("Pem") ? `${key} of ${name}` : undefined),
    ]);
    return { props: Object.fromEntries(made) as object, opts };
  };
  const resources = await record(
    async () => {
      await program(new pulumi.ComponentResource("test:Root", "root", {}, { transformations: [watch] }));
    },
    { preview },
  );
  const nameOf = (resource: unknown) => names.get(resource as pulumi.Resource);
  const dependencies = new Map<string, readonly string[]>();
  for (const [name, { dependsOn }] of ties)
    dependencies.set(
      name,
      [...(await resourcesOf(dependsOn))].map((one) => nameOf(one) ?? "?"),
    );
  return {
    resources: resources.filter(({ type }) => !type.startsWith("test:")),
    ties: new Map(
      [...ties].map(([name, { resource, parent, deletedWith }]) => [
        name,
        {
          parent: nameOf(parent),
          // Not in the options of a resource that has it from its parent.
          provider: nameOf((resource as { readonly __prov?: pulumi.Resource }).__prov),
          deletedWith: deletedWith === undefined ? undefined : (nameOf(deletedWith) ?? "cluster"),
          dependsOn: dependencies.get(name) ?? [],
        },
      ]),
    ),
  };
}
