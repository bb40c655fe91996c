import * as pulumi from "@pulumi/pulumi";
import { LogGroup } from "@pulumi/aws/cloudwatch/logGroup.js";
import { FlowLog } from "@pulumi/aws/ec2/flowLog.js";
import type { AwsSpec, Plan } from "../plan/index.ts";
import { arn } from "./arn.ts";
import { ServiceRole } from "./serviceRole.ts";
import { tagsOf } from "./tags.ts";

export interface FlowLogsArgs {
  readonly plan: Plan;
  readonly aws: AwsSpec;
  readonly vpcId: pulumi.Input<string>;
}

/** What passed and what was denied, for auditors, at most a minute apart. */
export class FlowLogs extends pulumi.ComponentResource {
  constructor(name: string, { plan, aws, vpcId }: FlowLogsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("bulkhead:aws:FlowLogs", name, {}, opts);
    const logGroup = `/bulkhead/${plan.environment}/flow-logs`;
    const group = new LogGroup(
      name,
      { name: logGroup, retentionInDays: aws.flowLogDays, tags: tagsOf(plan, name) },
      { parent: this },
    );
    const { role } = new ServiceRole(
      name,
      {
        plan,
        aws,
        service: "vpc-flow-logs",
        // https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
        policies: {
          "write-logs": [
            {
              Effect: "Allow",
              Action: ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
              Resource: arn(aws, "logs", `log-group:${logGroup}:*`),
            },
          ],
        },
      },
      { parent: this },
    );
    new FlowLog(
      name,
      {
        vpcId,
        trafficType: "ALL",
        maxAggregationInterval: 60,
        logDestinationType: "cloud-watch-logs",
        logDestination: group.arn,
        iamRoleArn: role.arn,
        tags: tagsOf(plan, name),
      },
      { parent: this },
    );
    this.registerOutputs();
  }
}
