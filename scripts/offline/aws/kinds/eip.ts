import { arn, readBack, requireOnly, type KindOf } from "../cloud/made.ts";
import { over } from "../cloud/outputs.ts";
import { Refusal, unlessGone } from "../cloud/refusal.ts";
import { retag, specification, tagOutputs, type Tagged } from "../cloud/tags.ts";
import type { Kind } from "../kind.ts";
import { replaceOn } from "./replace.ts";

const type = "aws:ec2/eip:Eip";

export const eip: KindOf = (session) => {
  const kind: Kind = {
    type,
    replaceOn: replaceOn[type] ?? [],

    async create(inputs, context) {
      requireOnly("an elastic IP", ["domain", "tags"], inputs, {});
      const { ec2 } = session.for(context.signal);
      const { tags } = inputs as Tagged;
      const { AllocationId = "" } = await ec2.allocateAddress({
        Domain: "vpc",
        ...specification("elastic-ip", tags),
      });
      return readBack(kind, AllocationId, inputs, context);
    },

    async read(id, state, context) {
      const { ec2 } = session.for(context.signal);
      const found = (await unlessGone(ec2.describeAddresses({ AllocationIds: [id] })))?.Addresses?.[0];
      if (found === undefined) return undefined;
      const dashed = (found.PublicIp ?? "").replaceAll(".", "-");
      return {
        id,
        outputs: over(state, {
          allocationId: id,
          arn: arn(context, "ec2", `elastic-ip/${id}`),
          associationId: found.AssociationId ?? "",
          domain: found.Domain ?? "vpc",
          instance: found.InstanceId ?? "",
          networkBorderGroup: context.region,
          networkInterface: found.NetworkInterfaceId ?? "",
          privateIp: found.PrivateIpAddress ?? "",
          publicDns: `ec2-${dashed}.${context.region === "us-east-1" ? "compute-1" : `${context.region}.compute`}.amazonaws.com`,
          publicIp: found.PublicIp,
          publicIpv4Pool: "amazon",
          region: context.region,
          ...tagOutputs(found.Tags),
        }),
      };
    },

    async update(id, inputs, old, state, context) {
      requireOnly("an elastic IP", ["tags"], inputs, old);
      await retag(session.for(context.signal), id, inputs, old);
      return readBack(kind, id, { ...state, ...inputs }, context);
    },

    async delete(id, _state, context) {
      const { ec2 } = session.for(context.signal);
      const found = (await unlessGone(ec2.describeAddresses({ AllocationIds: [id] })))?.Addresses?.[0];
      if (found === undefined) return;
      // What a NAT gateway has is AWS's own to take from it.
      if ((found.NetworkInterfaceId ?? "") !== "")
        throw new Refusal("AuthFailure", "You do not have permission to access the specified resource.");
      await unlessGone(ec2.releaseAddress({ AllocationId: id }));
    },
  };
  return kind;
};
