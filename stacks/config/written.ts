/** Names as they stand in the file, those of faulty entries included: a reference to one of these is not a second problem. */
export interface Written {
  readonly zones: readonly string[];
  /** Slots by zone, where one is written that can be. */
  readonly slots: ReadonlyMap<string, number>;
  /** Collections by group. */
  readonly collections: ReadonlyMap<string, readonly string[]>;
}

export function written(raw: Readonly<Record<string, unknown>>): Written {
  const groups = Object.entries(entriesOf(raw["groups"]));
  return {
    zones: Object.keys(entriesOf(raw["zones"])),
    slots: new Map(
      Object.entries(entriesOf(raw["zones"])).flatMap(([name, zone]) => {
        const slot = entriesOf(zone)["slot"];
        return typeof slot === "number" && Number.isInteger(slot) ? [[name, slot] as const] : [];
      }),
    ),
    collections: new Map(
      groups.map(([name, group]) => [name, Object.keys(entriesOf(entriesOf(group)["collections"]))]),
    ),
  };
}

const entriesOf = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
