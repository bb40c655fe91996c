export { toHtml } from "./html/document.ts";
