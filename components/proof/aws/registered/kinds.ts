/** The provider's types of resources that are understood. */
export const kinds = {
  vpc: "aws:ec2/vpc:Vpc",
  defaultVpc: "aws:ec2/defaultVpc:DefaultVpc",
  block4: "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation",
  block6: "aws:ec2/vpcIpv6CidrBlockAssociation:VpcIpv6CidrBlockAssociation",
  subnet: "aws:ec2/subnet:Subnet",
  defaultSubnet: "aws:ec2/defaultSubnet:DefaultSubnet",
  group: "aws:ec2/securityGroup:SecurityGroup",
  defaultGroup: "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
  rule: "aws:ec2/securityGroupRule:SecurityGroupRule",
  ingressRule: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
  egressRule: "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
  acl: "aws:ec2/networkAcl:NetworkAcl",
  defaultAcl: "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl",
  aclRule: "aws:ec2/networkAclRule:NetworkAclRule",
  aclAssociation: "aws:ec2/networkAclAssociation:NetworkAclAssociation",
  table: "aws:ec2/routeTable:RouteTable",
  defaultTable: "aws:ec2/defaultRouteTable:DefaultRouteTable",
  mainTable: "aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation",
  route: "aws:ec2/route:Route",
  tableAssociation: "aws:ec2/routeTableAssociation:RouteTableAssociation",
  internetGateway: "aws:ec2/internetGateway:InternetGateway",
  internetAttachment: "aws:ec2/internetGatewayAttachment:InternetGatewayAttachment",
  egressOnlyGateway: "aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway",
  nat: "aws:ec2/natGateway:NatGateway",
  eip: "aws:ec2/eip:Eip",
  eipAssociation: "aws:ec2/eipAssociation:EipAssociation",
  peering: "aws:ec2/vpcPeeringConnection:VpcPeeringConnection",
  peeringAccepter: "aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter",
  list: "aws:ec2/managedPrefixList:ManagedPrefixList",
  listEntry: "aws:ec2/managedPrefixListEntry:ManagedPrefixListEntry",
  interface: "aws:ec2/networkInterface:NetworkInterface",
  interfaceAttachment: "aws:ec2/networkInterfaceAttachment:NetworkInterfaceAttachment",
  groupAttachment: "aws:ec2/networkInterfaceSecurityGroupAttachment:NetworkInterfaceSecurityGroupAttachment",
  instance: "aws:ec2/instance:Instance",
  template: "aws:ec2/launchTemplate:LaunchTemplate",
  configuration: "aws:ec2/launchConfiguration:LaunchConfiguration",
  scaling: "aws:autoscaling/group:Group",
  balancer: "aws:lb/loadBalancer:LoadBalancer",
  albBalancer: "aws:alb/loadBalancer:LoadBalancer",
  listener: "aws:lb/listener:Listener",
  albListener: "aws:alb/listener:Listener",
  listenerRule: "aws:lb/listenerRule:ListenerRule",
  albListenerRule: "aws:alb/listenerRule:ListenerRule",
  targetGroup: "aws:lb/targetGroup:TargetGroup",
  albTargetGroup: "aws:alb/targetGroup:TargetGroup",
  target: "aws:lb/targetGroupAttachment:TargetGroupAttachment",
  albTarget: "aws:alb/targetGroupAttachment:TargetGroupAttachment",
  scalingAttachment: "aws:autoscaling/attachment:Attachment",
  endpoint: "aws:ec2/vpcEndpoint:VpcEndpoint",
  endpointTable: "aws:ec2/vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation",
  vpnGateway: "aws:ec2/vpnGateway:VpnGateway",
  vpnAttachment: "aws:ec2/vpnGatewayAttachment:VpnGatewayAttachment",
  transitAttachment: "aws:ec2transitgateway/vpcAttachment:VpcAttachment",
} as const;

/** Kinds that place nothing on the network and change nothing of it. */
const harmless =
  /^aws:(ec2\/(ami|amiCopy|amiFromInstance|amiLaunchPermission|allowedImagesSettings|availabilityZoneGroup|capacity\w+|dedicatedHost|defaultCreditSpecification|eipDomainName|flowLog|imageBlockPublicAccess|instanceMetadataDefaults|keyPair|networkInsights\w+|placementGroup|serialConsoleAccess|snapshotCreateVolumePermission|spotDatafeedSubscription|subnetCidrReservation|tag|volumeAttachment|defaultVpcDhcpOptions|vpcDhcpOptions|vpcDhcpOptionsAssociation|vpcIpam\w*|vpcEndpointConnectionNotification|vpcEndpointPolicy|vpcNetworkPerformanceMetricSubscription|customerGateway|networkInterfacePermission):|(lb|alb)\/(listener\w*|targetGroup\w*|trustStore\w*):|autoscaling\/(attachment|lifecycleHook|notification|policy|schedule|tag|trafficSourceAttachment):|rds\/(clusterParameterGroup|parameterGroup|optionGroup|subnetGroup|snapshot\w*|clusterSnapshot\w*|certificate|eventSubscription|exportTask|roleAssociation|clusterRoleAssociation):|eks\/(accessEntry|accessPolicyAssociation|identityProviderConfig|podIdentityAssociation):|ecs\/(accountSettingDefault|tag|capacityProvider|clusterCapacityProviders|taskDefinition|cluster):)/;

/** Of those that are not understood, the ones that may place something on the network, or change it. */
const watched =
  /^aws:(ec2|vpc|lb|alb|elb|autoscaling|directconnect|networkfirewall|networkmanager|vpclattice|globalaccelerator|ec2transitgateway|ec2clientvpn|rds|eks|ecs|elasticache|memorydb|redshift|docdb|neptune|mq|msk|opensearch|elasticsearch|efs|fsx|emr|batch|dax|dms|directoryservice|workspaces|cloudhsmv2|transfer|storagegateway|mwaa|sagemaker|lightsail|vpn|verifiedaccess|lambda|apprunner|appstream|outposts|route53)\//;

const known: ReadonlySet<string> = new Set(Object.values(kinds));
export const isNotUnderstood = (type: string): boolean =>
  !known.has(type) &&
  watched.test(type) &&
  !harmless.test(type) &&
  !/^aws:(lambda|route53)\/(?!(function|resolver))/.test(type);

/** Of those, the ones that may connect a network to another. */
export const mayConnect = (type: string): boolean =>
  /^aws:(directconnect|networkmanager|vpclattice|ec2transitgateway|ec2clientvpn|vpn|networkfirewall|outposts)\/|^aws:ec2\/(vpn|localGateway|carrierGateway|vpcEndpoint|peering|secondary|trafficMirror)|^aws:vpc\/(routeServer|endpoint)/.test(
    type,
  );
