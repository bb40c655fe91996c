import type { NetworkInterface } from "@aws-sdk/client-ec2";
import { subnetOf } from "../cloud/addresses.ts";
import { requireBalancerName } from "../cloud/balancerName.ts";
import { requireGroups } from "../cloud/groups.ts";
import { primaryOf, requirePlaces, type Place } from "../cloud/managedInterface.ts";
import { inOrderOf } from "../cloud/outputs.ts";
import { Refusal, unlessGone } from "../cloud/refusal.ts";
import type { Clients } from "../cloud/session.ts";
import type { Tagged } from "../cloud/tags.ts";
import type { Properties } from "../kind.ts";

/** What the stand-in takes of a load balancer's inputs. */
export interface Inputs extends Tagged {
  readonly name?: string;
  readonly namePrefix?: string;
  readonly internal?: boolean;
  readonly loadBalancerType?: string;
  readonly subnets?: readonly string[];
  readonly subnetMappings?: readonly { readonly subnetId: string; readonly privateIpv4Address?: string }[];
  readonly securityGroups?: readonly string[];
  readonly enableCrossZoneLoadBalancing?: boolean;
  readonly enableDeletionProtection?: boolean;
  readonly dnsRecordClientRoutingPolicy?: string;
}

/** The subnets, and the addresses that were chosen in them. */
export const placesOf = ({ subnets = [], subnetMappings }: Inputs): readonly Place[] =>
  subnetMappings?.map(({ subnetId, privateIpv4Address }) => ({ subnetId, address: privateIpv4Address })) ??
  subnets.map((subnetId) => ({ subnetId }));

/** What ELB takes: subnets, or what is to be in each. */
export const mappingsOf = ({ subnets, subnetMappings }: Inputs) =>
  subnetMappings === undefined
    ? { Subnets: [...(subnets ?? [])] }
    : {
        SubnetMappings: subnetMappings.map(({ subnetId, privateIpv4Address }) => ({
          SubnetId: subnetId,
          PrivateIPv4Address: privateIpv4Address,
        })),
      };

/** The official provider tells both: its subnets, and what it has in each, here in the state's order. */
export function subnetOutputs(state: Properties, interfaces: readonly NetworkInterface[]): Properties {
  const addresses = new Map(interfaces.map((nic) => [nic.SubnetId ?? "", primaryOf(nic)]));
  const written = (state["subnetMappings"] ?? []) as NonNullable<Inputs["subnetMappings"]>;
  const inOrder = inOrderOf(state["subnets"] ?? written.map(({ subnetId }) => subnetId), [
    ...addresses.keys(),
  ]);
  return {
    subnets: inOrder,
    subnetMappings: inOrder.map((subnetId) => ({
      subnetId,
      privateIpv4Address: addresses.get(subnetId) ?? "",
    })),
  };
}

/** Throws as AWS does where there can be no such load balancer; moto makes nearly any. */
export async function requirePossible(clients: Clients, wanted: Inputs, name: string): Promise<void> {
  if (wanted.loadBalancerType !== "network")
    throw new Error(
      `the simulated AWS has load balancers of the type network alone, not ${wanted.loadBalancerType ?? "application"}.`,
    );
  requireBalancerName("load balancer", name);
  const same = await unlessGone(clients.balancing.describeLoadBalancers({ Names: [name] }));
  if ((same?.LoadBalancers?.length ?? 0) > 0)
    // The official provider asks before it makes one, since ELB would give the old one again.
    throw new Refusal("DuplicateLoadBalancerName", `ELBv2 Load Balancer (${name}) already exists`);
  const vpcId = await requireSubnets(clients, wanted);
  if (wanted.internal === true) return;
  const { InternetGateways = [] } = await clients.ec2.describeInternetGateways({
    Filters: [{ Name: "attachment.vpc-id", Values: [vpcId] }],
  });
  if (InternetGateways.length === 0)
    throw new Refusal("InvalidSubnet", `VPC ${vpcId} has no internet gateway`);
}

/** Throws as AWS does where it cannot stand in these subnets; else returns their network. */
export async function requireSubnets(clients: Clients, wanted: Inputs, own?: string): Promise<string> {
  const places = placesOf(wanted);
  const subnets = await Promise.all(places.map(({ subnetId }) => subnetOf(clients.ec2, subnetId)));
  await requirePlaces(clients, places, own);
  const zones = new Set(subnets.map(({ AvailabilityZone }) => AvailabilityZone));
  if (zones.size < subnets.length)
    throw new Refusal(
      "InvalidConfigurationRequest",
      "A load balancer cannot be attached to multiple subnets in the same Availability Zone",
    );
  for (const subnet of subnets) await requireGroups(clients, subnet, wanted.securityGroups ?? []);
  return subnets[0]?.VpcId ?? "";
}
