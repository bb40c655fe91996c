const line = (text: string) => text.replace(/\s+/g, " ");

/** Marks that turn the direction in which text is read, and so show another text than is there. */
const turns = "\u202A-\u202E\u2066-\u2069";
const unseen = new RegExp(`[\\p{Cc}${turns}]`, "gu");

/** Text without what a terminal or a browser would take for a command: others write the files that it is from. */
export const withoutCommands = (text: string): string => text.replace(unseen, "\uFFFD");

/** The same on one line. */
export const plainText = (text: string): string => withoutCommands(line(text)).trim();

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text in HTML, in an element or in a quoted attribute. */
export const htmlText = (text: string): string =>
  withoutCommands(line(text)).replace(/[&<>"']/g, (character) => entities[character] ?? "");

const mention = /(?<![\w.+-])@/g;

/** Text in GitHub's Markdown, in a table's cell or elsewhere: it stays one line, and mentions nobody. */
export const markdownText = (text: string): string =>
  plainText(text)
    .replace(/[\\`*_[\]|~$]/g, "\\$&")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replace(/^(?=[-+=#>:])|^(\d+)(?=[.)](?:\s|$))/, "$1\\")
    .replace(mention, "@&#8203;");

/** Text in a `<summary>`, where GitHub reads HTML alone. */
export const summaryText = (text: string): string => htmlText(text).replace(mention, "@&#8203;");

/** Text as code, whatever it holds. */
export const markdownCode = (text: string): string => `<code>${markdownText(text)}</code>`;

/** Text in a Mermaid label, which stands in double quotes (https://mermaid.js.org/syntax/flowchart.html, entity codes). */
export const mermaidText = (text: string): string =>
  plainText(text).replace(/[^\p{L}\p{N} .,:/()+~_-]/gu, (character) => `#${character.codePointAt(0)};`);

/** An address that a reader may be sent to: nothing that runs, and nothing on the reader's own machine. */
export const webAddress = (text: string): string | undefined => {
  const url = URL.parse(text);
  return url !== null && (url.protocol === "https:" || url.protocol === "http:") ? url.href : undefined;
};
