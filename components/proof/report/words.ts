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

/** A path into the stack file as its reader's messages write it: `bulkhead:flows[0].traffic`. */
export const showPlace = (place: readonly (string | number)[]): string =>
  place.map((key, index) => (typeof key === "number" ? `[${key}]` : index === 0 ? key : `.${key}`)).join("");
