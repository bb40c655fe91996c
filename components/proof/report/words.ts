import type { Finding } from "../statement/index.ts";

/** `a, b and c`; Intl.ListFormat takes half a second to load. */
export const list = (names: readonly string[]): string =>
  [names.slice(0, -1).join(", "), names.at(-1) ?? ""].filter((part) => part !== "").join(" and ");

/** `a, b and c`, or where there are more than `most`, `a, b and 3 more`. */
export const listSome = (names: readonly string[], most: number): string =>
  names.length <= most
    ? list(names)
    : `${names.slice(0, most - 1).join(", ")} and ${names.length - most + 1} more`;

/** `1 leak`, `2 leaks`; `many` where a plural is more than an s. */
export const count = (number: number, one: string, many = `${one}s`): string =>
  `${number.toLocaleString("en-US")} ${number === 1 ? one : many}`;

/** A place in the stack file: `stacks/Pulumi.dev.yaml:21 (zones.test-billing)`, or where no file is known, its path alone. */
export function showPlace({ place = [], at }: Pick<Finding, "place" | "at">): string | undefined {
  if (place.length === 0) return at;
  const path = place
    .map((key, index) => (typeof key === "number" ? `[${key}]` : index === 0 ? key : `.${key}`))
    .join("");
  return at === undefined ? path : `${at} (${path})`;
}

/** What readers of different things wrote, as one writes sentences. A name at the start stays as it is. */
export const sentence = (text: string): string =>
  text
    .replace(/^[a-z]+(?= )/, (word) => `${word[0]?.toUpperCase() ?? ""}${word.slice(1)}`)
    .replace(/(?<![.!?])$/, ".");
