import { isDeepStrictEqual } from "node:util";
import { definitionTag } from "../../../../components/aws/definition.ts";
import type { Step, Written } from "./step.ts";

/**
 * The steps from what one preview would make of nothing to what another one would. No provider was asked, so nothing
 * tells whether a change replaces a resource, except for machines, which say what they are in a tag.
 */
export function stepsBetween(before: readonly Step[], after: readonly Step[]): Step[] {
  const [old, now] = [resourcesOf(before), resourcesOf(after)];
  const steps: Step[] = [];
  for (const [urn, newState] of now) {
    const oldState = old.get(urn);
    if (oldState === undefined) steps.push({ op: "create", urn, newState });
    else if (isDeepStrictEqual(oldState.inputs, newState.inputs))
      steps.push({ op: "same", urn, oldState, newState });
    else if (definitionOf(oldState) !== definitionOf(newState))
      steps.push({ op: "replace", urn, oldState, newState, replaceReasons: [`tags["${definitionTag}"]`] });
    else steps.push({ op: "update", urn, oldState, newState });
  }
  for (const [urn, oldState] of old) if (!now.has(urn)) steps.push({ op: "delete", urn, oldState });
  return steps;
}

function resourcesOf(steps: readonly Step[]): Map<string, Written> {
  const resources = new Map<string, Written>();
  for (const { urn, newState } of steps)
    if (newState !== undefined && newState !== null) resources.set(urn, newState);
  return resources;
}

const definitionOf = ({ inputs }: Written): unknown =>
  (inputs?.["tags"] as Readonly<Record<string, unknown>> | undefined)?.[definitionTag];
