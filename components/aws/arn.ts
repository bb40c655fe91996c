import type { AwsSpec } from "../plan/index.ts";

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html */
export const partitionOf = (region: string): string =>
  region.startsWith("cn-") ? "aws-cn" : region.startsWith("us-gov-") ? "aws-us-gov" : "aws";

/** The ARN of something of an account's region, such as `arn:aws:ssm:eu-central-1:111122223333:parameter/x`. */
export const arn = (
  { region, account }: Pick<AwsSpec, "region" | "account">,
  service: string,
  resource: string,
): string => `arn:${partitionOf(region)}:${service}:${region}:${account}:${resource}`;

/** The domain of an AWS service that takes roles, such as `ec2.amazonaws.com`. */
export const principal = (region: string, service: string): string =>
  `${service}.amazonaws.com${region.startsWith("cn-") ? ".cn" : ""}`;
