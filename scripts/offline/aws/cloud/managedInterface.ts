import type { NetworkInterface } from "@aws-sdk/client-ec2";
import { freeAddress, requireFree, subnetOf } from "./addresses.ts";
import { unlessGone } from "./refusal.ts";
import type { Clients } from "./session.ts";

// The interfaces of NAT gateways, endpoints and load balancers are AWS's own. moto gives them addresses that are in no
// subnet and the default security group, and load balancers none at all.

/** A subnet in which AWS has an interface of its own, and its address where that was chosen. */
export interface Place {
  readonly subnetId: string;
  readonly address?: string | undefined;
}

/** Gives an interface that moto made an address of its subnet, and the groups and the description that it has on AWS. */
export async function settle(
  { ec2 }: Clients,
  id: string,
  description: string,
  groups: readonly string[] = [],
  places: readonly Place[] = [],
): Promise<void> {
  const { NetworkInterfaces = [] } = await ec2.describeNetworkInterfaces({ NetworkInterfaceIds: [id] });
  const [found] = NetworkInterfaces;
  const subnetId = found?.SubnetId ?? "";
  const address =
    places.find((place) => place.subnetId === subnetId)?.address ?? (await freeAddress(ec2, subnetId));
  const made = (found?.PrivateIpAddresses ?? []).map(({ PrivateIpAddress = "" }) => PrivateIpAddress);
  await ec2.assignPrivateIpAddresses({ NetworkInterfaceId: id, PrivateIpAddresses: [address] });
  await ec2.unassignPrivateIpAddresses({ NetworkInterfaceId: id, PrivateIpAddresses: made });
  await ec2.modifyNetworkInterfaceAttribute({ NetworkInterfaceId: id, Description: { Value: description } });
  if (groups.length > 0)
    await ec2.modifyNetworkInterfaceAttribute({ NetworkInterfaceId: id, Groups: [...groups] });
}

/** Throws as AWS does where a chosen address is taken, or none of its subnet. */
export async function requirePlaces(clients: Clients, places: readonly Place[], own?: string): Promise<void> {
  const mine = own === undefined ? [] : (await interfacesOf(clients, own)).map(primaryOf);
  for (const { subnetId, address } of places)
    if (address !== undefined && !mine.includes(address))
      await requireFree(clients.ec2, await subnetOf(clients.ec2, subnetId), address);
}

/** moto keeps the first of these, but not always where the address itself stands. */
export const primaryOf = ({ PrivateIpAddresses = [] }: NetworkInterface): string | undefined =>
  PrivateIpAddresses[0]?.PrivateIpAddress;

/** How AWS describes its interfaces, by which they are told apart. */
export const describedAs = {
  nat: (id: string) => `Interface for NAT Gateway ${id}`,
  endpoint: (id: string) => `VPC Endpoint Interface ${id}`,
  balancer: (arn: string) => `ELB net/${arn.split("/").slice(-2).join("/")}`,
  transit: (id: string) => `Network Interface for Transit Gateway Attachment ${id}`,
} as const;

/** Makes the interfaces of something be in these places and no others, each with these groups. */
export async function placeInterfaces(
  clients: Clients,
  description: string,
  places: readonly Place[],
  groups: readonly string[],
): Promise<void> {
  const { ec2 } = clients;
  const fits = (nic: NetworkInterface, { subnetId, address }: Place) =>
    nic.SubnetId === subnetId && (address === undefined || address === primaryOf(nic));
  const there = await interfacesOf(clients, description);
  for (const nic of there) {
    const { NetworkInterfaceId = "" } = nic;
    if (!places.some((place) => fits(nic, place))) await removeInterface(clients, NetworkInterfaceId);
    else if (groups.length > 0)
      await ec2.modifyNetworkInterfaceAttribute({ NetworkInterfaceId, Groups: [...groups] });
  }
  for (const place of places.filter((one) => !there.some((nic) => fits(nic, one))))
    await ec2.createNetworkInterface({
      SubnetId: place.subnetId,
      PrivateIpAddress: place.address ?? (await freeAddress(ec2, place.subnetId)),
      Groups: [...groups],
      Description: description,
    });
}

/** The interfaces that were made for one thing. */
export async function interfacesOf({ ec2 }: Clients, description: string): Promise<NetworkInterface[]> {
  const { NetworkInterfaces = [] } = await ec2.describeNetworkInterfaces({
    Filters: [{ Name: "description", Values: [description] }],
  });
  return NetworkInterfaces;
}

export async function removeInterface({ ec2 }: Clients, id: string): Promise<void> {
  await unlessGone(ec2.deleteNetworkInterface({ NetworkInterfaceId: id }));
}
