import * as pulumi from "@pulumi/pulumi";
import { VpcEndpoint } from "@pulumi/aws/ec2/vpcEndpoint.js";
import type { AwsSpec, Plan } from "../plan/index.ts";
import type { Network } from "./network.ts";
import type { SecurityGroups } from "./securityGroups.ts";
import { policy } from "./serviceRole.ts";
import { tagsOf } from "./tags.ts";

export interface EndpointsArgs {
  readonly plan: Plan;
  readonly aws: AwsSpec;
  readonly network: Network;
  readonly groups: SecurityGroups;
}

/** AWS's own services inside the network, so that machines need no way to the internet for them. */
export class Endpoints extends pulumi.ComponentResource {
  constructor(name: string, args: EndpointsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("bulkhead:aws:Endpoints", name, {}, opts);
    const { plan, aws, network, groups } = args;
    for (const appliance of plan.appliances) {
      if (appliance.kind !== "endpoint") continue;
      const subnets = appliance.places.map(({ subnet, address }) => ({
        subnetId: network.subnetId(subnet),
        ...(address === undefined ? {} : { ipv4: address }),
      }));
      new VpcEndpoint(
        appliance.name,
        {
          vpcId: network.vpcId,
          serviceName: serviceName(aws.region, appliance.name),
          vpcEndpointType: "Interface",
          privateDnsEnabled: true,
          securityGroupIds: [groups.id("endpoint")],
          subnetIds: subnets.map(({ subnetId }) => subnetId),
          subnetConfigurations: subnets,
          // Nobody carries data out with credentials of another account.
          policy: policy([
            {
              Effect: "Allow",
              Principal: "*",
              Action: "*",
              Resource: "*",
              Condition: { StringEquals: { "aws:PrincipalAccount": aws.account } },
            },
          ]),
          tags: tagsOf(plan, appliance.name),
        },
        { parent: this },
      );
    }
    this.registerOutputs();
  }
}

/** https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html */
const serviceName = (region: string, service: string): string =>
  `${region.startsWith("cn-") ? "cn.com" : "com"}.amazonaws.${region}.${service}`;
