import { htmlText } from "../escape.ts";

/** HTML that may stand in a document as it is. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = Markup | string | number | readonly Part[] | undefined;

/** Markup from a template: what is put in is escaped, unless it is markup itself, so that nothing is forgotten. */
export const markup = (strings: TemplateStringsArray, ...parts: readonly Part[]): Markup =>
  new Markup(String.raw({ raw: strings.map(unindented) }, ...parts.map(show)));

// Most of a large report would be indentation.
const unindented = (text: string) => text.replace(/\n\s+/g, "\n");

function show(part: Part): string {
  if (part === undefined) return "";
  if (part instanceof Markup) return part.text;
  if (typeof part === "object") return part.map(show).join("");
  return htmlText(String(part));
}
