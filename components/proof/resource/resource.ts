/** A resource as a program registers it, a plan file foresees it or a state holds it. */
export interface Resource {
  readonly urn: string;
  /** Such as `aws:ec2/securityGroup:SecurityGroup`. */
  readonly type: string;
  readonly name: string;
  /** The provider's id, where the resource exists. */
  readonly id?: string;
  readonly inputs: Readonly<Record<string, Value>>;
  /** What the provider said of it, where it exists: attributes that were not asked for, such as an address. */
  readonly outputs: Readonly<Record<string, Value>>;
}

/** A property of a resource: plain data, in which there can be references and unknowns. */
export type Value =
  | null
  | boolean
  | number
  | string
  | readonly Value[]
  | { readonly [key: string]: Value }
  | Reference
  | Unknown;

/** What another resource will say of itself once it exists: most often its id. */
export class Reference {
  readonly resource: Resource;
  /** Such as `id` or `arn`; empty where it is only known that the value is made of what this resource says. */
  readonly property: string;

  constructor(resource: Resource, property: string) {
    this.resource = resource;
    this.property = property;
  }
}

/** A value that cannot be known before the resources exist. It may be anything. */
export class Unknown {
  /** Why it is not known, and how to write it so that it is, as a sentence. */
  readonly why: string;

  constructor(why: string) {
    this.why = why;
  }
}
