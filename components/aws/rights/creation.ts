import type { Grant, Place } from "./grant.ts";
import type { Names } from "./registered.ts";
import { arnsOf, type Scope } from "./scope.ts";
import { allow, type Statement } from "./statement.ts";
import { requestTag } from "./tagging.ts";

interface Batch {
  readonly actions: Set<string>;
  readonly places: Set<Place>;
}

/**
 * Rights to create what carries the environment's tag from its beginning. In few statements, since policies have a
 * size limit; but never with an action and a place together that it only uses: the tag in the request to make a
 * subnet says nothing of the VPC that it is made in.
 */
export function creationStatements(
  scope: Scope,
  names: Names,
  service: string,
  grants: readonly Grant[],
): Statement[] {
  const used = new Map<string, Set<Place>>();
  for (const grant of grants)
    if ("on" in grant && grant.when !== "new")
      for (const action of grant.actions) used.set(action, (used.get(action) ?? new Set()).add(grant.on));
  const uses = (action: string, place: Place) => used.get(action)?.has(place) === true;

  const batches: Batch[] = [];
  for (const grant of grants) {
    if (grant.when !== "new") continue;
    const fits = ({ actions, places }: Batch) =>
      ![...actions].some((action) => uses(action, grant.on)) &&
      !grant.actions.some((action) => [...places].some((place) => uses(action, place)));
    let batch = batches.find(fits);
    if (batch === undefined) batches.push((batch = { actions: new Set(), places: new Set() }));
    for (const action of grant.actions) batch.actions.add(action);
    batch.places.add(grant.on);
  }
  return batches.flatMap(({ actions, places }, index) =>
    allow(
      `Create${service}${batches.length === 1 ? "" : String.fromCharCode(65 + index)}`,
      [...actions],
      [...places].flatMap((place) => arnsOf(scope, names, place)),
      { StringEquals: { [requestTag]: scope.environment } },
    ),
  );
}
