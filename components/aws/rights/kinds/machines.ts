import { fresh, inRegion, named, own, type KindRights } from "../grant.ts";

/** Firewalls and machines; sources as in network.ts. */
export const machineKinds: Readonly<Record<string, KindRights>> = {
  "aws:ec2/securityGroup:SecurityGroup": {
    create: [
      fresh("security-group", "ec2:CreateSecurityGroup"),
      own("vpc", "ec2:CreateSecurityGroup"),
      // AWS gives each new one a rule that lets everything out.
      own("security-group", "ec2:RevokeSecurityGroupEgress"),
    ],
    read: [inRegion("ec2:DescribeSecurityGroups", "ec2:DescribeNetworkInterfaces")],
    update: [],
    // Rules that were added by hand, here or in groups that name this one, go with it.
    delete: [
      own(
        "security-group",
        "ec2:RevokeSecurityGroupIngress",
        "ec2:RevokeSecurityGroupEgress",
        "ec2:DeleteSecurityGroup",
      ),
    ],
  },
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": {
    create: [
      fresh("security-group-rule", "ec2:AuthorizeSecurityGroupIngress"),
      own("security-group", "ec2:AuthorizeSecurityGroupIngress"),
    ],
    read: [inRegion("ec2:DescribeSecurityGroupRules")],
    update: [
      own("security-group", "ec2:ModifySecurityGroupRules"),
      own("security-group-rule", "ec2:ModifySecurityGroupRules"),
    ],
    delete: [own("security-group", "ec2:RevokeSecurityGroupIngress")],
  },
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": {
    create: [
      fresh("security-group-rule", "ec2:AuthorizeSecurityGroupEgress"),
      own("security-group", "ec2:AuthorizeSecurityGroupEgress"),
    ],
    read: [inRegion("ec2:DescribeSecurityGroupRules")],
    update: [
      own("security-group", "ec2:ModifySecurityGroupRules"),
      own("security-group-rule", "ec2:ModifySecurityGroupRules"),
    ],
    delete: [own("security-group", "ec2:RevokeSecurityGroupEgress")],
  },
  "aws:ec2/launchTemplate:LaunchTemplate": {
    create: [fresh("launch-template", "ec2:CreateLaunchTemplate")],
    read: [inRegion("ec2:DescribeLaunchTemplates", "ec2:DescribeLaunchTemplateVersions")],
    update: [own("launch-template", "ec2:CreateLaunchTemplateVersion", "ec2:ModifyLaunchTemplate")],
    delete: [own("launch-template", "ec2:DeleteLaunchTemplate")],
  },
  "aws:ec2/instance:Instance": {
    create: [
      fresh("instance", "ec2:RunInstances"),
      fresh("volume", "ec2:RunInstances"),
      // It comes with its machine, and with the tags of the machine's template.
      named("network-interface", "ec2:RunInstances"),
      named("image", "ec2:RunInstances"),
      own("subnet", "ec2:RunInstances"),
      own("security-group", "ec2:RunInstances"),
      own("launch-template", "ec2:RunInstances"),
    ],
    read: [
      // Whether a machine is well is what `scripts/roll` waits for.
      inRegion(
        "ec2:DescribeInstanceStatus",
        "ec2:DescribeInstances",
        "ec2:DescribeInstanceTypes",
        "ec2:DescribeInstanceCreditSpecifications",
        "ec2:DescribeLaunchTemplates",
        "ec2:DescribeLaunchTemplateVersions",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeTags",
        "ec2:DescribeVolumes",
      ),
      // It reads user data; other machines' is nobody's business here.
      own("instance", "ec2:DescribeInstanceAttribute"),
    ],
    // A machine's groups and its source check are changed in place; all else replaces it.
    update: [
      own("instance", "ec2:ModifyInstanceAttribute"),
      own("network-interface", "ec2:ModifyNetworkInterfaceAttribute"),
      own("instance", "ec2:ModifyNetworkInterfaceAttribute"),
      own("subnet", "ec2:ModifyNetworkInterfaceAttribute"),
      own("security-group", "ec2:ModifyNetworkInterfaceAttribute"),
    ],
    delete: [own("instance", "ec2:TerminateInstances")],
    alsoTags: { during: "ec2:RunInstances", on: "network-interface" },
    passesRoleTo: "ec2",
    makesDisks: true,
  },
};
