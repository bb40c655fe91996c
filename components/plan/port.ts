import type { Os } from "./environment.ts";
import type { Role } from "./host.ts";
import type { Traffic } from "./traffic.ts";

/** A line of a vendor's port table: what hosts of these roles listen on, for whom. */
export interface Port {
  readonly to: readonly Role[];
  /** `all` is every host of the cluster; vendors' tables seldom say less. `outside` is the front door. */
  readonly from: "all" | "outside" | readonly Role[];
  readonly traffic: Traffic;
  readonly why: string;
  readonly source: string;
  /** Present where only hosts of this operating system listen. */
  readonly os?: Os;
}
