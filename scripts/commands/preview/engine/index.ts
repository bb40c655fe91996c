export {
  exportState,
  previewStack,
  type Diagnostic,
  type Digest,
  type Engine,
  type Previewed,
} from "./engine.ts";
export { Hearing } from "./hearing.ts";
export { accountOfRun, runProgram, type Ran } from "./program.ts";
