import type { Context, Kind, Made, Properties } from "../kind.ts";
import { Refusal } from "./refusal.ts";
import type { Session } from "./session.ts";

/** Makes a kind for a simulated AWS. */
export type KindOf = (session: Session) => Kind;

/** What was just made, as it reads. */
export async function readBack(
  kind: Pick<Kind, "type" | "read">,
  id: string,
  state: Properties,
  context: Context,
): Promise<Made> {
  const made = await kind.read(id, state, context);
  if (made === undefined) throw new Refusal("NotFound", `${kind.type} ${id} has gone since it was made`);
  return made;
}

/** Throws where something changes that the stand-in cannot change in place, though the official provider might. */
export function requireOnly(
  what: string,
  changeable: readonly string[],
  inputs: Properties,
  old: Properties,
): void {
  const others = changes(inputs, old).filter((name) => !changeable.includes(name));
  if (others.length > 0)
    throw new Error(
      `the simulated AWS cannot change ${others.join(", ")} of ${what} in place; it can change ${changeable.join(", ")}. ` +
        "Replace it, or teach scripts/offline/aws/kinds to.",
    );
}

/** The inputs that differ, by name. */
export const changes = (inputs: Properties, old: Properties): readonly string[] =>
  [...new Set([...Object.keys(inputs), ...Object.keys(old)])]
    // The engine's own names start with two underscores, and a resource's region is the provider's.
    .filter((name) => !name.startsWith("__") && name !== "region" && name !== "tagsAll")
    .filter((name) => !isSame(inputs[name], old[name]))
    .sort();

const isSame = (value: unknown, other: unknown): boolean => JSON.stringify(value) === JSON.stringify(other);

export const arn = ({ region, account }: Context, service: string, resource: string): string =>
  `arn:aws:${service}:${region}:${account}:${resource}`;
