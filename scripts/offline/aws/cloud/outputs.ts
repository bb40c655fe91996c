import type { Properties } from "../kind.ts";

/** The outputs of what exists: the state's, and over them what the cloud tells. */
export const over = (state: Properties, told: Properties): Properties =>
  Object.fromEntries(Object.entries({ ...state, ...told }).filter(([, value]) => value !== undefined));

/** The state without what only the cloud can tell. */
export const without = (state: Properties, ...names: readonly string[]): Properties =>
  Object.fromEntries(Object.entries(state).filter(([name]) => !names.includes(name)));

/** A set as the cloud tells it, in the state's order where it is the same set, since a set has none of its own. */
export function inOrderOf(state: unknown, told: readonly string[]): readonly string[] {
  if (!Array.isArray(state)) return [...told].sort();
  const same = state.length === told.length && told.every((item) => state.includes(item));
  return same ? (state as string[]) : [...told].sort();
}
