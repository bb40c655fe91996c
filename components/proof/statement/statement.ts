import type { Assumption, Origin } from "../network/index.ts";
import type { Packets } from "../space/index.ts";

/** What was found out about an environment, or about what somebody's files describe: who can reach whom, and whether that is right. */
export interface Statement {
  /** The environment's name; absent where what was read belongs to none and so nothing was asked of it. */
  readonly environment?: string;
  /** What was read, for people: `the resources as registered`, `state.json`. */
  readonly source: string;
  readonly layers: readonly Layer[];
  /** What must not be and is: packets that pass, pods that could run elsewhere, access that somebody has. */
  readonly leaks: readonly Finding[];
  /** Leaks that an exception accepts, which still holds. */
  readonly excused: readonly Finding[];
  /** What must be and is not. */
  readonly missing: readonly Finding[];
  readonly exceptions: readonly StatedException[];
  readonly assumptions: readonly Assumption[];
}

/** Who can reach whom as one kind of firewall sees it. */
export interface Layer {
  /** `machines`: packets on the network. `pods`: what network policies let pods say to each other. */
  readonly name: "machines" | "pods";
  readonly endpoints: readonly StatedEndpoint[];
  /** Rows and columns of the matrix, in their order. */
  readonly parties: readonly Party[];
  /** One for every two parties between whom anything passes, should pass, or must not and does; all others are denied. */
  readonly cells: readonly Cell[];
  /** Every two endpoints between whom anything may pass: there may be very many, so they are made when asked for. */
  readonly allowed: () => Iterable<Allowed>;
  /** The same between an endpoint and addresses outside, which stand as CIDR blocks. */
  readonly outside: () => Iterable<Allowed>;
}

export interface StatedEndpoint {
  readonly id: string;
  readonly kind: string;
  readonly addresses: readonly string[];
  /** The party that it is one of, by name. */
  readonly party?: string;
}

export interface Allowed {
  readonly from: string;
  readonly to: string;
  readonly packets: Packets;
}

/** Endpoints that a matrix shows as one: those of a role, of a zone or of a collection, or addresses outside. */
export interface Party {
  /** `manager`, `test-portal`, `test/portal`, `front door`. */
  readonly name: string;
  readonly kind: "role" | "zone" | "collection" | "namespace" | "endpoint" | "outside";
  /** The zone that it stands in, for a map. */
  readonly zone?: string;
  readonly members: readonly string[];
  readonly addresses: readonly string[];
}

export interface Cell {
  readonly from: string;
  readonly to: string;
  readonly state: CellState;
  readonly passages: readonly Passage[];
}

/**
 * The worst of a cell's passages: something passes that must not (`leak`), a flow does not pass (`missing`), something
 * passes by an exception (`excepted`), or all that passes is meant to (`allowed`). `connected`: nothing was asked.
 */
export type CellState = "leak" | "missing" | "excepted" | "allowed" | "connected";

/** What passes, or should, between two parties. */
export interface Passage {
  readonly state: CellState;
  /** `tcp/443, udp/53`, `everything`. */
  readonly traffic: string;
  /** Of the flow, the open zone or the exception. */
  readonly why?: string;
  readonly owner?: string;
  /** Where it is documented that the flow is needed. */
  readonly source?: string;
  /** The rules that let it pass. */
  readonly rules: readonly Origin[];
}

export type FindingLayer = "machines" | "pods" | "tunnels" | "placement" | "access";

/** Something that is not as it has to be, with an example that shows it. */
export interface Finding {
  /** Names it for an exception and from one run to the next: `machines/test-portal/test-claims`. */
  readonly id: string;
  readonly layer: FindingLayer;
  /** The parties: zones, namespaces, collections, teams. */
  readonly from: string;
  readonly to: string;
  /** One sentence for people, without a full stop: `test-portal can reach test-claims on tcp/5432`. */
  readonly message: string;
  /** Of findings about packets, which. */
  readonly packets?: Packets;
  /** An example: the packet, the pod or the subject, in words. */
  readonly witness: string;
  /** The rules or objects that let it, or that are in the way. */
  readonly because: readonly Origin[];
  /** The way out, as a sentence. */
  readonly wayOut?: string;
  /** Where the stack file speaks of what this is about, as keys from the top of its configuration. */
  readonly place?: readonly (string | number)[];
  /** The same as file and line: `stacks/Pulumi.dev.yaml:21`. */
  readonly at?: string;
}

/** A leak that the stack file excuses for a time. */
export interface StatedException {
  readonly what: string;
  readonly why: string;
  readonly owner: string;
  /** The last day on which it holds, as `2027-01-31`. */
  readonly expires: string;
  readonly expired: boolean;
  /** The ids of the findings that it excuses; none where it is not needed any more. */
  readonly excuses: readonly string[];
}
