import { hasEdge, slotCount } from "../../../components/plan/index.ts";
import type { Draft } from "../draft.ts";
import { nameProblems } from "../names.ts";
import type { Problem } from "../problem.ts";
import type { Written } from "../written.ts";

export function zoneProblems(draft: Draft, written: Written): Problem[] {
  const { zones = {}, network } = draft;
  const last = lastSlot(draft);
  const owners = new Map<number, string>();
  for (const [name, slot] of written.slots) if (!owners.has(slot)) owners.set(slot, name);
  const free = freeSlots(owners, last);

  return Object.entries(zones).flatMap(([name, { slot }]) => {
    const problems = nameProblems(["zones", name], name, "zone");
    const path = ["zones", name, "slot"];
    const owner = slot === undefined ? undefined : owners.get(slot);
    // Each zone that lacks one is offered a slot of its own, so that one edit mends them all.
    const offer = () => {
      const next = free.next();
      return next.done === true
        ? "no slot is free: choose a larger network.cidr"
        : `the next free slot is ${next.value}`;
    };
    if (slot === undefined)
      problems.push({ path, message: `a zone's slot is missing: it fixes the zone's addresses; ${offer()}` });
    else if (owner !== name)
      problems.push({
        path,
        value: slot,
        message: `this is already the slot of zone "${owner}"; ${offer()}`,
      });
    else if (slot > last)
      problems.push({
        path,
        value: slot,
        message: `network.cidr has slots up to ${last} for zones of /${network?.zonePrefix ?? 22}${hasEdge(draft) ? ", the one after that being the network's edge with its gateways" : ""}; ${offer()}`,
      });
    return problems;
  });
}

function lastSlot(draft: Draft): number {
  const { network } = draft;
  if (network === undefined || network.existing !== undefined) return 65535;
  return Math.max(0, slotCount(network) - 1 - (hasEdge(draft) ? 1 : 0));
}

function* freeSlots(taken: ReadonlyMap<number, string>, last: number): Generator<number, undefined> {
  for (let slot = 1; slot <= last; slot++) if (!taken.has(slot)) yield slot;
}

/** The slot that a new zone should take. */
export const nextFreeSlot = (taken: readonly number[]): number =>
  freeSlots(new Map(taken.map((slot) => [slot, ""])), 65535).next().value ?? 1;
