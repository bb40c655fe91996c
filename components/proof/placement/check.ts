import type { Sourced } from "../kubernetes/objects.ts";
import type { Origin } from "../network/index.ts";
import type { Guard } from "./guard.ts";
import type { Node } from "./node.ts";
import type { Plugins } from "./plugins.ts";
import type { PodSpec } from "./pod.ts";

/** One of the things that hold a namespace, each by itself. */
export type Safeguard =
  | "selector"
  | "label"
  | "taint"
  | "tolerations"
  | "policy"
  | "pod-security"
  | "quota"
  | "limits"
  | "affinity"
  | "closed-in"
  | "closed-out";

/** What there is of a safeguard: what makes it, or what is wrong with it. */
export type Check = { readonly safeguard: Safeguard } & (
  | { readonly because: readonly Origin[] }
  | {
      readonly wrong: string;
      readonly witness: string;
      readonly at: readonly Origin[];
      readonly wayOut: string;
    }
);

export interface Examined {
  readonly guard: Guard;
  readonly collection: string;
  readonly own: readonly Node[];
  readonly others: readonly Node[];
  readonly plugins: Plugins;
  /** The namespace's own objects. */
  readonly inside: readonly Sourced[];
  readonly compliant: PodSpec;
}
