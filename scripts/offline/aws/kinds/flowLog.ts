import { arn, readBack, requireOnly, type KindOf } from "../cloud/made.ts";
import { over } from "../cloud/outputs.ts";
import { Refusal, unlessGone } from "../cloud/refusal.ts";
import { retag, specification, tagOutputs, type Tagged } from "../cloud/tags.ts";
import type { Kind } from "../kind.ts";
import { replaceOn } from "./replace.ts";

interface Inputs extends Tagged {
  readonly vpcId: string;
  readonly trafficType?: "ACCEPT" | "REJECT" | "ALL";
  readonly iamRoleArn?: string;
  readonly logDestination?: string;
  readonly logDestinationType?: "cloud-watch-logs";
  readonly logFormat?: string;
  readonly maxAggregationInterval?: number;
}

const type = "aws:ec2/flowLog:FlowLog";

/** The flow log of a VPC, which goes to CloudWatch. */
export const flowLog: KindOf = (session) => {
  const kind: Kind = {
    type,
    replaceOn: replaceOn[type] ?? [],

    async create(inputs, context) {
      requireOnly("a flow log", known, inputs, {});
      const { ec2 } = session.for(context.signal);
      const wanted = inputs as unknown as Inputs;
      const { FlowLogIds = [], Unsuccessful = [] } = await ec2.createFlowLogs({
        ResourceType: "VPC",
        ResourceIds: [wanted.vpcId],
        TrafficType: wanted.trafficType,
        DeliverLogsPermissionArn: wanted.iamRoleArn,
        LogDestination: wanted.logDestination,
        LogDestinationType: wanted.logDestinationType ?? "cloud-watch-logs",
        LogFormat: wanted.logFormat,
        MaxAggregationInterval: wanted.maxAggregationInterval ?? 600,
        ...specification("vpc-flow-log", wanted.tags),
      });
      const [failed] = Unsuccessful;
      if (failed !== undefined)
        throw new Refusal(
          failed.Error?.Code ?? "InternalError",
          failed.Error?.Message ?? "CreateFlowLogs failed",
        );
      return readBack(kind, FlowLogIds[0] ?? "", inputs, context);
    },

    async read(id, state, context) {
      const { ec2 } = session.for(context.signal);
      const found = (await unlessGone(ec2.describeFlowLogs({ FlowLogIds: [id] })))?.FlowLogs?.[0];
      if (found === undefined) return undefined;
      return {
        id,
        outputs: over(state, {
          arn: arn(context, "ec2", `vpc-flow-log/${id}`),
          iamRoleArn: found.DeliverLogsPermissionArn,
          logDestination: found.LogDestination,
          logDestinationType: found.LogDestinationType,
          logFormat: found.LogFormat,
          maxAggregationInterval: found.MaxAggregationInterval,
          region: context.region,
          trafficType: found.TrafficType,
          vpcId: found.ResourceId,
          ...tagOutputs(found.Tags),
        }),
      };
    },

    async update(id, inputs, old, state, context) {
      requireOnly("a flow log", ["tags"], inputs, old);
      await retag(session.for(context.signal), id, inputs, old);
      return readBack(kind, id, { ...state, ...inputs }, context);
    },

    async delete(id, _state, context) {
      await unlessGone(session.for(context.signal).ec2.deleteFlowLogs({ FlowLogIds: [id] }));
    },
  };
  return kind;
};

const known = [
  "iamRoleArn",
  "logDestination",
  "logDestinationType",
  "logFormat",
  "maxAggregationInterval",
  "tags",
  "trafficType",
  "vpcId",
];
