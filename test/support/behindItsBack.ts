import type { Moto } from "./moto.ts";

// What somebody does with the console or the command line while Pulumi looks elsewhere.

interface Opening {
  readonly ipProtocol: string;
  readonly port?: number;
  readonly cidr: string;
  readonly egress?: boolean;
}

/** Opens a security group for a block of addresses; returns the rule's id. */
export async function addRule(
  { ec2 }: Moto,
  groupId: string,
  { ipProtocol, port = -1, cidr, egress = false }: Opening,
): Promise<string> {
  const request = {
    GroupId: groupId,
    IpPermissions: [{ IpProtocol: ipProtocol, FromPort: port, ToPort: port, IpRanges: [{ CidrIp: cidr }] }],
  };
  const { SecurityGroupRules = [] } = await (egress
    ? ec2.authorizeSecurityGroupEgress(request)
    : ec2.authorizeSecurityGroupIngress(request));
  return SecurityGroupRules[0]?.SecurityGroupRuleId ?? "";
}

/** Takes a rule away, whichever group has it and in whichever direction. */
export async function revokeRule({ ec2 }: Moto, ruleId: string): Promise<void> {
  const { SecurityGroupRules = [] } = await ec2.describeSecurityGroupRules({
    SecurityGroupRuleIds: [ruleId],
  });
  const [rule] = SecurityGroupRules;
  const request = { GroupId: rule?.GroupId, SecurityGroupRuleIds: [ruleId] };
  await (rule?.IsEgress === true
    ? ec2.revokeSecurityGroupEgress(request)
    : ec2.revokeSecurityGroupIngress(request));
}

/** The id of the instance that has a name tag and still lives. */
export async function instanceNamed({ ec2 }: Moto, name: string): Promise<string> {
  const { Reservations = [] } = await ec2.describeInstances({
    Filters: [
      { Name: "tag:Name", Values: [name] },
      { Name: "instance-state-name", Values: ["pending", "running", "stopping", "stopped"] },
    ],
  });
  const ids = Reservations.flatMap(({ Instances = [] }) => Instances).map(
    ({ InstanceId = "" }) => InstanceId,
  );
  const [id] = ids;
  if (id === undefined || ids.length > 1)
    throw new Error(`${ids.length} instances have the name ${name}: ${ids.join(", ")}`);
  return id;
}

export async function stopInstance({ ec2 }: Moto, id: string): Promise<void> {
  await ec2.stopInstances({ InstanceIds: [id] });
}

export async function terminateInstance({ ec2 }: Moto, id: string): Promise<void> {
  await ec2.terminateInstances({ InstanceIds: [id] });
}

/** Makes an instance wear other groups, in the place of its own. */
export async function wear({ ec2 }: Moto, id: string, groups: readonly string[]): Promise<void> {
  const { Reservations = [] } = await ec2.describeInstances({ InstanceIds: [id] });
  const [nic] = Reservations[0]?.Instances?.[0]?.NetworkInterfaces ?? [];
  const Groups = [...groups];
  // moto keeps them in both places.
  await ec2.modifyInstanceAttribute({ InstanceId: id, Groups });
  await ec2.modifyNetworkInterfaceAttribute({ NetworkInterfaceId: nic?.NetworkInterfaceId, Groups });
}
