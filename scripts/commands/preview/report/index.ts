export { toHtml } from "./html.ts";
export { toMarkdown } from "./markdown.ts";
export * from "./report.ts";
export { toText } from "./text.ts";
