import type { EC2, Subnet } from "@aws-sdk/client-ec2";
import { Address4 } from "ip-address";
import { Refusal } from "./refusal.ts";

/** Every private address that an interface has in a subnet. */
async function used(ec2: EC2, subnet: Subnet): Promise<ReadonlySet<string>> {
  const { NetworkInterfaces = [] } = await ec2.describeNetworkInterfaces({
    Filters: [{ Name: "subnet-id", Values: [subnet.SubnetId ?? ""] }],
  });
  return new Set(
    NetworkInterfaces.flatMap(({ PrivateIpAddresses = [] }) =>
      PrivateIpAddresses.map(({ PrivateIpAddress = "" }) => PrivateIpAddress),
    ),
  );
}

/**
 * The first and last address that may be given out: AWS keeps the first four and the last of every subnet
 * (https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html).
 */
function range(subnet: Subnet): { readonly from: bigint; readonly to: bigint } {
  const block = new Address4(subnet.CidrBlock ?? "");
  return { from: block.startAddress().bigInt() + 4n, to: block.endAddress().bigInt() - 1n };
}

/** Throws as AWS does where an interface cannot have an address. */
export async function requireFree(ec2: EC2, subnet: Subnet, address: string): Promise<void> {
  const block = new Address4(subnet.CidrBlock ?? "");
  const number = new Address4(address).bigInt();
  if (number < block.startAddress().bigInt() || number > block.endAddress().bigInt())
    throw new Refusal(
      "InvalidParameterValue",
      `Address ${address} does not fall within the subnet's address range`,
    );
  const { from, to } = range(subnet);
  if (number < from || number > to)
    throw new Refusal("InvalidParameterValue", `Address ${address} is in subnet's reserved address range`);
  if ((await used(ec2, subnet)).has(address))
    throw new Refusal("InvalidIPAddress.InUse", `Address ${address} is in use.`);
}

/** The highest free address of a subnet, far from the fixed ones that start at its other end. */
export async function freeAddress(ec2: EC2, subnetId: string): Promise<string> {
  const subnet = await subnetOf(ec2, subnetId);
  const taken = await used(ec2, subnet);
  const { from, to } = range(subnet);
  for (let number = to; number >= from; number--) {
    const address = Address4.fromBigInt(number).address;
    if (!taken.has(address)) return address;
  }
  throw new Refusal(
    "InsufficientFreeAddressesInSubnet",
    `There are not enough free addresses in subnet '${subnetId}' to satisfy the requested number of instances.`,
  );
}

export async function subnetOf(ec2: EC2, subnetId: string): Promise<Subnet> {
  const { Subnets = [] } = await ec2.describeSubnets({ SubnetIds: [subnetId] });
  const [subnet] = Subnets;
  if (subnet === undefined)
    throw new Refusal("InvalidSubnetID.NotFound", `The subnet ID '${subnetId}' does not exist`);
  return subnet;
}
