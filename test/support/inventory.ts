import type { Moto } from "./moto.ts";

/** All that there is in a simulated AWS and was not there from the start, each by its kind and name. */
export async function inventory({ session, ec2 }: Moto): Promise<string[]> {
  const { balancing, iam, logs, dns } = session;
  const own = { Filters: [{ Name: "is-default", Values: ["false"] }] };
  const [network, more, services] = await Promise.all([
    Promise.all([
      ec2.describeVpcs(own),
      ec2.describeSubnets(),
      ec2.describeSecurityGroups(),
      ec2.describeNetworkInterfaces(),
      ec2.describeInstances(),
      ec2.describeRouteTables(),
    ]),
    Promise.all([
      ec2.describeInternetGateways(),
      ec2.describeNatGateways(),
      ec2.describeVpcEndpoints(),
      ec2.describeTransitGatewayVpcAttachments(),
      ec2.describeAddresses(),
      ec2.describeLaunchTemplates(),
      ec2.describeFlowLogs(),
      ec2.describeVolumes(),
    ]),
    Promise.all([
      balancing.describeLoadBalancers({}),
      balancing.describeTargetGroups({}),
      iam.listRoles({}),
      iam.listInstanceProfiles({}),
      logs.describeLogGroups({}),
      dns.listHostedZones({}),
    ]),
  ]);
  const [vpcs, subnets, groups, interfaces, instances, tables] = network;
  const [internet, nats, endpoints, transit, addresses, templates, flows, volumes] = more;
  const [balancers, targets, roles, profiles, logGroups, zones] = services;
  const known = new Set(vpcs.Vpcs?.map(({ VpcId }) => VpcId));
  const inOurs = ({ VpcId }: { readonly VpcId?: string | undefined }) => known.has(VpcId);
  const gone = ["deleted", "deleting", "terminated", "shutting-down"];
  const isThere = (state: string | undefined) => !gone.includes(state ?? "");
  return [
    ...named("vpc", vpcs.Vpcs),
    ...named("subnet", subnets.Subnets?.filter(inOurs)),
    ...named("route table", tables.RouteTables?.filter(inOurs)),
    ...(groups.SecurityGroups ?? []).filter(inOurs).map(({ GroupName }) => `group ${GroupName}`),
    ...(interfaces.NetworkInterfaces ?? [])
      .filter(inOurs)
      .map(({ PrivateIpAddress }) => `interface ${PrivateIpAddress}`),
    ...named(
      "instance",
      instances.Reservations?.flatMap(({ Instances = [] }) => Instances).filter(({ State }) =>
        isThere(State?.Name),
      ),
    ),
    ...named("internet gateway", internet.InternetGateways),
    ...named(
      "nat gateway",
      nats.NatGateways?.filter(({ State }) => isThere(State)),
    ),
    ...named(
      "endpoint",
      endpoints.VpcEndpoints?.filter(({ State }) => isThere(State?.toLowerCase())),
    ),
    ...named(
      "attachment",
      transit.TransitGatewayVpcAttachments?.filter(({ State }) => isThere(State)),
    ),
    ...named("address", addresses.Addresses),
    ...(templates.LaunchTemplates ?? []).map(
      ({ LaunchTemplateName }) => `launch template ${LaunchTemplateName}`,
    ),
    ...named("flow log", flows.FlowLogs),
    ...(volumes.Volumes ?? []).map(() => "volume"),
    ...(balancers.LoadBalancers ?? []).map(({ LoadBalancerName }) => `load balancer ${LoadBalancerName}`),
    ...(targets.TargetGroups ?? []).map(({ TargetGroupName }) => `target group ${TargetGroupName}`),
    ...(roles.Roles ?? []).map(({ RoleName }) => `role ${RoleName}`),
    ...(profiles.InstanceProfiles ?? []).map(({ InstanceProfileName }) => `profile ${InstanceProfileName}`),
    ...(logGroups.logGroups ?? []).map(({ logGroupName }) => `log group ${logGroupName}`),
    ...(zones.HostedZones ?? []).map(({ Name }) => `zone ${Name}`),
  ].sort();
}

interface Tagged {
  readonly Tags?:
    readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] | undefined;
}

const named = (kind: string, all: readonly Tagged[] | undefined): string[] =>
  (all ?? []).map(({ Tags = [] }) => `${kind} ${Tags.find(({ Key }) => Key === "Name")?.Value ?? ""}`.trim());
