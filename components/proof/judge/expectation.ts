import type { Ends } from "../network/index.ts";
import type { Packets } from "../space/index.ts";
import type { Party } from "../statement/index.ts";

/** What a layer of the network has to let pass, and between whom; nothing else may. */
export interface Expectation {
  /** Every endpoint and address is one of the first party that holds it. No two have the same name. */
  readonly parties: readonly ExpectedParty[];
  readonly intents: readonly Intent[];
  /** Endpoints that have to be there and are not. */
  readonly absent: readonly Absent[];
}

/** Where the stack file speaks of something, as keys from its top. */
export type Place = readonly (string | number)[];

export interface ExpectedParty {
  readonly party: Party;
  readonly ends: Ends;
  readonly place: Place;
}

export interface Absent {
  readonly name: string;
  readonly place: Place;
}

/** Packets that are meant to pass from some to others, and why. */
export interface Intent {
  readonly from: Ends;
  readonly to: Ends;
  readonly packets: Packets;
  /** Whether a firewall that does not let them pass is one that fails; else they merely may. */
  readonly required: boolean;
  readonly reasons: readonly Reason[];
}

export interface Reason {
  readonly packets: Packets;
  readonly why: string;
  readonly owner?: string;
  readonly source?: string;
}

/** Packets that an exception lets pass for now. */
export interface Excused {
  readonly from: Ends;
  readonly to: Ends;
  readonly packets: Packets;
  /** Its number in the stack file. */
  readonly index: number;
}
