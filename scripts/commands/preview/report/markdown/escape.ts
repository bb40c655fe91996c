import { markdownText, plainText, summaryText } from "../../../../../components/proof/report/escape.ts";
import { shorten } from "../shorten.ts";

/** Longer texts keep a reader from the rest; the page has them whole. */
const longest = 2000;

// Besides mentions, GitHub makes links of addresses, of mail addresses and of numbers behind `#` and `GH-`, and tells
// those that are linked. Others' texts link nowhere: an invisible space stands between.
const space = "\u200B";
const links = /:(?=\/\/)|@|#(?=\d)|GH-(?=\d)|www(?=\.)|(?:mailto|xmpp):/giu;
const unlinked = (text: string): string => shorten(text, longest).replace(links, `$&${space}`);

/** Others' text in a line of Markdown. */
export const inline = (text: string): string => markdownText(unlinked(text));

/** Others' text in a `<summary>`. */
export const summary = (text: string): string => summaryText(unlinked(text));

export const code = (text: string): string => `<code>${inline(text)}</code>`;

/** Lines as they are, in a fence that none of them can close, each with an indent. */
export function fence(language: string, lines: readonly string[], indent = ""): string {
  const clean = lines.map((line) => `${indent}${fenced(line)}`);
  let longestRun = 2;
  for (const line of clean)
    for (const run of line.match(/`+/g) ?? []) longestRun = Math.max(longestRun, run.length);
  const marks = "`".repeat(longestRun + 1);
  return [`${indent}${marks}${language}`, ...clean, `${indent}${marks}`, ""].join("\n");
}

/** Keeps the spaces that a line starts with. */
const fenced = (line: string): string => {
  const start = /^ */.exec(line)?.[0] ?? "";
  return start + plainText(shorten(line, longest));
};
