export { isQuiet, mattersOf } from "./matters.ts";
export { isWrong, type Item, type Row, type Section } from "./section.ts";
