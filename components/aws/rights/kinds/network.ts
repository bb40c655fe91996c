import { adopted, everywhere, fresh, inRegion, own, named, type KindRights } from "../grant.ts";

/*
 * Which actions these are is in the provider's code, hashicorp/terraform-provider-aws, internal/service/ec2; what each
 * is limited to is in https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html.
 * Tags are not here: they go with what is created (tagging.ts).
 */
export const networkKinds: Readonly<Record<string, KindRights>> = {
  "aws:ec2/vpc:Vpc": {
    create: [fresh("vpc", "ec2:CreateVpc"), own("vpc", "ec2:ModifyVpcAttribute")],
    // It reads the ids of what AWS makes with each VPC too.
    read: [
      inRegion(
        "ec2:DescribeVpcs",
        "ec2:DescribeNetworkAcls",
        "ec2:DescribeRouteTables",
        "ec2:DescribeSecurityGroups",
      ),
      own("vpc", "ec2:DescribeVpcAttribute"),
    ],
    update: [own("vpc", "ec2:ModifyVpcAttribute")],
    delete: [own("vpc", "ec2:DeleteVpc")],
  },
  "aws:ec2/subnet:Subnet": {
    create: [
      fresh("subnet", "ec2:CreateSubnet"),
      own("vpc", "ec2:CreateSubnet"),
      own("subnet", "ec2:ModifySubnetAttribute"),
    ],
    // Before it deletes one, it looks for interfaces that were left in it.
    read: [inRegion("ec2:DescribeSubnets", "ec2:DescribeNetworkInterfaces")],
    update: [own("subnet", "ec2:ModifySubnetAttribute")],
    delete: [own("subnet", "ec2:DeleteSubnet")],
  },
  "aws:ec2/routeTable:RouteTable": {
    create: [fresh("route-table", "ec2:CreateRouteTable"), own("vpc", "ec2:CreateRouteTable")],
    read: [inRegion("ec2:DescribeRouteTables")],
    update: [],
    delete: [own("route-table", "ec2:DeleteRouteTable")],
  },
  "aws:ec2/routeTableAssociation:RouteTableAssociation": {
    create: [own("route-table", "ec2:AssociateRouteTable"), own("subnet", "ec2:AssociateRouteTable")],
    read: [inRegion("ec2:DescribeRouteTables")],
    update: [
      own("route-table", "ec2:ReplaceRouteTableAssociation"),
      own("subnet", "ec2:ReplaceRouteTableAssociation"),
    ],
    delete: [own("route-table", "ec2:DisassociateRouteTable"), own("subnet", "ec2:DisassociateRouteTable")],
  },
  "aws:ec2/route:Route": {
    create: [own("route-table", "ec2:CreateRoute")],
    read: [inRegion("ec2:DescribeRouteTables")],
    update: [own("route-table", "ec2:ReplaceRoute")],
    delete: [own("route-table", "ec2:DeleteRoute")],
  },
  "aws:ec2/internetGateway:InternetGateway": {
    create: [
      fresh("internet-gateway", "ec2:CreateInternetGateway"),
      own("internet-gateway", "ec2:AttachInternetGateway"),
      own("vpc", "ec2:AttachInternetGateway"),
    ],
    read: [inRegion("ec2:DescribeInternetGateways")],
    update: [],
    delete: [
      own("internet-gateway", "ec2:DetachInternetGateway", "ec2:DeleteInternetGateway"),
      own("vpc", "ec2:DetachInternetGateway"),
    ],
  },
  "aws:ec2/natGateway:NatGateway": {
    create: [
      fresh("natgateway", "ec2:CreateNatGateway"),
      own("elastic-ip", "ec2:CreateNatGateway"),
      own("subnet", "ec2:CreateNatGateway"),
    ],
    read: [inRegion("ec2:DescribeNatGateways")],
    update: [],
    delete: [own("natgateway", "ec2:DeleteNatGateway")],
  },
  "aws:ec2/eip:Eip": {
    create: [fresh("elastic-ip", "ec2:AllocateAddress")],
    read: [inRegion("ec2:DescribeAddresses", "ec2:DescribeAddressesAttribute")],
    update: [],
    delete: [own("elastic-ip", "ec2:ReleaseAddress", "ec2:DisassociateAddress")],
  },
  "aws:ec2transitgateway/vpcAttachment:VpcAttachment": {
    create: [
      fresh("transit-gateway-attachment", "ec2:CreateTransitGatewayVpcAttachment"),
      named("transit-gateway", "ec2:CreateTransitGatewayVpcAttachment"),
      own("vpc", "ec2:CreateTransitGatewayVpcAttachment"),
      own("subnet", "ec2:CreateTransitGatewayVpcAttachment"),
    ],
    // The gateway's own tables are read only where the gateway is of the same account.
    read: [
      inRegion(
        "ec2:DescribeTransitGatewayVpcAttachments",
        "ec2:DescribeTransitGateways",
        "ec2:GetTransitGatewayRouteTableAssociations",
        "ec2:GetTransitGatewayRouteTablePropagations",
      ),
    ],
    update: [
      own("transit-gateway-attachment", "ec2:ModifyTransitGatewayVpcAttachment"),
      own("subnet", "ec2:ModifyTransitGatewayVpcAttachment"),
    ],
    delete: [own("transit-gateway-attachment", "ec2:DeleteTransitGatewayVpcAttachment")],
    // https://docs.aws.amazon.com/vpc/latest/tgw/service-linked-roles.html
    serviceLinkedRole: { service: "transitgateway", role: "AWSServiceRoleForVPCTransitGateway" },
  },
  "aws:ec2/vpcEndpoint:VpcEndpoint": {
    create: [
      fresh("vpc-endpoint", "ec2:CreateVpcEndpoint"),
      own("vpc", "ec2:CreateVpcEndpoint"),
      own("subnet", "ec2:CreateVpcEndpoint"),
      own("security-group", "ec2:CreateVpcEndpoint"),
      // Its private name is a hosted zone of AWS's own.
      everywhere("route53:AssociateVPCWithHostedZone"),
    ],
    read: [
      inRegion(
        "ec2:DescribeVpcEndpoints",
        "ec2:DescribePrefixLists",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSubnets",
        "ec2:DescribeVpcs",
      ),
    ],
    update: [
      own("vpc-endpoint", "ec2:ModifyVpcEndpoint"),
      own("subnet", "ec2:ModifyVpcEndpoint"),
      own("security-group", "ec2:ModifyVpcEndpoint"),
    ],
    delete: [own("vpc-endpoint", "ec2:DeleteVpcEndpoints")],
  },
  "aws:ec2/flowLog:FlowLog": {
    create: [fresh("vpc-flow-log", "ec2:CreateFlowLogs"), own("vpc", "ec2:CreateFlowLogs")],
    read: [inRegion("ec2:DescribeFlowLogs")],
    update: [],
    delete: [own("vpc-flow-log", "ec2:DeleteFlowLogs")],
    passesRoleTo: "vpc-flow-logs",
  },
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": {
    // AWS makes it with the VPC, without tags; the provider tags it before it takes the rules out.
    create: [
      adopted("security-group", "ec2:CreateTags"),
      own("security-group", "ec2:RevokeSecurityGroupIngress", "ec2:RevokeSecurityGroupEgress"),
    ],
    read: [inRegion("ec2:DescribeSecurityGroups")],
    update: [own("security-group", "ec2:RevokeSecurityGroupIngress", "ec2:RevokeSecurityGroupEgress")],
    // It goes with its VPC.
    delete: [],
  },
};
