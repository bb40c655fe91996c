import type { RequestLaunchTemplateData, ResponseLaunchTemplateData } from "@aws-sdk/client-ec2";
import { inOrderOf, over } from "../cloud/outputs.ts";
import { fromList, toList, type Tags } from "../cloud/tags.ts";
import type { Properties } from "../kind.ts";

/** Where the provider's schema has a flag that can be left out as a string. */
type Flag = boolean | string;

/** What a version of a launch template says. */
export interface Data {
  readonly imageId?: string;
  readonly instanceType?: string;
  readonly keyName?: string;
  readonly userData?: string;
  readonly ebsOptimized?: Flag;
  readonly disableApiTermination?: boolean;
  readonly instanceInitiatedShutdownBehavior?: string;
  readonly vpcSecurityGroupIds?: readonly string[];
  readonly iamInstanceProfile?: { readonly arn?: string; readonly name?: string };
  readonly metadataOptions?: {
    readonly httpEndpoint?: string;
    readonly httpTokens?: string;
    readonly httpPutResponseHopLimit?: number;
    readonly httpProtocolIpv6?: string;
    readonly instanceMetadataTags?: string;
  };
  readonly monitoring?: { readonly enabled?: boolean };
  readonly blockDeviceMappings?: readonly {
    readonly deviceName?: string;
    readonly ebs?: {
      readonly deleteOnTermination?: Flag;
      readonly encrypted?: Flag;
      readonly iops?: number;
      readonly kmsKeyId?: string;
      readonly throughput?: number;
      readonly volumeSize?: number;
      readonly volumeType?: string;
    };
  }[];
  readonly tagSpecifications?: readonly { readonly resourceType?: string; readonly tags?: Tags }[];
}

/** Inputs whose change makes another version. */
export const versioned = [
  "blockDeviceMappings",
  "description",
  "disableApiTermination",
  "ebsOptimized",
  "iamInstanceProfile",
  "imageId",
  "instanceInitiatedShutdownBehavior",
  "instanceType",
  "keyName",
  "metadataOptions",
  "monitoring",
  "tagSpecifications",
  "userData",
  "vpcSecurityGroupIds",
];
const isSet = (flag: Flag | undefined): boolean | undefined =>
  flag === undefined ? undefined : String(flag) === "true";

/** What EC2 calls the same. Values that the schema has as strings are EC2's enumerations, which the check has seen. */
export function dataOf(wanted: Data): RequestLaunchTemplateData {
  const { iamInstanceProfile: profile, metadataOptions: metadata, monitoring } = wanted;
  const data = {
    ImageId: wanted.imageId,
    InstanceType: wanted.instanceType,
    KeyName: wanted.keyName,
    UserData: wanted.userData,
    EbsOptimized: isSet(wanted.ebsOptimized),
    DisableApiTermination: wanted.disableApiTermination,
    InstanceInitiatedShutdownBehavior: wanted.instanceInitiatedShutdownBehavior,
    SecurityGroupIds: wanted.vpcSecurityGroupIds,
    IamInstanceProfile: profile && { Arn: profile.arn, Name: profile.name },
    MetadataOptions: metadata && {
      HttpEndpoint: metadata.httpEndpoint,
      HttpTokens: metadata.httpTokens,
      HttpPutResponseHopLimit: metadata.httpPutResponseHopLimit,
      HttpProtocolIpv6: metadata.httpProtocolIpv6,
      InstanceMetadataTags: metadata.instanceMetadataTags,
    },
    Monitoring: monitoring && { Enabled: monitoring.enabled },
    BlockDeviceMappings: wanted.blockDeviceMappings?.map(({ deviceName, ebs }) => ({
      DeviceName: deviceName,
      Ebs: ebs && {
        DeleteOnTermination: isSet(ebs.deleteOnTermination),
        Encrypted: isSet(ebs.encrypted),
        Iops: ebs.iops,
        KmsKeyId: ebs.kmsKeyId,
        Throughput: ebs.throughput,
        VolumeSize: ebs.volumeSize,
        VolumeType: ebs.volumeType,
      },
    })),
    TagSpecifications: wanted.tagSpecifications?.map(({ resourceType, tags }) => ({
      ResourceType: resourceType,
      Tags: toList(tags),
    })),
  };
  return data as RequestLaunchTemplateData;
}

/** The outputs of a version, in the shape in which the program has them. */
export function outputsOf(data: ResponseLaunchTemplateData, state: Properties): Properties {
  const { IamInstanceProfile: profile, MetadataOptions: metadata, Monitoring: monitoring } = data;
  const tagged =
    data.TagSpecifications?.filter(({ ResourceType }) => ResourceType !== "launch-template") ?? [];
  const likeIn = (name: string, value: boolean | undefined) =>
    value === undefined ? undefined : typeof state[name] === "boolean" ? value : String(value);
  return {
    imageId: data.ImageId,
    instanceType: data.InstanceType,
    keyName: data.KeyName,
    userData: data.UserData,
    ebsOptimized: likeIn("ebsOptimized", data.EbsOptimized),
    disableApiTermination: data.DisableApiTermination,
    instanceInitiatedShutdownBehavior: data.InstanceInitiatedShutdownBehavior,
    ...(data.SecurityGroupIds === undefined || data.SecurityGroupIds.length === 0
      ? {}
      : { vpcSecurityGroupIds: inOrderOf(state["vpcSecurityGroupIds"], data.SecurityGroupIds) }),
    iamInstanceProfile: profile && over({}, { arn: profile.Arn, name: profile.Name }),
    metadataOptions:
      metadata &&
      over(
        {},
        {
          httpEndpoint: metadata.HttpEndpoint,
          httpTokens: metadata.HttpTokens,
          httpPutResponseHopLimit: metadata.HttpPutResponseHopLimit,
          httpProtocolIpv6: metadata.HttpProtocolIpv6,
          instanceMetadataTags: metadata.InstanceMetadataTags,
        },
      ),
    monitoring: monitoring && over({}, { enabled: monitoring.Enabled }),
    ...(data.BlockDeviceMappings === undefined || data.BlockDeviceMappings.length === 0
      ? {}
      : {
          blockDeviceMappings: data.BlockDeviceMappings.map(({ DeviceName, Ebs }) =>
            over({}, { deviceName: DeviceName, ebs: Ebs && diskOf(Ebs) }),
          ),
        }),
    ...(tagged.length === 0
      ? {}
      : {
          tagSpecifications: tagged.map(({ ResourceType, Tags }) => ({
            resourceType: ResourceType,
            tags: fromList(Tags),
          })),
        }),
  };
}

type Ebs = NonNullable<NonNullable<ResponseLaunchTemplateData["BlockDeviceMappings"]>[number]["Ebs"]>;

const diskOf = (disk: Ebs): Properties =>
  over(
    {},
    {
      deleteOnTermination:
        disk.DeleteOnTermination === undefined ? undefined : String(disk.DeleteOnTermination),
      encrypted: disk.Encrypted === undefined ? undefined : String(disk.Encrypted),
      iops: disk.Iops,
      kmsKeyId: disk.KmsKeyId,
      throughput: disk.Throughput,
      volumeSize: disk.VolumeSize,
      volumeType: disk.VolumeType,
    },
  );
