import type { TransitGatewayVpcAttachment } from "@aws-sdk/client-ec2";
import { subnetOf } from "../cloud/addresses.ts";
import { describedAs, interfacesOf, placeInterfaces, removeInterface } from "../cloud/managedInterface.ts";
import { arn, readBack, requireOnly, type KindOf } from "../cloud/made.ts";
import { inOrderOf, over } from "../cloud/outputs.ts";
import { Refusal, unlessGone } from "../cloud/refusal.ts";
import type { Clients } from "../cloud/session.ts";
import { retag, tagOutputs, type Tagged } from "../cloud/tags.ts";
import { waitFor } from "../cloud/wait.ts";
import type { Kind } from "../kind.ts";
import { replaceOn } from "./replace.ts";

interface Inputs extends Tagged {
  readonly transitGatewayId: string;
  readonly vpcId: string;
  readonly subnetIds: readonly string[];
  readonly applianceModeSupport?: "enable" | "disable";
  readonly dnsSupport?: "enable" | "disable";
  readonly ipv6Support?: "enable" | "disable";
}

const type = "aws:ec2transitgateway/vpcAttachment:VpcAttachment";
const changeable = ["applianceModeSupport", "dnsSupport", "ipv6Support", "subnetIds", "tags"];
/** How the gateway's own tables take to an attachment; moto has no tables to say it for. */
const tables = ["transitGatewayDefaultRouteTableAssociation", "transitGatewayDefaultRouteTablePropagation"];

export const vpcAttachment: KindOf = (session) => {
  const kind: Kind = {
    type,
    replaceOn: replaceOn[type] ?? [],

    async create(inputs, context) {
      requireOnly("an attachment", [...changeable, ...tables, "transitGatewayId", "vpcId"], inputs, {});
      const clients = session.for(context.signal);
      const wanted = inputs as unknown as Inputs;
      await requireOneInEachZone(clients, wanted.subnetIds);
      const { TransitGatewayVpcAttachment } = await clients.ec2.createTransitGatewayVpcAttachment({
        TransitGatewayId: wanted.transitGatewayId,
        VpcId: wanted.vpcId,
        SubnetIds: [...wanted.subnetIds],
        Options: optionsOf(wanted),
      });
      const id = TransitGatewayVpcAttachment?.TransitGatewayAttachmentId ?? "";
      // moto forgets the tags that an attachment is made with.
      await retag(clients, id, wanted, {});
      await session.alone("addresses", () =>
        placeInterfaces(
          clients,
          describedAs.transit(id),
          wanted.subnetIds.map((subnetId) => ({ subnetId })),
          [],
        ),
      );
      await waitFor(`the attachment ${id} is available`, context.signal, async () =>
        (await find(clients, id))?.State === "available" ? true : undefined,
      );
      return readBack(kind, id, inputs, context);
    },

    async read(id, state, context) {
      const found = await find(session.for(context.signal), id);
      if (found === undefined) return undefined;
      return {
        id,
        outputs: over(
          { ...Object.fromEntries(tables.map((name) => [name, true])), ...state },
          {
            applianceModeSupport: found.Options?.ApplianceModeSupport ?? "disable",
            arn: arn(context, "ec2", `transit-gateway-attachment/${id}`),
            dnsSupport: found.Options?.DnsSupport ?? "enable",
            ipv6Support: found.Options?.Ipv6Support ?? "disable",
            region: context.region,
            subnetIds: inOrderOf(state["subnetIds"], found.SubnetIds ?? []),
            transitGatewayId: found.TransitGatewayId,
            vpcId: found.VpcId,
            vpcOwnerId: found.VpcOwnerId ?? context.account,
            ...tagOutputs(found.Tags),
          },
        ),
      };
    },

    async update(id, inputs, old, state, context) {
      requireOnly("an attachment", changeable, inputs, old);
      const clients = session.for(context.signal);
      const wanted = inputs as unknown as Inputs;
      const before = old as unknown as Inputs;
      await requireOneInEachZone(clients, wanted.subnetIds);
      await clients.ec2.modifyTransitGatewayVpcAttachment({
        TransitGatewayAttachmentId: id,
        AddSubnetIds: wanted.subnetIds.filter((subnet) => !before.subnetIds.includes(subnet)),
        RemoveSubnetIds: before.subnetIds.filter((subnet) => !wanted.subnetIds.includes(subnet)),
        Options: optionsOf(wanted),
      });
      await session.alone("addresses", () =>
        placeInterfaces(
          clients,
          describedAs.transit(id),
          wanted.subnetIds.map((subnetId) => ({ subnetId })),
          [],
        ),
      );
      await retag(clients, id, inputs, old);
      return readBack(kind, id, { ...state, ...inputs }, context);
    },

    async delete(id, _state, context) {
      const clients = session.for(context.signal);
      if ((await find(clients, id)) !== undefined)
        await unlessGone(clients.ec2.deleteTransitGatewayVpcAttachment({ TransitGatewayAttachmentId: id }));
      for (const { NetworkInterfaceId = "" } of await interfacesOf(clients, describedAs.transit(id)))
        await removeInterface(clients, NetworkInterfaceId);
    },
  };
  return kind;
};

const optionsOf = ({ applianceModeSupport, dnsSupport, ipv6Support }: Inputs) => ({
  ApplianceModeSupport: applianceModeSupport ?? "disable",
  DnsSupport: dnsSupport ?? "enable",
  Ipv6Support: ipv6Support ?? "disable",
});

async function find({ ec2 }: Clients, id: string): Promise<TransitGatewayVpcAttachment | undefined> {
  const { TransitGatewayVpcAttachments = [] } = await ec2.describeTransitGatewayVpcAttachments({});
  return TransitGatewayVpcAttachments.find(
    (one) => one.TransitGatewayAttachmentId === id && one.State !== "deleted",
  );
}

async function requireOneInEachZone({ ec2 }: Clients, subnetIds: readonly string[]): Promise<void> {
  const zones = new Set<string | undefined>();
  for (const subnetId of subnetIds) {
    const { AvailabilityZone } = await subnetOf(ec2, subnetId);
    if (zones.has(AvailabilityZone))
      throw new Refusal(
        "DuplicateSubnetsInSameZone",
        `Duplicate Subnets for same AZ: only one subnet of ${AvailabilityZone ?? ""} can be attached`,
      );
    zones.add(AvailabilityZone);
  }
}
