import type { Address, Addresses, Packets } from "../space/index.ts";

/** Somebody who sends or receives: a machine, a pod. */
export interface Endpoint {
  readonly id: string;
  /** What it is, in the words of its reader: `host`, `instance`, `pod`. */
  readonly kind: string;
}

/** Where an endpoint is connected: what rules and addresses are about. Most endpoints have one. */
export interface Nic {
  /** Unique in its network. */
  readonly id: string;
  readonly endpoint: string;
  readonly addresses: readonly Address[];
  /** Where it has none yet: those that it can get. */
  readonly within?: Addresses;
  /** The nic that this is another face of, such as by a public address: what reaches one of them has reached it. */
  readonly faceOf?: string;
}

/** Nics by name, and whoever has one of some addresses. Readers give the same object for the same set. */
export interface Ends {
  readonly nics?: ReadonlySet<string>;
  readonly addresses?: Addresses;
}

/** What is known of a set: all of `sure` is in it, and nothing that is not in `maybe`. */
export interface Known<T> {
  readonly sure: T;
  readonly maybe: T;
}

/** What it is, exactly. */
export const exactly = <T>(value: T): Known<T> => ({ sure: value, maybe: value });

/** Where something of the network comes from, and why it is there: what an explanation names. */
export interface Origin {
  /** The resource, as a URN, or the file and line, or the id of what was described. */
  readonly id: string;
  /** The rule in the words of its own kind, such as `role/worker -> role/manager: tcp/6443`. */
  readonly text: string;
  readonly why?: string;
}

/** What becomes of packets of some to others: the first rule that they match decides. */
export interface Rule {
  readonly from: Known<Ends>;
  readonly to: Known<Ends>;
  readonly packets: Known<Packets>;
  /** A chain decides in its own rules' place, and where none of them does, by its `otherwise`. */
  readonly action: Action;
  readonly origin: Origin;
}

/** `return` leaves the chain without a decision, to where it was entered. */
export type Action = "allow" | "deny" | "return" | Chain;

export interface Chain {
  readonly name: string;
  readonly rules: readonly Rule[];
  /** What becomes of packets that no rule matches; `return` only in a chain that another leads to. */
  readonly otherwise: "allow" | "deny" | "return";
}

/** A firewall: what those that it guards may send, and what may be sent to them. */
export interface Checkpoint {
  /** For people: `firewall of zone test-billing`. */
  readonly name: string;
  readonly origin: Origin;
  readonly guards: Known<Ends>;
  /** Packets that its own send; absent: all pass. */
  readonly out?: Chain;
  /** Packets that are sent to its own; absent: all pass. */
  readonly in?: Chain;
  /** It does not see what its own and these send each other. */
  readonly spares?: Ends;
  /** It judges each packet by itself: answers need rules, too. */
  readonly stateless?: true;
  /**
   * Of a stateless one that knows answers from first packets: the packets to which it lets answers pass, from whom
   * the answer is and to whom. Absent: its rules for first packets judge answers, too.
   */
  readonly answers?: Chain;
  /**
   * Packets that it lets pass as answers where it has seen one of the same protocol the other way, allowed by its own
   * rules, and that nothing tells from the first ones of a connection.
   */
  readonly remembers?: Packets;
}

/** Two between whom nothing stands, whatever the checkpoints say. */
export interface Shortcut {
  readonly between: readonly [Ends, Ends];
  /** Whether it is sure that there is one, or only possible. */
  readonly sure: boolean;
  readonly origin: Origin;
}

/**
 * What an endpoint passes on of what reaches it: to whom that comes is not its sender's choice, and the firewalls of
 * both ends see it as a way of its own.
 */
export interface Relay {
  /** The endpoint; undefined where it is not known which. */
  readonly from: string | undefined;
  /** Where it listens, as `tcp/443`; undefined where that is not known. */
  readonly at: string | undefined;
  /** The endpoint that it passes it on to; undefined where there is none, or it is not known. */
  readonly to: string | undefined;
  /** The same for people, such as `billing-1 (10.18.4.36)`. */
  readonly toText: string;
  readonly toPort: number | undefined;
  /** What makes it do so. */
  readonly origins: readonly Origin[];
}

/**
 * Something by which more could pass than addresses tell. Whether anything does is a matter of firewalls and routes;
 * that it is there is one of its own.
 */
export interface Opening {
  /** A machine's public address, that it may take any for its own, a way to the internet, one to other private networks. */
  readonly kind: "public address" | "any address" | "internet" | "network";
  /** What it is of or leads to: an endpoint, a network, a transit gateway. */
  readonly id: string;
  /** The same for people, such as `peering pcx-1`. */
  readonly text: string;
  readonly origin: Origin;
}

/** All that decides who reaches whom at one layer. */
export interface Network {
  readonly endpoints: readonly Endpoint[];
  readonly nics: readonly Nic[];
  readonly checkpoints: readonly Checkpoint[];
  readonly shortcuts?: readonly Shortcut[];
  /** Absent where nobody described them. */
  readonly relays?: readonly Relay[];
  /** Absent where the network can have none. */
  readonly openings?: readonly Opening[];
  /** Addresses of which somebody outside can make use; those of nics are none. */
  readonly outside: Addresses;
  /**
   * Packets of which those the other way pass wherever these do, since one gateway with one memory judges both ends by
   * the connection's first packet.
   */
  readonly remembers?: Packets;
  /** What the reader could not know and so took for granted, for people. */
  readonly assumptions: readonly Assumption[];
}

export interface Assumption {
  /** What is assumed, as a sentence. */
  readonly text: string;
  readonly origin?: string;
}
