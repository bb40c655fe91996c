/**
 * What AWS calls the kinds of things that actions are asked for
 * (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html and its neighbours).
 */
export type Place =
  | Ec2Place
  | "loadbalancer/net"
  | "listener/net"
  | "targetgroup"
  | "role"
  | "instance-profile"
  | "log-group"
  | "hostedzone"
  | "change";

export type Ec2Place =
  | "elastic-ip"
  | "image"
  | "instance"
  | "internet-gateway"
  | "launch-template"
  | "natgateway"
  | "network-interface"
  | "route-table"
  | "security-group"
  | "security-group-rule"
  | "subnet"
  | "transit-gateway"
  | "transit-gateway-attachment"
  | "volume"
  | "vpc"
  | "vpc-endpoint"
  | "vpc-flow-log";

/**
 * What limits an action:
 * - `new`: what it makes has to carry the environment's tag from its beginning;
 * - `own`: only what carries the environment's tag;
 * - `adopted`: only what carries no environment's tag, and the request has to give it this one's;
 * - `named`: only what has a name that the stack's program gives, or else its sort;
 * - `bounded`: as `named`, and only with the environment's permissions boundary, where it has one;
 * - `records`: as `named`, and only for DNS names of the environment's zones;
 * - `region`: AWS limits it to nothing but a region;
 * - `everywhere`: AWS limits it to nothing.
 */
export type Grant =
  | { readonly actions: readonly string[]; readonly when: Limit; readonly on: Place }
  | { readonly actions: readonly string[]; readonly when: "region" | "everywhere" };

export type Limit = "new" | "own" | "adopted" | "named" | "bounded" | "records";

/** What a deployer has to be allowed for one kind of resources. */
export interface KindRights {
  readonly create: readonly Grant[];
  /** What a refresh and a preview ask; the least that everything else needs too. */
  readonly read: readonly Grant[];
  readonly update: readonly Grant[];
  readonly delete: readonly Grant[];
  /** The service of AWS to which it hands roles of the environment, such as `ec2`. */
  readonly passesRoleTo?: string;
  /** Service-linked roles that AWS makes, where the account has none yet, on behalf of whoever makes the first. */
  readonly serviceLinkedRole?: { readonly service: string; readonly role: string };
  /** What it tags while it creates something, beside that itself. */
  readonly alsoTags?: { readonly during: string; readonly on: Place };
  /** Whether it makes disks, which the environment's own key encrypts where it has one. */
  readonly makesDisks?: boolean;
}

const limited =
  (when: Limit) =>
  (on: Place, ...actions: string[]): Grant => ({ actions, when, on });

export const fresh = limited("new");
export const own = limited("own");
export const adopted = limited("adopted");
export const named = limited("named");
export const bounded = limited("bounded");
export const records = limited("records");
export const inRegion = (...actions: string[]): Grant => ({ actions, when: "region" });
export const everywhere = (...actions: string[]): Grant => ({ actions, when: "everywhere" });
