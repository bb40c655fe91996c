/** What AWS says no with: its code, and its text as the message. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** The code of what AWS, or the stand-in in its place, has refused; undefined for any other error. */
export function codeOf(error: unknown): string | undefined {
  if (error instanceof Refusal) return error.code;
  if (!(error instanceof Error && "$metadata" in error)) return undefined;
  // The SDK has an error's code as its name, but for the services whose codes are other words there (AWS Query).
  const { Code } = error as { readonly Code?: unknown };
  return typeof Code === "string" ? Code : error.name;
}

/** Whether an error says that what was asked for does not exist. */
export const isGone = (error: unknown): boolean => /NotFound|^NoSuch/.test(codeOf(error) ?? "");

/** The result of a call, undefined where what it asks for does not exist. */
export async function unlessGone<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** Says an error as the official provider does: what it was doing with what, and AWS's code and text. */
export function explained(error: unknown, doing: string): unknown {
  const code = codeOf(error);
  if (code === undefined || !(error instanceof Error)) return error;
  const told = new Refusal(code, `${doing}: api error ${code}: ${error.message}`);
  told.cause = error;
  return told;
}
