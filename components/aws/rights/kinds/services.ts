import { bounded, everywhere, fresh, inRegion, named, own, records, type KindRights } from "../grant.ts";

/*
 * Load balancers, roles, logs and names. What ELB asks of EC2 in the caller's name:
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/elb-api-permissions.html
 */
export const serviceKinds: Readonly<Record<string, KindRights>> = {
  "aws:lb/loadBalancer:LoadBalancer": {
    create: [fresh("loadbalancer/net", "elasticloadbalancing:CreateLoadBalancer")],
    read: [
      inRegion(
        "elasticloadbalancing:DescribeCapacityReservation",
        "elasticloadbalancing:DescribeLoadBalancerAttributes",
        "elasticloadbalancing:DescribeLoadBalancers",
        "elasticloadbalancing:DescribeTags",
        "ec2:DescribeAccountAttributes",
        "ec2:DescribeAddresses",
        "ec2:DescribeInternetGateways",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSubnets",
        "ec2:DescribeVpcs",
      ),
    ],
    update: [
      own(
        "loadbalancer/net",
        "elasticloadbalancing:ModifyLoadBalancerAttributes",
        "elasticloadbalancing:SetSecurityGroups",
        "elasticloadbalancing:SetSubnets",
      ),
    ],
    delete: [own("loadbalancer/net", "elasticloadbalancing:DeleteLoadBalancer")],
    // https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/elb-service-linked-roles.html
    serviceLinkedRole: { service: "elasticloadbalancing", role: "AWSServiceRoleForElasticLoadBalancing" },
  },
  "aws:lb/targetGroup:TargetGroup": {
    create: [fresh("targetgroup", "elasticloadbalancing:CreateTargetGroup")],
    read: [
      inRegion(
        "elasticloadbalancing:DescribeTags",
        "elasticloadbalancing:DescribeTargetGroupAttributes",
        "elasticloadbalancing:DescribeTargetGroups",
        "ec2:DescribeInternetGateways",
        "ec2:DescribeVpcs",
      ),
    ],
    update: [
      own(
        "targetgroup",
        "elasticloadbalancing:ModifyTargetGroup",
        "elasticloadbalancing:ModifyTargetGroupAttributes",
      ),
    ],
    delete: [own("targetgroup", "elasticloadbalancing:DeleteTargetGroup")],
  },
  "aws:lb/listener:Listener": {
    // AWS asks for its load balancer; the listener has no name before it is there.
    create: [own("loadbalancer/net", "elasticloadbalancing:CreateListener")],
    read: [
      inRegion(
        "elasticloadbalancing:DescribeListenerAttributes",
        "elasticloadbalancing:DescribeListeners",
        "elasticloadbalancing:DescribeTags",
      ),
    ],
    update: [
      own(
        "listener/net",
        "elasticloadbalancing:ModifyListener",
        "elasticloadbalancing:ModifyListenerAttributes",
      ),
    ],
    delete: [own("listener/net", "elasticloadbalancing:DeleteListener")],
    alsoTags: { during: "elasticloadbalancing:CreateListener", on: "listener/net" },
  },
  "aws:lb/targetGroupAttachment:TargetGroupAttachment": {
    create: [own("targetgroup", "elasticloadbalancing:RegisterTargets")],
    read: [
      inRegion(
        "elasticloadbalancing:DescribeTargetHealth",
        "ec2:DescribeInstances",
        "ec2:DescribeInternetGateways",
        "ec2:DescribeSubnets",
        "ec2:DescribeVpcs",
      ),
    ],
    update: [],
    delete: [own("targetgroup", "elasticloadbalancing:DeregisterTargets")],
  },
  "aws:iam/role:Role": {
    create: [bounded("role", "iam:CreateRole"), named("role", "iam:TagRole")],
    read: [named("role", "iam:GetRole", "iam:ListRolePolicies", "iam:ListAttachedRolePolicies")],
    update: [
      bounded("role", "iam:PutRolePermissionsBoundary"),
      named(
        "role",
        "iam:UpdateRole",
        "iam:UpdateRoleDescription",
        "iam:UpdateAssumeRolePolicy",
        "iam:TagRole",
        "iam:UntagRole",
      ),
    ],
    delete: [named("role", "iam:ListInstanceProfilesForRole", "iam:DeleteRole")],
  },
  "aws:iam/rolePolicy:RolePolicy": {
    create: [bounded("role", "iam:PutRolePolicy")],
    read: [named("role", "iam:GetRolePolicy")],
    update: [bounded("role", "iam:PutRolePolicy")],
    delete: [named("role", "iam:DeleteRolePolicy")],
  },
  "aws:iam/instanceProfile:InstanceProfile": {
    create: [
      named(
        "instance-profile",
        "iam:CreateInstanceProfile",
        "iam:AddRoleToInstanceProfile",
        "iam:TagInstanceProfile",
      ),
    ],
    read: [named("instance-profile", "iam:GetInstanceProfile")],
    update: [named("instance-profile", "iam:TagInstanceProfile", "iam:UntagInstanceProfile")],
    delete: [named("instance-profile", "iam:RemoveRoleFromInstanceProfile", "iam:DeleteInstanceProfile")],
    passesRoleTo: "ec2",
  },
  "aws:cloudwatch/logGroup:LogGroup": {
    create: [named("log-group", "logs:CreateLogGroup", "logs:PutRetentionPolicy", "logs:TagResource")],
    read: [inRegion("logs:DescribeLogGroups"), named("log-group", "logs:ListTagsForResource")],
    update: [
      named(
        "log-group",
        "logs:PutRetentionPolicy",
        "logs:DeleteRetentionPolicy",
        "logs:TagResource",
        "logs:UntagResource",
      ),
    ],
    delete: [named("log-group", "logs:DeleteLogGroup")],
  },
  // AWS knows no condition by tag for hosted zones, and no id before one is there.
  "aws:route53/zone:Zone": {
    create: [everywhere("route53:CreateHostedZone"), named("hostedzone", "route53:ChangeTagsForResource")],
    read: [
      inRegion("ec2:DescribeVpcs"),
      named("hostedzone", "route53:GetHostedZone", "route53:ListTagsForResource"),
      // The name servers of a private zone stand in its records.
      named("hostedzone", "route53:ListResourceRecordSets"),
      named("change", "route53:GetChange"),
    ],
    update: [
      named(
        "hostedzone",
        "route53:UpdateHostedZoneComment",
        "route53:ChangeTagsForResource",
        "route53:AssociateVPCWithHostedZone",
        "route53:DisassociateVPCFromHostedZone",
      ),
    ],
    // Records that were added by hand go with it.
    delete: [
      named("hostedzone", "route53:GetDNSSEC", "route53:DeleteHostedZone"),
      records("hostedzone", "route53:ChangeResourceRecordSets"),
    ],
  },
  "aws:route53/record:Record": {
    create: [records("hostedzone", "route53:ChangeResourceRecordSets")],
    read: [
      named("hostedzone", "route53:GetHostedZone", "route53:ListResourceRecordSets"),
      named("change", "route53:GetChange"),
    ],
    update: [records("hostedzone", "route53:ChangeResourceRecordSets")],
    delete: [records("hostedzone", "route53:ChangeResourceRecordSets")],
  },
};
