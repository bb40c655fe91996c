import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

const environment = "test";
const region = "eu-central-1";
const letters = ["a", "b", "c"];
const groups = ["billing", "claims", "portal"];
const zones = ["management", ...groups];
const roles = ["manager", "registry", "worker"];
const people = "10.0.0.0/12";
const domain = `${environment}.bulkhead.internal`;

class Component extends pulumi.ComponentResource {
  constructor(type: string, name: string, parent?: pulumi.Resource) {
    super(type, name, {}, { parent });
    this.registerOutputs({});
  }
}
const root = new Component("bulkhead:environment:Environment", environment);
const provider = new aws.Provider("aws", { region, allowedAccountIds: ["111122223333"] }, { parent: root });
const component = (type: string, name: string, parent: pulumi.Resource = root) => ({
  parent: new Component(`bulkhead:aws:${type}`, name, parent),
  provider,
});
const tags = (name: string) => ({
  "bulkhead:environment": environment,
  "cost-center": "4711",
  Name: `${environment}-${name}`,
});
const assumedBy = (service: string) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
  });
const allowed = (actions: string[], resource: string) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: actions, Resource: resource }],
  });

// Network.
const inNetwork = component("Network", "network");
const vpc = new aws.ec2.Vpc(
  "network",
  {
    cidrBlock: "10.18.0.0/16",
    enableDnsSupport: true,
    enableDnsHostnames: true,
    tags: tags("network"),
  },
  inNetwork,
);
new aws.ec2.DefaultSecurityGroup(
  "network",
  { vpcId: vpc.id, ingress: [], egress: [], tags: tags("default") },
  inNetwork,
);
const table = (name: string) => new aws.ec2.RouteTable(name, { vpcId: vpc.id, tags: tags(name) }, inNetwork);
const subnets: Record<string, aws.ec2.Subnet> = {};
const subnet = (name: string, letter: string, cidrBlock: string, routes: aws.ec2.RouteTable) => {
  const made = new aws.ec2.Subnet(
    name,
    { vpcId: vpc.id, cidrBlock, availabilityZone: `${region}${letter}`, tags: tags(name) },
    inNetwork,
  );
  new aws.ec2.RouteTableAssociation(name, { subnetId: made.id, routeTableId: routes.id }, inNetwork);
  subnets[name] = made;
  return made;
};
const tables = letters.map((letter) => table(`routes-${letter}`));
zones.forEach((zone, index) =>
  letters.forEach((letter, place) =>
    subnet(`${zone}-${letter}`, letter, `10.18.${4 * index + place}.0/24`, tables[place]),
  ),
);
const transitTable = table("routes-transit");
const transit = new aws.ec2transitgateway.VpcAttachment(
  "transit",
  {
    transitGatewayId: "tgw-0123456789abcdef0",
    vpcId: vpc.id,
    subnetIds: letters.map(
      (letter, place) => subnet(`transit-${letter}`, letter, `10.18.${252 + place}.128/25`, transitTable).id,
    ),
    tags: tags("transit"),
  },
  inNetwork,
);
letters.forEach(
  (letter, place) =>
    new aws.ec2.Route(
      `${letter} to ${people}`,
      {
        routeTableId: tables[place].id,
        destinationCidrBlock: people,
        transitGatewayId: transit.transitGatewayId,
      },
      inNetwork,
    ),
);

// Flow logs.
const inFlowLogs = component("FlowLogs", "flow-logs", inNetwork.parent);
const logGroup = new aws.cloudwatch.LogGroup(
  "flow-logs",
  { name: `/bulkhead/${environment}/flow-logs`, retentionInDays: 365, tags: tags("flow-logs") },
  inFlowLogs,
);
const inLogRole = component("ServiceRole", "flow-logs", inFlowLogs.parent);
const logRole = new aws.iam.Role(
  "flow-logs",
  {
    name: `bulkhead-${environment}-flow-logs`,
    assumeRolePolicy: assumedBy("vpc-flow-logs.amazonaws.com"),
    tags: tags("flow-logs"),
  },
  inLogRole,
);
new aws.iam.RolePolicy(
  "flow-logs-write-logs",
  {
    role: logRole.name,
    name: "write-logs",
    policy: allowed(["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"], "*"),
  },
  inLogRole,
);
new aws.ec2.FlowLog(
  "flow-logs",
  {
    vpcId: vpc.id,
    trafficType: "ALL",
    maxAggregationInterval: 60,
    logDestinationType: "cloud-watch-logs",
    logDestination: logGroup.arn,
    iamRoleArn: logRole.arn,
    tags: tags("flow-logs"),
  },
  inFlowLogs,
);

// Security groups and their rules.
const inFirewall = component("SecurityGroups", "firewall");
const securityGroups: Record<string, aws.ec2.SecurityGroup> = {};
for (const name of ["endpoint", "load-balancer", ...roles, ...zones.map((zone) => `zone-${zone}`)])
  securityGroups[name] = new aws.ec2.SecurityGroup(
    name,
    {
      vpcId: vpc.id,
      name: `${environment}-${name}`,
      description: `${environment} ${name}`,
      revokeRulesOnDelete: true,
      tags: tags(name),
    },
    inFirewall,
  );
const traffic = (text: string) => {
  const [ipProtocol, ports = ""] = text.split("/");
  if (ipProtocol === "all") return { ipProtocol: "-1" };
  if (ipProtocol === "ip") return { ipProtocol: ports };
  const [from, to = from] = ports.split("-").map(Number);
  return { ipProtocol, fromPort: from, toPort: to };
};
const peer = (name: string) =>
  name in securityGroups ? { referencedSecurityGroupId: securityGroups[name].id } : { cidrIpv4: name };
const egress = (from: string, to: string, ...open: string[]) =>
  open.map(
    (text) =>
      new aws.vpc.SecurityGroupEgressRule(
        `${from} to ${to} ${text}`,
        {
          securityGroupId: securityGroups[from].id,
          description: `${from} reaches ${to}`,
          ...traffic(text),
          ...peer(to),
          tags: tags(from),
        },
        inFirewall,
      ),
  );
const ingress = (to: string, from: string, ...open: string[]) =>
  open.map(
    (text) =>
      new aws.vpc.SecurityGroupIngressRule(
        `${to} from ${from} ${text}`,
        {
          securityGroupId: securityGroups[to].id,
          description: `${from} reaches ${to}`,
          ...traffic(text),
          ...peer(from),
          tags: tags(to),
        },
        inFirewall,
      ),
  );
const both = (from: string, to: string, ...open: string[]) => {
  egress(from, to, ...open);
  ingress(to, from, ...open);
};
const overlay = ["ip/4", "tcp/179", "tcp/7946", "tcp/10250", "tcp/12376", "udp/4789", "udp/7946"];
const control = ["tcp/443", "tcp/2376-2377", "tcp/6443", "tcp/12379-12388", "tcp/12390"];
for (const role of roles) both(role, "manager", ...overlay, ...control);
both("manager", "registry", ...overlay, "tcp/443");
both("registry", "registry", ...overlay, "tcp/443");
both("worker", "registry", "tcp/443");
both("manager", "worker", ...overlay);
both("load-balancer", "manager", "tcp/443", "tcp/6443");
both("load-balancer", "registry", "tcp/443");
ingress("load-balancer", people, "tcp/443", "tcp/6443");
for (const role of roles) {
  both(role, "endpoint", "tcp/443");
  egress(role, "10.0.0.53/32", "tcp/53", "udp/53");
  egress(role, "10.0.0.123/32", "udp/123");
  egress(role, "10.0.8.0/24", "tcp/443");
}
for (const group of groups) both(`zone-${group}`, `zone-${group}`, "all");

// Endpoints and private names.
const inEndpoints = component("Endpoints", "endpoints");
for (const service of ["ssm", "ssmmessages"])
  new aws.ec2.VpcEndpoint(
    service,
    {
      vpcId: vpc.id,
      serviceName: `com.amazonaws.${region}.${service}`,
      vpcEndpointType: "Interface",
      privateDnsEnabled: true,
      securityGroupIds: [securityGroups["endpoint"].id],
      subnetIds: letters.map((letter) => subnets[`management-${letter}`].id),
      tags: tags(service),
    },
    inEndpoints,
  );
const inNames = component("PrivateNames", "names");
const zone = new aws.route53.Zone(
  "names",
  { name: domain, vpcs: [{ vpcId: vpc.id }], forceDestroy: true, tags: tags("names") },
  inNames,
);
const addresses: Record<string, string[]> = {
  managers: ["10.18.0.32", "10.18.1.33", "10.18.2.34"],
  registry: ["10.18.0.64"],
};
for (const name of ["managers", "registry"])
  new aws.route53.Record(
    name,
    {
      zoneId: zone.zoneId,
      name: `${name}.${domain}`,
      type: "A",
      ttl: 60,
      records: addresses[name],
    },
    inNames,
  );

// Instance roles.
const profiles: Record<string, aws.iam.InstanceProfile> = {};
for (const name of roles) {
  const inMachineRole = component("MachineRole", name);
  const inRole = component("ServiceRole", name, inMachineRole.parent);
  const role = new aws.iam.Role(
    name,
    {
      name: `bulkhead-${environment}-${name}`,
      assumeRolePolicy: assumedBy("ec2.amazonaws.com"),
      tags: tags(name),
    },
    inRole,
  );
  const policies: Record<string, string> = {
    "session-manager": allowed(["ssm:UpdateInstanceInformation", "ssmmessages:OpenDataChannel"], "*"),
    "join-secret": allowed(
      ["ssm:GetParameter"],
      `arn:aws:ssm:${region}:111122223333:parameter/bulkhead/${environment}/join/${name}`,
    ),
  };
  for (const policy of Object.keys(policies))
    new aws.iam.RolePolicy(
      `${name}-${policy}`,
      { role: role.name, name: policy, policy: policies[policy] },
      inRole,
    );
  profiles[name] = new aws.iam.InstanceProfile(
    name,
    { name: `bulkhead-${environment}-${name}`, role: role.name, tags: tags(name) },
    inMachineRole,
  );
}

// Machines.
const instances: Record<string, aws.ec2.Instance> = {};
const machines = (name: string, role: string, zone: string, machine: string, hosts: string[]) => {
  const inMachines = component("Machines", name);
  const template = new aws.ec2.LaunchTemplate(
    name,
    {
      name: `${environment}-${name}`,
      updateDefaultVersion: true,
      imageId: "ami-0123456789abcdef0",
      instanceType: "m6i.xlarge",
      userData: Buffer.from("#!/bin/sh\napt-get install -y docker-ee\n").toString("base64"),
      metadataOptions: {
        httpEndpoint: "enabled",
        httpTokens: "required",
        httpPutResponseHopLimit: 1,
      },
      blockDeviceMappings: [
        {
          deviceName: "/dev/sda1",
          ebs: { encrypted: "true", volumeType: "gp3", volumeSize: 100 },
        },
      ],
      iamInstanceProfile: { arn: profiles[role].arn },
      tags: tags(name),
    },
    inMachines,
  );
  hosts.forEach((privateIp, index) => {
    const host = `${machine}-${index + 1}`;
    instances[host] = new aws.ec2.Instance(
      host,
      {
        launchTemplate: { id: template.id, version: template.latestVersion.apply(String) },
        subnetId: subnets[`${zone}-${letters[index]}`].id,
        privateIp,
        associatePublicIpAddress: false,
        vpcSecurityGroupIds: [securityGroups[role].id, securityGroups[`zone-${zone}`].id],
        sourceDestCheck: true,
        tags: tags(host),
        volumeTags: tags(host),
      },
      { ...inMachines, deleteBeforeReplace: true, replaceOnChanges: ["launchTemplate"] },
    );
  });
};
machines("manager", "manager", "management", "manager", addresses["managers"]);
machines("registry", "registry", "management", "registry", addresses["registry"]);
groups.forEach((group, index) =>
  machines(
    `${group}-linux`,
    "worker",
    group,
    group,
    letters.map((_, place) => `10.18.${4 * (index + 1) + place}.${32 + place}`),
  ),
);

// Load balancers.
const doors: Record<string, { machines: string[]; ports: number[] }> = {
  managers: { machines: ["manager-1", "manager-2", "manager-3"], ports: [443, 6443] },
  registry: { machines: ["registry-1"], ports: [443] },
};
export const frontDoors: Record<string, pulumi.Output<string>> = {};
for (const name of Object.keys(doors)) {
  const inDoor = component("FrontDoor", name);
  const balancer = new aws.lb.LoadBalancer(
    name,
    {
      name: `${environment}-${name}`,
      loadBalancerType: "network",
      internal: true,
      securityGroups: [securityGroups["load-balancer"].id],
      subnetMappings: letters.map((letter) => ({ subnetId: subnets[`management-${letter}`].id })),
      enableCrossZoneLoadBalancing: true,
      tags: tags(name),
    },
    inDoor,
  );
  for (const port of doors[name].ports) {
    const target = new aws.lb.TargetGroup(
      `${name}-${port}`,
      {
        name: `${environment}-${name}-${port}`,
        vpcId: vpc.id,
        port,
        protocol: "TCP",
        targetType: "ip",
        healthCheck: { protocol: "TCP", port: String(port) },
        tags: tags(`${name}-${port}`),
      },
      inDoor,
    );
    new aws.lb.Listener(
      `${name}-${port}`,
      {
        loadBalancerArn: balancer.arn,
        port,
        protocol: "TCP",
        defaultActions: [{ type: "forward", targetGroupArn: target.arn }],
        tags: tags(`${name}-${port}`),
      },
      inDoor,
    );
    for (const machine of doors[name].machines)
      new aws.lb.TargetGroupAttachment(
        `${machine}-${port}`,
        { targetGroupArn: target.arn, targetId: instances[machine].privateIp, port },
        inDoor,
      );
  }
  frontDoors[name] = balancer.dnsName;
}
