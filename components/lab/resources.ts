import * as pulumi from "@pulumi/pulumi";
import type { Inside } from "../plan/index.ts";

// The provider's types, which components/lab/provider implements.

export interface NetworkArgs {
  /** Names the lab on this machine: a stack's name. */
  readonly name: string;
  /** The block that all zones are of. */
  readonly cidr: string;
}

/** A lab of its own: a process that holds network namespaces, a gateway in between, and everything outside. */
export class Network extends pulumi.CustomResource {
  declare readonly name: pulumi.Output<string>;
  declare readonly cidr: pulumi.Output<string>;
  /** Whether it runs as root, where the kernel forbids user namespaces, instead of as its user. */
  declare readonly asRoot: pulumi.Output<boolean>;
  /** What somebody has changed with other tools in what all zones share; the next `up` puts it right. */
  declare readonly changedByHand: pulumi.Output<readonly string[]>;

  constructor(name: string, args: NetworkArgs, opts?: pulumi.CustomResourceOptions) {
    super("lab:index:Network", name, { ...args, asRoot: undefined, changedByHand: undefined }, opts);
  }
}

export interface ZoneArgs {
  readonly network: pulumi.Input<string>;
  readonly name: string;
  readonly cidr: string;
}

/** A segment of the network, closed in both directions until it has a firewall. */
export class Zone extends pulumi.CustomResource {
  declare readonly network: pulumi.Output<string>;
  declare readonly name: pulumi.Output<string>;
  declare readonly cidr: pulumi.Output<string>;
  /** The address that its hosts' packets go to. */
  declare readonly gateway: pulumi.Output<string>;

  constructor(name: string, args: ZoneArgs, opts?: pulumi.CustomResourceOptions) {
    super("lab:index:Zone", name, { ...args, gateway: undefined, instance: undefined }, opts);
  }
}

export interface FirewallArgs {
  readonly zone: pulumi.Input<string>;
  readonly inside: Inside;
  /** Each rule, such as `role/worker -> role/manager: tcp/6443`, with why it is there. */
  readonly ingress: Readonly<Record<string, string>>;
  readonly egress: Readonly<Record<string, string>>;
}

/** All that may enter and leave a zone; a change takes effect at once and as a whole. */
export class Firewall extends pulumi.CustomResource {
  declare readonly zone: pulumi.Output<string>;
  declare readonly inside: pulumi.Output<Inside>;
  declare readonly ingress: pulumi.Output<Readonly<Record<string, string>>>;
  declare readonly egress: pulumi.Output<Readonly<Record<string, string>>>;

  constructor(name: string, args: FirewallArgs, opts?: pulumi.CustomResourceOptions) {
    super("lab:index:Firewall", name, { ...args, instance: undefined }, opts);
  }
}

export interface HostArgs {
  readonly zone: pulumi.Input<string>;
  readonly name: string;
  readonly address: string;
  /** What rules know it by, such as `role/worker`. */
  readonly groups: readonly string[];
}

/** A machine of the lab: a network namespace with one cable to the gateway. */
export class Host extends pulumi.CustomResource {
  declare readonly zone: pulumi.Output<string>;
  declare readonly name: pulumi.Output<string>;
  declare readonly address: pulumi.Output<string>;
  declare readonly groups: pulumi.Output<readonly string[]>;

  constructor(name: string, args: HostArgs, opts?: pulumi.CustomResourceOptions) {
    super("lab:index:Host", name, { ...args, instance: undefined }, opts);
  }
}
