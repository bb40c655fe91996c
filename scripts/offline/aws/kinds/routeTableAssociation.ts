import { readBack, type KindOf } from "../cloud/made.ts";
import { over } from "../cloud/outputs.ts";
import { Refusal, unlessGone } from "../cloud/refusal.ts";
import type { Kind } from "../kind.ts";
import { replaceOn } from "./replace.ts";

interface Inputs {
  readonly routeTableId: string;
  readonly subnetId?: string;
  readonly gatewayId?: string;
}

const type = "aws:ec2/routeTableAssociation:RouteTableAssociation";

export const routeTableAssociation: KindOf = (session) => {
  const kind: Kind = {
    type,
    replaceOn: replaceOn[type] ?? [],

    async create(inputs, context) {
      const { ec2 } = session.for(context.signal);
      const { routeTableId, subnetId, gatewayId } = inputs as unknown as Inputs;
      if (subnetId !== undefined) {
        const { RouteTables = [] } = await ec2.describeRouteTables({
          Filters: [{ Name: "association.subnet-id", Values: [subnetId] }],
        });
        const [other] = RouteTables;
        if (other !== undefined && other.RouteTableId !== routeTableId)
          throw new Refusal(
            "Resource.AlreadyAssociated",
            `the specified association for route table ${routeTableId} conflicts with an existing association`,
          );
      }
      const { AssociationId = "" } = await ec2.associateRouteTable({
        RouteTableId: routeTableId,
        SubnetId: subnetId,
        GatewayId: gatewayId,
      });
      return readBack(kind, AssociationId, inputs, context);
    },

    async read(id, state, context) {
      const { ec2 } = session.for(context.signal);
      const { RouteTables = [] } = await ec2.describeRouteTables({
        Filters: [{ Name: "association.route-table-association-id", Values: [id] }],
      });
      const found = RouteTables.flatMap(({ Associations = [] }) => Associations).find(
        ({ RouteTableAssociationId }) => RouteTableAssociationId === id,
      );
      if (found === undefined) return undefined;
      return {
        id,
        outputs: over(state, {
          gatewayId: found.GatewayId ?? "",
          region: context.region,
          routeTableId: found.RouteTableId,
          subnetId: found.SubnetId ?? "",
        }),
      };
    },

    async delete(id, _state, context) {
      await unlessGone(session.for(context.signal).ec2.disassociateRouteTable({ AssociationId: id }));
    },
  };
  return kind;
};
