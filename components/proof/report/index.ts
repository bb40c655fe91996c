export { describeDiff, diffMarkdown } from "./diff.ts";
export type { Change, ProofDiff } from "./diff.ts";
export * from "./json.ts";
export { toHtml } from "./html/document.ts";
export { toMarkdown } from "./markdown.ts";
export { findingText, toFailure, toText } from "./text.ts";
export { verdictOf, type Verdict } from "./verdict.ts";
