import { arn, readBack, requireOnly, type KindOf } from "../cloud/made.ts";
import { over } from "../cloud/outputs.ts";
import { Refusal, unlessGone } from "../cloud/refusal.ts";
import type { Clients } from "../cloud/session.ts";
import { retag, specification, tagOutputs, type Tagged } from "../cloud/tags.ts";
import type { Kind } from "../kind.ts";
import { replaceOn } from "./replace.ts";

interface Inputs extends Tagged {
  readonly vpcId?: string;
}

const type = "aws:ec2/internetGateway:InternetGateway";

export const internetGateway: KindOf = (session) => {
  const kind: Kind = {
    type,
    replaceOn: replaceOn[type] ?? [],

    async create(inputs, context) {
      const clients = session.for(context.signal);
      const { vpcId, tags } = inputs as Inputs;
      if (vpcId !== undefined) await requireNone(clients, vpcId);
      const { InternetGateway } = await clients.ec2.createInternetGateway(
        specification("internet-gateway", tags),
      );
      const id = InternetGateway?.InternetGatewayId ?? "";
      if (vpcId !== undefined)
        await clients.ec2.attachInternetGateway({ InternetGatewayId: id, VpcId: vpcId });
      return readBack(kind, id, inputs, context);
    },

    async read(id, state, context) {
      const { ec2 } = session.for(context.signal);
      const found = (await unlessGone(ec2.describeInternetGateways({ InternetGatewayIds: [id] })))
        ?.InternetGateways?.[0];
      if (found === undefined) return undefined;
      return {
        id,
        outputs: over(state, {
          arn: arn(context, "ec2", `internet-gateway/${id}`),
          ownerId: found.OwnerId ?? context.account,
          region: context.region,
          vpcId: found.Attachments?.[0]?.VpcId ?? "",
          ...tagOutputs(found.Tags),
        }),
      };
    },

    async update(id, inputs, old, state, context) {
      requireOnly("an internet gateway", ["tags", "vpcId"], inputs, old);
      const clients = session.for(context.signal);
      const [{ vpcId: to }, { vpcId: from }] = [inputs as Inputs, old as Inputs];
      if (to !== from) {
        await detach(clients, id, from);
        if (to !== undefined) {
          await requireNone(clients, to);
          await clients.ec2.attachInternetGateway({ InternetGatewayId: id, VpcId: to });
        }
      }
      await retag(clients, id, inputs, old);
      return readBack(kind, id, { ...state, ...inputs }, context);
    },

    async delete(id, _state, context) {
      const clients = session.for(context.signal);
      const found = (await unlessGone(clients.ec2.describeInternetGateways({ InternetGatewayIds: [id] })))
        ?.InternetGateways?.[0];
      if (found === undefined) return;
      await detach(clients, id, found.Attachments?.[0]?.VpcId);
      await unlessGone(clients.ec2.deleteInternetGateway({ InternetGatewayId: id }));
    },
  };
  return kind;
};

async function requireNone({ ec2 }: Clients, vpcId: string): Promise<void> {
  const { InternetGateways = [] } = await ec2.describeInternetGateways({
    Filters: [{ Name: "attachment.vpc-id", Values: [vpcId] }],
  });
  if (InternetGateways.length > 0)
    throw new Refusal("InvalidParameterValue", `Network ${vpcId} already has an internet gateway attached`);
}

async function detach({ ec2 }: Clients, id: string, vpcId: string | undefined): Promise<void> {
  if (vpcId === undefined) return;
  const { NetworkInterfaces = [] } = await ec2.describeNetworkInterfaces({
    Filters: [{ Name: "vpc-id", Values: [vpcId] }],
  });
  if (NetworkInterfaces.some(({ Association }) => Association?.PublicIp !== undefined))
    throw new Refusal(
      "DependencyViolation",
      `Network ${vpcId} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.`,
    );
  await unlessGone(ec2.detachInternetGateway({ InternetGatewayId: id, VpcId: vpcId }));
}
