import type { Plan } from "../plan/index.ts";

export type Tags = Readonly<Record<string, string>>;

/** The tag by which all of an environment's resources are found, and by which its deployer's rights are limited. */
export const environmentTag = "bulkhead:environment";

/** The tags of all resources of an environment, and of one of them. */
export const tagsOf = (
  { environment, aws, expiresAfterHours }: Plan,
  name: string,
  more: Tags = {},
): Tags => ({
  ...aws?.tags,
  ...more,
  [environmentTag]: environment,
  ...(expiresAfterHours === undefined ? {} : { "bulkhead:expires-after": `${expiresAfterHours}h` }),
  Name: `${environment}-${name}`,
});

/**
 * What MKE's cloud provider finds its own resources by
 * (https://docs.mirantis.com/mke/3.8/install/install-aws/aws-prerequisites.html). Of a machine's security groups only
 * one may have it, else the provider cannot tell which is the cluster's.
 */
export const clusterTags = ({ engine, aws }: Plan): Tags =>
  engine === "mke" && aws !== undefined ? { [`kubernetes.io/cluster/${aws.clusterId}`]: "owned" } : {};
