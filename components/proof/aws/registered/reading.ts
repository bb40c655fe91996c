import type { Assumption } from "../../network/index.ts";
import {
  asList,
  asNumber,
  asText,
  property,
  Reference,
  Unknown,
  type Resource,
  type Resources,
  type Value,
} from "../../resource/index.ts";
import { parseAddress, parseCidr, type Address, type Addresses } from "../../space/index.ts";
import type { Problem } from "../../unreadable.ts";
import { kinds } from "./kinds.ts";

/** A list of which not all may be known. */
export interface Listed<T> {
  readonly known: readonly T[];
  readonly isPartial: boolean;
}

/** Reads properties, and keeps what cannot be known of them, and what is wrong with them. */
export class Reading {
  readonly resources: Resources;
  readonly assumptions: Assumption[] = [];
  readonly problems: Problem[] = [];
  readonly #shared: ReadonlySet<string>;

  constructor(resources: Resources) {
    this.resources = resources;
    const seen = new Map<string, number>();
    for (const { type, name } of resources.all)
      seen.set(`${type} ${name}`, (seen.get(`${type} ${name}`) ?? 0) + 1);
    this.#shared = new Set([...seen].filter(([, times]) => times > 1).map(([key]) => key));
  }

  of(...types: readonly string[]): Resource[] {
    return types.flatMap((type) => this.resources.of(type));
  }

  /** Its name, where no other of its kind has that; of what AWS makes with a VPC, the name that says so. */
  idOf(resource: Resource): string {
    const { type, name, urn } = resource;
    const own = this.#shared.has(`${type} ${name}`) ? urn : name;
    if (type === kinds.interface) return `network interface ${own}`;
    if (type === kinds.defaultGroup) {
      const vpc = property(resource, "vpcId");
      const found = this.resources.named(vpc, kinds.vpc, kinds.defaultVpc);
      return defaultGroupOf(found === undefined ? (asText(vpc) ?? own) : this.idOf(found));
    }
    const given =
      type === kinds.defaultTable
        ? property(resource, "defaultRouteTableId")
        : type === kinds.defaultAcl
          ? property(resource, "defaultNetworkAclId")
          : undefined;
    return (given instanceof Reference ? ofVpc(this, given) : undefined) ?? own;
  }

  /** What a property names, as an id; undefined where it is not known. */
  id(resource: Resource, name: string, ...types: readonly string[]): string | undefined {
    return this.idIn(resource, name, property(resource, name), ...types);
  }

  idIn(
    resource: Resource,
    name: string,
    value: Value | undefined,
    ...types: readonly string[]
  ): string | undefined {
    const own = value instanceof Reference ? ofVpc(this, value) : undefined;
    if (own !== undefined) return own;
    const found = this.resources.named(value, ...types);
    if (found !== undefined) return this.idOf(found);
    return asText(value) ?? this.unknown(resource, name, value);
  }

  ids(resource: Resource, name: string, ...types: readonly string[]): Listed<string> {
    const read = asList(property(resource, name)).map((value) => this.idIn(resource, name, value, ...types));
    const known = read.filter((id) => id !== undefined);
    return { known, isPartial: known.length < read.length };
  }

  /** Addresses or blocks as text. */
  texts(resource: Resource, name: string, value: Value | undefined): Listed<string> {
    const read = asList(value).map((item) => asText(item) ?? this.unknown(resource, name, item));
    const known = read.filter((text) => text !== undefined);
    return { known, isPartial: known.length < read.length };
  }

  /** Undefined where it is not written, not known, or none, which is a problem. */
  block(resource: Resource, name: string, value: Value | undefined): Addresses | undefined {
    return this.#parse(resource, name, value, parseCidr, "a CIDR block, such as 10.0.0.0/16 or fd00::/64");
  }

  address(resource: Resource, name: string, value: Value | undefined): Address | undefined {
    return this.#parse(resource, name, value, parseAddress, "an IP address, such as 10.0.0.1 or fd00::1");
  }

  #parse<T>(
    { type, name: own }: Resource,
    name: string,
    value: Value | undefined,
    parse: (text: string) => T,
    expected: string,
  ): T | undefined {
    const text = asText(value);
    if (text === undefined || text === "") return undefined;
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.problems.push({ file: `${type} ${own}`, what: `${name} is ${JSON.stringify(text)}`, expected });
      return undefined;
    }
  }

  /** A port; providers' own outputs have it as text, too. */
  number(value: Value | undefined): number | undefined {
    const text = asText(value);
    return asNumber(value) ?? (text !== undefined && /^-?\d+$/.test(text) ? Number(text) : undefined);
  }

  unknown(resource: Resource, name: string, value: Value | undefined): string | undefined {
    const why =
      value instanceof Unknown
        ? value.why
        : value instanceof Reference
          ? `only ${value.resource.name} will say it, once it exists`
          : "it is not written";
    this.assumptions.push({ text: `${name} of ${resource.name} is not known: ${why}`, origin: resource.urn });
    return undefined;
  }
}

export const defaultGroupOf = (vpc: string) => `default security group of ${vpc}`;
export const defaultAclOf = (vpc: string) => `default network ACL of ${vpc}`;
export const mainTableOf = (vpc: string) => `main route table of ${vpc}`;

/** What AWS makes with each VPC, by the property that names it. */
function ofVpc(reading: Reading, { resource, property: name }: Reference): string | undefined {
  if (resource.type !== kinds.vpc && resource.type !== kinds.defaultVpc) return undefined;
  const vpc = reading.idOf(resource);
  if (name === "defaultSecurityGroupId") return defaultGroupOf(vpc);
  if (name === "defaultNetworkAclId") return defaultAclOf(vpc);
  return name === "mainRouteTableId" || name === "defaultRouteTableId" ? mainTableOf(vpc) : undefined;
}
