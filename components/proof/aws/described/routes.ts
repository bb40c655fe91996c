import { parseCidr } from "../../space/index.ts";
import type { Route, RouteTable, Target } from "../facts.ts";
import type { Described, Item } from "./schema.ts";

type RouteItem = NonNullable<Item<"RouteTables">["Routes"]>[number];

/** `attached` tells which transit gateways take packets of which VPC, as `vpc gateway`. */
export const routeTables = ({ RouteTables = [] }: Described, attached: ReadonlySet<string>): RouteTable[] =>
  RouteTables.map(({ RouteTableId: id, VpcId, Associations, Routes }) => ({
    id,
    vpc: VpcId,
    isMain: (Associations ?? []).some(({ Main }) => Main === true),
    subnets: (Associations ?? []).flatMap(({ SubnetId }) => SubnetId ?? []),
    hasOthers: Associations === undefined,
    routes: (Routes ?? []).map((route) =>
      routeOf(id, route, (gateway) => attached.has(`${VpcId ?? ""} ${gateway}`)),
    ),
    isPartial: Routes === undefined,
  }));

function routeOf(id: string, route: RouteItem, isAttached: (transitGateway: string) => boolean): Route {
  const cidr = route.DestinationCidrBlock ?? route.DestinationIpv6CidrBlock;
  const target = targetOf(route, isAttached);
  const words = "id" in target ? target.id : "what" in target ? target.what : target.kind;
  return {
    to: cidr === undefined ? route.DestinationPrefixListId : parseCidr(cidr),
    target,
    isPropagated: route.Origin === "EnableVgwRoutePropagation",
    origin: { id, text: `${cidr ?? route.DestinationPrefixListId ?? "unknown"} by ${words}` },
  };
}

function targetOf(route: RouteItem, isAttached: (transitGateway: string) => boolean): Target {
  if (route.State === "blackhole") return { kind: "blackhole" };
  const { GatewayId: gateway, NatGatewayId, VpcPeeringConnectionId, EgressOnlyInternetGatewayId } = route;
  const device = route.NetworkInterfaceId ?? route.InstanceId;
  if (device !== undefined) return { kind: "interface", id: device };
  if (NatGatewayId !== undefined) return { kind: "nat", id: NatGatewayId };
  if (VpcPeeringConnectionId !== undefined) return { kind: "peering", id: VpcPeeringConnectionId };
  if (EgressOnlyInternetGatewayId !== undefined || gateway?.startsWith("eigw-") === true)
    return { kind: "egress-only" };
  if (gateway === "local") return { kind: "local" };
  if (gateway?.startsWith("igw-") === true) return { kind: "internet" };
  // Gateway endpoints are what prefix lists of AWS's services lead to.
  if (gateway?.startsWith("vpce-") === true && route.DestinationPrefixListId !== undefined)
    return { kind: "service", what: gateway };
  const transit = route.TransitGatewayId;
  if (transit !== undefined && isAttached(transit)) return { kind: "transit", id: transit };
  const other =
    gateway ??
    route.TransitGatewayId ??
    route.LocalGatewayId ??
    route.CarrierGatewayId ??
    route.CoreNetworkArn;
  return other === undefined
    ? { kind: "unknown", why: "it is not said what it leads to" }
    : { kind: "elsewhere", what: other };
}
