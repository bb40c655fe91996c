import type { Flow, Peer, Traffic } from "../../plan/index.ts";

/** One packet to send, and what has to become of it. */
export interface Probe {
  readonly from: Peer;
  readonly to: Peer;
  /** One port, where the protocol has ports. */
  readonly packet: Traffic;
  /** Why it has to arrive; undefined where it must not. */
  readonly because: Flow | "open zone" | undefined;
  /** Whose address it bears as its source, where that is not its sender's own. */
  readonly as?: Peer;
}

export interface ProbePlan {
  readonly seed: number;
  /** Those that must not arrive come first, before any that may has opened a way for answers. */
  readonly probes: readonly Probe[];
  /** How many ordered pairs of hosts, and of a host and an address outside, are probed, and how many there are. */
  readonly pairs: { readonly chosen: number; readonly of: number };
  /** How many packets were left out, since it would tell nothing whether they arrive. */
  readonly untold: number;
}
