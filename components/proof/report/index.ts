export { accountOf, compareAccounts, type Account, type AccountDiff } from "./account.ts";
export { closedWords, describeDiff, diffMarkdown, endpointWords, openedWords } from "./diff.ts";
export type { Change, ProofDiff, Reason } from "./diff.ts";
export * from "./json.ts";
export { toHtml } from "./html/document.ts";
export { toMarkdown } from "./markdown.ts";
export { findingText, toFailure, toText } from "./text.ts";
export { listSome } from "./words.ts";
export { verdictOf, type Verdict } from "./verdict.ts";
