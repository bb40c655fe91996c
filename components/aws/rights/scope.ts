import type { AwsSpec, Plan } from "../../plan/index.ts";
import { partitionOf } from "../arn.ts";
import type { Place } from "./grant.ts";
import type { Names } from "./registered.ts";

/** The one environment that rights are limited to. */
export interface Scope {
  readonly environment: string;
  readonly region: string;
  readonly account: string;
  readonly permissionsBoundary?: string;
  /** The ARN of the environment's own key for disks, where it has one. */
  readonly kmsKey?: string;
  /** The environment's own VPC and hosted zone where they are there already: their ids, which nobody knows before. */
  readonly vpc?: string;
  readonly hostedZone?: string;
  /** A network that the environment uses and does not make, so that nothing there has its tag. */
  readonly existing?: { readonly vpc: string; readonly subnets: readonly string[] };
}

/** What a plan's rights are limited to, before anything of it is there. */
export function scopeOf({ environment, network, zones }: Plan, aws: AwsSpec): Scope {
  const { region, account, permissionsBoundary, kmsKey } = aws;
  const subnets = zones.flatMap((zone) => zone.subnets.flatMap(({ id }) => id ?? []));
  return {
    environment,
    region,
    account,
    ...(permissionsBoundary === undefined ? {} : { permissionsBoundary }),
    ...(kmsKey === undefined ? {} : { kmsKey }),
    ...(network.existingId === undefined ? {} : { existing: { vpc: network.existingId, subnets } }),
  };
}

/** The ARN of something in a service of AWS; region and account are left out where the service's ARNs have none. */
export const arnIn = (
  { region }: Pick<Scope, "region">,
  service: string,
  where: { readonly region?: string; readonly account?: string },
  resource: string,
): string => `arn:${partitionOf(region)}:${service}:${where.region ?? ""}:${where.account ?? ""}:${resource}`;

/** The ids of what exists already and carries no tag of the environment's. */
export function existingIds({ existing }: Scope, place: Place): readonly string[] | undefined {
  if (existing === undefined) return undefined;
  return place === "vpc" ? [existing.vpc] : place === "subnet" ? existing.subnets : undefined;
}

/**
 * The ARNs of everything of a kind that an environment can have
 * (https://docs.aws.amazon.com/service-authorization/latest/reference/, "Resource types" of each service).
 */
export function arnsOf(scope: Scope, names: Names, place: Place): string[] {
  const { region, account, hostedZone = "*" } = scope;
  const here = { region, account };
  const balancing = (called: readonly string[]) =>
    called.map((name) => arnIn(scope, "elasticloadbalancing", here, `${place}/${name}/*`));
  const special: Partial<Record<Place, () => string[]>> = {
    "loadbalancer/net": () => balancing(names.loadBalancers),
    "listener/net": () => balancing(names.loadBalancers),
    targetgroup: () => balancing(names.targetGroups),
    role: () => names.roles.map(({ name }) => arnIn(scope, "iam", { account }, `${place}/${name}`)),
    "instance-profile": () =>
      names.instanceProfiles.map((name) => arnIn(scope, "iam", { account }, `${place}/${name}`)),
    // Some actions are asked for with the streams in it, some without.
    "log-group": () =>
      names.logGroups.flatMap((name) =>
        ["", ":*"].map((streams) => arnIn(scope, "logs", here, `${place}:${name}${streams}`)),
      ),
    hostedzone: () => [arnIn(scope, "route53", {}, `${place}/${hostedZone}`)],
    change: () => [arnIn(scope, "route53", {}, `${place}/*`)],
    image: () => [arnIn(scope, "ec2", { region }, `${place}/*`)],
    // It can be another account's, shared with this one.
    "transit-gateway": () =>
      names.transitGateways.map((id) => arnIn(scope, "ec2", { region, account: "*" }, `${place}/${id}`)),
  };
  const ids = existingIds(scope, place) ?? ["*"];
  return special[place]?.() ?? ids.map((id) => arnIn(scope, "ec2", here, `${place}/${id}`));
}
