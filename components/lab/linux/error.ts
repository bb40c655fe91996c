/** Something that the user can put right or has to know; shown without a stack trace. */
export class LabError extends Error {
  override readonly name = "LabError";
}
