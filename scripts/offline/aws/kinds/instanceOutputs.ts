import type { Instance } from "@aws-sdk/client-ec2";
import { arn } from "../cloud/made.ts";
import { inOrderOf, over } from "../cloud/outputs.ts";
import type { Clients } from "../cloud/session.ts";
import { tagOutputs } from "../cloud/tags.ts";
import type { Context, Properties } from "../kind.ts";

/** An instance as the official provider shows it, but for what no program here asks for. */
export async function outputsOf(
  clients: Clients,
  found: Instance,
  state: Properties,
  context: Context,
): Promise<Properties> {
  const id = found.InstanceId ?? "";
  const [nic] = found.NetworkInterfaces ?? [];
  const metadata = found.MetadataOptions;
  const root = await rootOf(clients, found);
  return over(state, {
    ami: found.ImageId,
    arn: arn(context, "ec2", `instance/${id}`),
    associatePublicIpAddress: (found.PublicIpAddress ?? "") !== "",
    availabilityZone: found.Placement?.AvailabilityZone,
    ebsOptimized: found.EbsOptimized ?? false,
    iamInstanceProfile: found.IamInstanceProfile?.Arn?.split("/").at(-1) ?? "",
    instanceState: found.State?.Name,
    instanceType: found.InstanceType,
    launchTemplate: launchTemplateOf(found, state["launchTemplate"]),
    metadataOptions: {
      httpEndpoint: metadata?.HttpEndpoint ?? "enabled",
      httpProtocolIpv6: metadata?.HttpProtocolIpv6 ?? "disabled",
      httpPutResponseHopLimit: metadata?.HttpPutResponseHopLimit ?? 1,
      httpTokens: metadata?.HttpTokens ?? "optional",
      instanceMetadataTags: metadata?.InstanceMetadataTags ?? "disabled",
    },
    monitoring: ["enabled", "pending"].includes(found.Monitoring?.State ?? ""),
    primaryNetworkInterfaceId: nic?.NetworkInterfaceId,
    privateDns: found.PrivateDnsName,
    privateIp: found.PrivateIpAddress,
    publicDns: found.PublicDnsName ?? "",
    publicIp: found.PublicIpAddress ?? "",
    region: context.region,
    rootBlockDevice: root,
    ...(state["volumeTags"] === undefined ? {} : { volumeTags: root?.["tags"] }),
    sourceDestCheck: found.SourceDestCheck ?? true,
    subnetId: found.SubnetId,
    tenancy: found.Placement?.Tenancy ?? "default",
    vpcSecurityGroupIds: inOrderOf(
      state["vpcSecurityGroupIds"],
      (found.SecurityGroups ?? []).map(({ GroupId = "" }) => GroupId),
    ),
    ...tagOutputs(found.Tags),
  });
}

/** EC2 tells an instance's template by tags of its own; how the version was written stays as it is in the state. */
function launchTemplateOf({ Tags = [] }: Instance, written: unknown): Properties | undefined {
  const tag = (key: string) => Tags.find(({ Key }) => Key === `aws:ec2launchtemplate:${key}`)?.Value;
  const id = tag("id");
  if (id === undefined) return undefined;
  const { name, version } = (written ?? {}) as { name?: string; version?: unknown };
  const number = tag("version");
  const same = String(version) === number || String(version).startsWith("$");
  return over({}, { id, name, version: same ? version : number });
}

async function rootOf({ ec2 }: Clients, found: Instance): Promise<Properties | undefined> {
  const root =
    found.BlockDeviceMappings?.find(({ DeviceName }) => DeviceName === found.RootDeviceName) ??
    found.BlockDeviceMappings?.[0];
  const VolumeId = root?.Ebs?.VolumeId;
  if (VolumeId === undefined) return undefined;
  const { Volumes = [] } = await ec2.describeVolumes({ VolumeIds: [VolumeId] });
  const [volume] = Volumes;
  return over(
    {},
    {
      deleteOnTermination: root?.Ebs?.DeleteOnTermination,
      deviceName: root?.DeviceName,
      encrypted: volume?.Encrypted,
      iops: volume?.Iops,
      kmsKeyId: volume?.KmsKeyId ?? "",
      throughput: volume?.Throughput,
      volumeId: VolumeId,
      volumeSize: volume?.Size,
      volumeType: volume?.VolumeType,
      ...tagOutputs(volume?.Tags),
    },
  );
}
