import type { Subnet } from "@aws-sdk/client-ec2";
import { Refusal } from "./refusal.ts";
import type { Clients } from "./session.ts";

/** Groups that one interface can wear, unless AWS was asked for more (Amazon VPC quotas). */
const most = 5;

/** Throws as EC2 does where an interface in a subnet cannot wear these groups; moto takes any. */
export async function requireGroups(
  { ec2 }: Clients,
  { SubnetId, VpcId }: Subnet,
  groups: readonly string[],
): Promise<void> {
  if (groups.length > most)
    throw new Refusal(
      "SecurityGroupsPerInterfaceLimitExceeded",
      "You have exceeded the maximum number of security groups allowed per network interface.",
    );
  if (groups.length === 0) return;
  const { SecurityGroups = [] } = await ec2.describeSecurityGroups({
    Filters: [{ Name: "group-id", Values: [...groups] }],
  });
  for (const group of groups) {
    const found = SecurityGroups.find(({ GroupId }) => GroupId === group);
    if (found === undefined)
      throw new Refusal("InvalidGroup.NotFound", `The security group '${group}' does not exist`);
    if (found.VpcId !== VpcId)
      throw new Refusal(
        "InvalidParameter",
        `Security group ${group} and subnet ${SubnetId ?? ""} belong to different networks.`,
      );
  }
}
