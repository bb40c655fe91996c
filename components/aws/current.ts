import * as pulumi from "@pulumi/pulumi";
import { definitionTag } from "./definition.ts";
import type { Definitions } from "./rolling.ts";

/** What the stack's state says of each machine that there is; asks the backend alone, and no cloud. */
export async function currentDefinitions(): Promise<Definitions> {
  // What `pulumi.runtime.listResourceOutputs` asks, of this very stack (pkg/resource/deploy/builtins.go).
  const { outputs } = (await pulumi.runtime.invoke("pulumi:pulumi:readStackResourceOutputs", {
    stackName: pulumi.getStack(),
  })) as { readonly outputs?: Readonly<Record<string, StateResource>> };
  return definitionsIn(Object.entries(outputs ?? {}).map(([urn, resource]) => ({ urn, ...resource })));
}

interface StateResource {
  readonly type: string;
  readonly outputs?: { readonly tags?: Readonly<Record<string, string>> } | null;
}

/** The definitions of the instances among a state's resources. */
export const definitionsIn = (
  resources: readonly (StateResource & { readonly urn: string })[],
): Definitions =>
  new Map(
    resources.flatMap(({ urn, type, outputs }) => {
      if (type !== "aws:ec2/instance:Instance") return [];
      // Who takes the tag away leaves a machine of which nothing is known.
      return [[urn.slice(urn.lastIndexOf("::") + 2), outputs?.tags?.[definitionTag] ?? ""] as const];
    }),
  );
