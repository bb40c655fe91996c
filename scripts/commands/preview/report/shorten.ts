/** A text of at most so many characters, which says how much is missing from its middle. */
export function shorten(text: string, most: number): string {
  if (text.length <= most) return text;
  const mark = ` … ${(text.length - most).toLocaleString("en-US")} characters … `;
  const kept = Math.max(most - mark.length, 2);
  const start = Math.ceil(kept / 2);
  return `${whole(text.slice(0, start))}${mark}${whole(text.slice(text.length - (kept - start)))}`;
}

/** Without half of a pair of surrogates at an end. */
const whole = (text: string): string => text.replace(/^[\uDC00-\uDFFF]/, "").replace(/[\uD800-\uDBFF]$/, "");
