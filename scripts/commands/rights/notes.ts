import type { Registered, Scope } from "../../../components/aws/rights/index.ts";

/** What AWS cannot limit further, or not before something is there, in sentences for people. */
export function notesOf(scope: Scope, resources: readonly Registered[]): string[] {
  const has = (type: string) => resources.some((resource) => resource.type === type);
  return [
    ...(scope.permissionsBoundary === undefined && has("aws:iam/rolePolicy:RolePolicy")
      ? [
          "whoever deploys can give the environment's machines any right; aws.permissionsBoundary in the stack file is the limit to that.",
        ]
      : []),
    ...(scope.vpc === undefined && has("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup")
      ? [
          "AWS makes a VPC's default security group without tags, so every group of the account that has no bulkhead:environment can be taken over; after the first up, --vpc limits that to the environment's own VPC.",
        ]
      : []),
    ...(scope.hostedZone === undefined && has("aws:route53/zone:Zone")
      ? [
          "AWS knows no tags for rights to hosted zones, so each without records can be deleted; after the first up, --hosted-zone limits that to the environment's own.",
        ]
      : []),
  ];
}
