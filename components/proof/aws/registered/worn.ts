import type { NetworkInterface } from "../facts.ts";
import { defaultGroupOf, type Listed } from "./reading.ts";

/** The groups of what stands in a subnet: those that are written, else its VPC's default one. */
export function wornBy(
  groups: Listed<string>,
  subnet: string | undefined,
  vpcOf: ReadonlyMap<string, string>,
): Pick<NetworkInterface, "groups" | "inOthers"> {
  const vpc = subnet === undefined ? undefined : vpcOf.get(subnet);
  if (groups.known.length > 0 || groups.isPartial)
    return { groups: groups.known, inOthers: groups.isPartial };
  return vpc === undefined
    ? { groups: [], inOthers: true }
    : { groups: [defaultGroupOf(vpc)], inOthers: false };
}
