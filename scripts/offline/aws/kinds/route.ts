import { crc32 } from "node:zlib";
import type { Route } from "@aws-sdk/client-ec2";
import { readBack, type KindOf } from "../cloud/made.ts";
import { over } from "../cloud/outputs.ts";
import { Refusal, unlessGone } from "../cloud/refusal.ts";
import type { Clients } from "../cloud/session.ts";
import type { Kind, Properties } from "../kind.ts";
import { replaceOn } from "./replace.ts";

interface Destination {
  readonly destinationCidrBlock?: string;
  readonly destinationIpv6CidrBlock?: string;
  readonly destinationPrefixListId?: string;
}

interface Inputs extends Destination {
  readonly routeTableId: string;
  readonly gatewayId?: string;
  readonly natGatewayId?: string;
  readonly transitGatewayId?: string;
  readonly networkInterfaceId?: string;
  readonly vpcPeeringConnectionId?: string;
}

const type = "aws:ec2/route:Route";

export const route: KindOf = (session) => {
  const kind: Kind = {
    type,
    replaceOn: replaceOn[type] ?? [],

    async create(inputs, context) {
      const clients = session.for(context.signal);
      const wanted = inputs as unknown as Inputs;
      await requireTarget(clients, wanted);
      await clients.ec2.createRoute(request(wanted));
      return readBack(kind, idOf(wanted), inputs, context);
    },

    async read(id, state, context) {
      const { ec2 } = session.for(context.signal);
      const wanted = (Object.keys(state).length > 0 ? state : named(id)) as unknown as Inputs;
      const found = (
        await unlessGone(ec2.describeRouteTables({ RouteTableIds: [wanted.routeTableId] }))
      )?.RouteTables?.[0]?.Routes?.find((one) => isTo(one, wanted));
      if (found === undefined) return undefined;
      return {
        id: idOf(wanted),
        outputs: over(state, {
          destinationCidrBlock: found.DestinationCidrBlock,
          destinationIpv6CidrBlock: found.DestinationIpv6CidrBlock,
          destinationPrefixListId: found.DestinationPrefixListId,
          gatewayId: found.GatewayId ?? "",
          instanceId: found.InstanceId ?? "",
          instanceOwnerId: found.InstanceOwnerId ?? "",
          natGatewayId: found.NatGatewayId ?? "",
          networkInterfaceId: found.NetworkInterfaceId ?? "",
          origin: found.Origin ?? "CreateRoute",
          region: context.region,
          routeTableId: wanted.routeTableId,
          state: found.State ?? "active",
          transitGatewayId: found.TransitGatewayId ?? "",
          vpcPeeringConnectionId: found.VpcPeeringConnectionId ?? "",
        }),
      };
    },

    async update(id, inputs, _old, _state, context) {
      const clients = session.for(context.signal);
      const wanted = inputs as unknown as Inputs;
      await requireTarget(clients, wanted);
      await clients.ec2.replaceRoute(request(wanted));
      return readBack(kind, id, inputs, context);
    },

    async delete(_id, state, context) {
      const { ec2 } = session.for(context.signal);
      const { routeTableId, ...rest } = state as unknown as Inputs;
      await unlessGone(ec2.deleteRoute({ RouteTableId: routeTableId, ...destination(rest) }));
    },
  };
  return kind;
};

const destination = (to: Destination) => ({
  DestinationCidrBlock: to.destinationCidrBlock,
  DestinationIpv6CidrBlock: to.destinationIpv6CidrBlock,
  DestinationPrefixListId: to.destinationPrefixListId,
});

const request = (wanted: Inputs) => ({
  RouteTableId: wanted.routeTableId,
  ...destination(wanted),
  GatewayId: wanted.gatewayId,
  NatGatewayId: wanted.natGatewayId,
  TransitGatewayId: wanted.transitGatewayId,
  NetworkInterfaceId: wanted.networkInterfaceId,
  VpcPeeringConnectionId: wanted.vpcPeeringConnectionId,
});

const whereTo = ({
  destinationCidrBlock,
  destinationIpv6CidrBlock,
  destinationPrefixListId,
}: Destination): string => destinationCidrBlock ?? destinationIpv6CidrBlock ?? destinationPrefixListId ?? "";

/** The official provider's id: the table's, and Go's CRC of where it leads (internal/create/hashcode.go). */
const idOf = (wanted: Inputs): string => `r-${wanted.routeTableId}${crc32(whereTo(wanted))}`;

/** An import names a route as rtb-..._10.0.0.0/16. */
function named(id: string): Properties {
  const [routeTableId = "", to = ""] = id.split("_");
  if (to.startsWith("pl-")) return { routeTableId, destinationPrefixListId: to };
  return { routeTableId, [to.includes(":") ? "destinationIpv6CidrBlock" : "destinationCidrBlock"]: to };
}

const isTo = (one: Route, to: Destination): boolean =>
  [one.DestinationCidrBlock, one.DestinationIpv6CidrBlock, one.DestinationPrefixListId].includes(whereTo(to));

/** moto takes a target that does not exist for none at all, and one of another network for a good one. */
async function requireTarget({ ec2 }: Clients, wanted: Inputs): Promise<void> {
  const { routeTableId, natGatewayId, transitGatewayId, gatewayId } = wanted;
  const { RouteTables = [] } = await ec2.describeRouteTables({ RouteTableIds: [routeTableId] });
  const VpcId = RouteTables[0]?.VpcId ?? "";
  if (natGatewayId !== undefined) {
    const { NatGateways = [] } = await ec2.describeNatGateways({ NatGatewayIds: [natGatewayId] });
    if (!NatGateways.some(({ State }) => State === "available"))
      throw new Refusal("InvalidNatGatewayID.NotFound", `The natGateway ID '${natGatewayId}' does not exist`);
  }
  if (transitGatewayId !== undefined) {
    const { TransitGatewayVpcAttachments = [] } = await ec2.describeTransitGatewayVpcAttachments({});
    const attached = TransitGatewayVpcAttachments.some(
      (one) => one.TransitGatewayId === transitGatewayId && one.VpcId === VpcId && one.State === "available",
    );
    if (!attached)
      throw new Refusal(
        "InvalidTransitGatewayID.NotFound",
        `The transitGateway ID '${transitGatewayId}' does not exist.`,
      );
  }
  if (gatewayId?.startsWith("igw-") === true) {
    const { InternetGateways = [] } = await ec2.describeInternetGateways({ InternetGatewayIds: [gatewayId] });
    if (InternetGateways[0]?.Attachments?.some((one) => one.VpcId === VpcId) !== true)
      throw new Refusal(
        "InvalidParameterValue",
        `route table ${routeTableId} and network gateway ${gatewayId} belong to different networks`,
      );
  }
}
