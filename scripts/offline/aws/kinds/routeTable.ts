import type { Route, RouteTable } from "@aws-sdk/client-ec2";
import { arn, readBack, requireOnly, type KindOf } from "../cloud/made.ts";
import { over } from "../cloud/outputs.ts";
import { unlessGone } from "../cloud/refusal.ts";
import { retag, specification, tagOutputs, type Tagged } from "../cloud/tags.ts";
import type { Kind } from "../kind.ts";
import { replaceOn } from "./replace.ts";

const type = "aws:ec2/routeTable:RouteTable";

export const routeTable: KindOf = (session) => {
  const kind: Kind = {
    type,
    replaceOn: replaceOn[type] ?? [],

    async create(inputs, context) {
      requireOnly("a route table", ["tags", "vpcId"], inputs, {});
      const { ec2 } = session.for(context.signal);
      const { vpcId, tags } = inputs as unknown as Tagged & { readonly vpcId: string };
      const { RouteTable } = await ec2.createRouteTable({
        VpcId: vpcId,
        ...specification("route-table", tags),
      });
      return readBack(kind, RouteTable?.RouteTableId ?? "", inputs, context);
    },

    async read(id, state, context) {
      const { ec2 } = session.for(context.signal);
      const found = (await unlessGone(ec2.describeRouteTables({ RouteTableIds: [id] })))?.RouteTables?.[0];
      if (found === undefined) return undefined;
      return {
        id,
        outputs: over(state, {
          arn: arn(context, "ec2", `route-table/${id}`),
          ownerId: found.OwnerId ?? context.account,
          propagatingVgws: [],
          region: context.region,
          routes: routesOf(found),
          vpcId: found.VpcId,
          ...tagOutputs(found.Tags),
        }),
      };
    },

    async update(id, inputs, old, state, context) {
      requireOnly("a route table", ["tags"], inputs, old);
      await retag(session.for(context.signal), id, inputs, old);
      return readBack(kind, id, { ...state, ...inputs }, context);
    },

    async delete(id, _state, context) {
      const { ec2 } = session.for(context.signal);
      const found = (await unlessGone(ec2.describeRouteTables({ RouteTableIds: [id] })))?.RouteTables?.[0];
      // As the official provider does, since associations are no reason to keep a table.
      for (const { Main, RouteTableAssociationId } of found?.Associations ?? [])
        if (Main !== true)
          await unlessGone(ec2.disassociateRouteTable({ AssociationId: RouteTableAssociationId }));
      if (found !== undefined) await unlessGone(ec2.deleteRouteTable({ RouteTableId: id }));
    },
  };
  return kind;
};

/** All routes but the ones to the VPC itself, each with every property, as the official provider lists them. */
const routesOf = ({ Routes = [] }: RouteTable) =>
  Routes.filter(({ GatewayId }) => GatewayId !== "local").map((route: Route) => ({
    carrierGatewayId: route.CarrierGatewayId ?? "",
    cidrBlock: route.DestinationCidrBlock ?? "",
    coreNetworkArn: route.CoreNetworkArn ?? "",
    destinationPrefixListId: route.DestinationPrefixListId ?? "",
    egressOnlyGatewayId: route.EgressOnlyInternetGatewayId ?? "",
    gatewayId: route.GatewayId ?? "",
    ipv6CidrBlock: route.DestinationIpv6CidrBlock ?? "",
    localGatewayId: route.LocalGatewayId ?? "",
    natGatewayId: route.NatGatewayId ?? "",
    networkInterfaceId: route.NetworkInterfaceId ?? "",
    transitGatewayId: route.TransitGatewayId ?? "",
    vpcEndpointId: "",
    vpcPeeringConnectionId: route.VpcPeeringConnectionId ?? "",
  }));
