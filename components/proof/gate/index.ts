export { Gate, type Judge, type Verdict } from "./gate.ts";
