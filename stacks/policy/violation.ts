/** The policies of the pack, by name, as sentences. */
export const policies = {
  "no-leak": "What no flow of the stack file allows has to be closed.",
  "nothing-missing": "What the stack file asks for has to be there and open.",
  proof: "Whether the compartments hold has to be known.",
  exceptions: "Leaks that the stack file excuses for a time are shown.",
} as const;

export type Policy = keyof typeof policies;

/** What the pack says of a stack. */
export interface Violation {
  readonly policy: Policy;
  /** Whether the run fails. */
  readonly mandatory: boolean;
  readonly message: string;
  /** The resource that it is about; absent where it is about the stack. */
  readonly urn?: string;
}
