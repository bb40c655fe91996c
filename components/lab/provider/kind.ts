import type { Block } from "../../plan/index.ts";

/** Reads a property in the form in which it is kept; throws a RangeError that says what is allowed. */
export type Reader<T> = (value: unknown) => T;

/** Something that no two resources of one run may have, such as an address in a network. */
export interface Claim {
  readonly property: string;
  /** For people. */
  readonly what: string;
  /** Within what it has to be its own. */
  readonly scope: string;
  /** A block clashes with every other that overlaps. */
  readonly value: string | Block;
}

export interface Created<Outputs> {
  readonly id: string;
  readonly outputs: Outputs;
}

export interface Found<Inputs, Outputs> {
  readonly inputs: Inputs;
  readonly outputs: Outputs;
}

/** One type of resource. */
export interface Kind<Inputs extends object, Outputs extends Inputs> {
  readonly properties: { readonly [Name in keyof Inputs]: Reader<Inputs[Name]> };
  /** What cannot be changed: another value makes it anew. */
  readonly fixed: readonly (keyof Inputs & string)[];
  /** What nobody may see. */
  readonly secrets?: readonly (keyof Outputs & string)[];
  claims(inputs: Inputs): readonly Claim[];
  create(inputs: Inputs, urn: string): Promise<Created<Outputs>>;
  /** What there is now; undefined where it is gone. */
  read(id: string): Promise<Found<Inputs, Outputs> | undefined>;
  update(id: string, before: Outputs, inputs: Inputs): Promise<Outputs>;
  /** Ends without an error where it is gone already. */
  delete(id: string, before: Outputs): Promise<void>;
  /**
   * What is wrong with it though its inputs are the same, where that can be seen at no cost: it is gone and has to be
   * made anew, or an update puts right what an output tells.
   */
  damage?(
    id: string,
    before: Outputs,
  ): Promise<"gone" | { readonly output: keyof Outputs & string } | undefined>;
}
