import type { StackFile } from "../../../stacks/config/file.ts";
import type { Toolchain } from "../../toolchain/toolchain.ts";
import type { Secrets } from "./secrets/index.ts";

/** What is wanted to be known of one environment, and with what. */
export interface Request {
  readonly name: string;
  readonly tools: Toolchain;
  /** A folder of its own, which nobody else may look into. */
  readonly folder: string;
  readonly offline: boolean;
  /** Where scrubbed states are, for `offline`. */
  readonly exports?: string;
  /** The commit that the change starts from, with its files where they can be run. */
  readonly base?: { readonly commit: string; readonly tree: () => Promise<string | undefined> };
  /** The stack file that the change starts from, where that is known. */
  readonly oldFile?: StackFile;
  /** The day of the report, as `2026-11-28`. */
  readonly today: string;
  readonly secrets: Secrets;
  /** Tells how far it is, in a word or two. */
  readonly now: (state: string) => void;
}
