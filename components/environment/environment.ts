import * as pulumi from "@pulumi/pulumi";
import type { Plan } from "../plan/index.ts";

export interface EnvironmentArgs {
  /** Plain, not an input: it decides which resources there are, so a preview must know it. */
  readonly plan: Plan;
}

/** What the outside needs to know of an environment. */
export interface EnvironmentOutputs {
  readonly target: string;
  readonly engine: string;
  readonly overlay: string;
  /** Each zone's address blocks, by zone name. */
  readonly zones: Readonly<Record<string, readonly string[]>>;
  /** Each machine's address, by machine name. */
  readonly machines: Readonly<Record<string, string>>;
  /** The machines of each collection, by collection name. */
  readonly collections: Readonly<Record<string, readonly string[]>>;
  /** The collection that each namespace is linked to, by namespace name. */
  readonly namespaces: Readonly<Record<string, string>>;
}

/** One platform and everything on it: the root of all that a stack makes. */
export class Environment extends pulumi.ComponentResource {
  readonly outputs: EnvironmentOutputs;

  constructor(name: string, args: EnvironmentArgs, opts?: pulumi.ComponentResourceOptions) {
    super("bulkhead:environment:Environment", name, {}, opts);
    this.outputs = outputsOf(args.plan);
    this.registerOutputs(this.outputs);
  }
}

function outputsOf({
  target,
  engine,
  overlay,
  zones,
  hosts,
  collections,
  namespaces,
}: Plan): EnvironmentOutputs {
  return {
    target,
    engine,
    overlay,
    zones: byName(zones, ({ cidr, subnets }) =>
      cidr === undefined ? subnets.map((subnet) => subnet.cidr) : [cidr],
    ),
    machines: byName(hosts, ({ address }) => address),
    collections: byName(collections, (collection) => collection.hosts),
    namespaces: byName(namespaces, ({ collection }) => collection),
  };
}

const byName = <T extends { readonly name: string }, V>(
  items: readonly T[],
  value: (item: T) => V,
): Record<string, V> => Object.fromEntries(items.map((item) => [item.name, value(item)]));
