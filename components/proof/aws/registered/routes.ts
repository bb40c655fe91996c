import {
  asList,
  asObject,
  asText,
  isUnknown,
  property,
  type Resource,
  type Value,
} from "../../resource/index.ts";
import type { Addresses } from "../../space/index.ts";
import type { Route, RouteTable, Target, Vpc } from "../facts.ts";
import { kinds } from "./kinds.ts";
import { mainTableOf, type Reading } from "./reading.ts";

type Values = Readonly<Record<string, Value | undefined>>;

/** Route tables with the local routes that AWS gives each, and each VPC's main one. */
export function routeTables(reading: Reading, vpcs: readonly Vpc[]): RouteTable[] {
  const routes = reading.of(kinds.route).map((route) => ({
    table: reading.id(route, "routeTableId", kinds.table, kinds.defaultTable),
    route: routeOf(reading, route, route.inputs),
  }));
  const associations = reading.of(kinds.tableAssociation).flatMap((one) =>
    property(one, "gatewayId") === undefined
      ? [
          {
            table: reading.id(one, "routeTableId", kinds.table, kinds.defaultTable),
            subnet: reading.id(one, "subnetId", kinds.subnet, kinds.defaultSubnet),
          },
        ]
      : [],
  );
  const services = [
    ...reading.of(kinds.endpointTable).map((one) => ({
      endpoint: reading.id(one, "vpcEndpointId", kinds.endpoint),
      table: reading.id(one, "routeTableId", kinds.table, kinds.defaultTable),
    })),
    ...reading
      .of(kinds.endpoint)
      .flatMap((one) =>
        reading
          .ids(one, "routeTableIds", kinds.table, kinds.defaultTable)
          .known.map((table) => ({ endpoint: reading.idOf(one), table })),
      ),
  ];
  const mains = reading.of(kinds.mainTable).map((one) => ({
    vpc: reading.id(one, "vpcId", kinds.vpc, kinds.defaultVpc),
    table: reading.id(one, "routeTableId", kinds.table, kinds.defaultTable),
  }));
  const isPartial = routes.some(({ table }) => table === undefined);
  const complete = (
    id: string,
    vpc: string | undefined,
    own: readonly Route[],
    isMain: boolean,
    isOpen: boolean,
  ): RouteTable => {
    const attached = transitGatewaysOf(reading, vpc);
    const listed = [
      ...own,
      ...routes.flatMap(({ table, route }) => (table === id ? [route] : [])),
      ...services.flatMap(({ table, endpoint }) =>
        table === id ? [serviceRoute(endpoint ?? "unknown")] : [],
      ),
    ].map((route): Route =>
      // Where nothing attaches the VPC to it nobody knows whether it takes its packets.
      route.target.kind === "transit" && !attached.has(route.target.id)
        ? { ...route, target: { kind: "elsewhere", what: `transit gateway ${route.target.id}` } }
        : route,
    );
    const linked = associations.filter(({ table }) => table === id || table === undefined);
    return {
      id,
      vpc,
      isMain,
      subnets: linked.flatMap(({ table, subnet }) => (table === id ? (subnet ?? []) : [])),
      hasOthers: linked.some(({ table, subnet }) => table === undefined || subnet === undefined),
      routes: [
        ...localRoutes(
          vpcs.find((one) => one.id === vpc),
          listed,
        ),
        ...listed,
      ],
      isPartial: isPartial || isOpen,
    };
  };
  const inlined = (table: Resource) => {
    const blocks = asList(property(table, "routes"));
    const propagates = asList(property(table, "propagatingVgws")).length > 0;
    return {
      known: blocks.flatMap((block) => (isUnknown(block) ? [] : [routeOf(reading, table, asObject(block))])),
      isOpen: propagates || blocks.some(isUnknown),
    };
  };
  const tables = reading.of(kinds.table).map((table) => {
    const vpc = reading.id(table, "vpcId", kinds.vpc, kinds.defaultVpc);
    const id = reading.idOf(table);
    const { known, isOpen } = inlined(table);
    return complete(
      id,
      vpc,
      known,
      mains.some((main) => main.table === id && main.vpc === vpc),
      isOpen,
    );
  });
  const chosen = new Set(mains.flatMap(({ vpc, table }) => (table === undefined ? [] : (vpc ?? []))));
  const defaults = reading.of(kinds.defaultTable).map((table) => {
    const named = reading.idOf(table);
    const vpc = named.startsWith(mainTableOf("")) ? named.slice(mainTableOf("").length) : undefined;
    const { known, isOpen } = inlined(table);
    return { named, table: complete(named, vpc, known, vpc === undefined || !chosen.has(vpc), isOpen) };
  });
  const given = new Set(defaults.map(({ named }) => named));
  // The main table of a VPC that is made here holds nothing but its local routes and what is added.
  const made = reading
    .of(kinds.vpc)
    .map((vpc) => reading.idOf(vpc))
    .filter((vpc) => !given.has(mainTableOf(vpc)))
    .map((vpc) =>
      complete(
        mainTableOf(vpc),
        vpc,
        [],
        !chosen.has(vpc),
        mains.some((main) => main.vpc === undefined),
      ),
    );
  return [...tables, ...defaults.map(({ table }) => table), ...made];
}

/** The transit gateways to which a VPC is attached, by their ids. */
const transitGatewaysOf = (reading: Reading, vpc: string | undefined): Set<string> =>
  new Set(
    reading
      .of(kinds.transitAttachment)
      .filter((one) => vpc !== undefined && reading.id(one, "vpcId", kinds.vpc, kinds.defaultVpc) === vpc)
      .flatMap((one) => asText(property(one, "transitGatewayId")) ?? []),
  );

/** The blocks of a VPC, each its own route, where no route of the table's stands in its place. */
function localRoutes(vpc: Vpc | undefined, listed: readonly Route[]): Route[] {
  if (vpc === undefined) return [];
  const taken = new Set(listed.map(({ to }) => (typeof to === "object" ? keyOf(to) : "")));
  return blocksOf(vpc.blocks)
    .filter((block) => !taken.has(keyOf(block)))
    .map((to) => ({
      to,
      target: { kind: "local" },
      origin: { id: vpc.id, text: `local routes of ${vpc.id}` },
    }));
}

const keyOf = ({ v4, v6 }: Addresses): string => `${v4.join()} ${v6.join()}`;

const blocksOf = ({ v4, v6 }: Addresses): Addresses[] => [
  ...v4.flatMap((first, at): Addresses[] =>
    at % 2 === 0 ? [{ v4: [first, v4[at + 1] ?? first], v6: [] }] : [],
  ),
  ...v6.flatMap((first, at): Addresses[] =>
    at % 2 === 0 ? [{ v4: [], v6: [first, v6[at + 1] ?? first] }] : [],
  ),
];

const serviceRoute = (endpoint: string): Route => ({
  to: `prefix list of ${endpoint}`,
  target: { kind: "service", what: endpoint },
  origin: { id: endpoint, text: `the service of ${endpoint}` },
});

function routeOf(reading: Reading, owner: Resource, values: Values): Route {
  const cidr = ["cidrBlock", "ipv6CidrBlock", "destinationCidrBlock", "destinationIpv6CidrBlock"]
    .map((name) => values[name])
    .find((value) => value !== undefined && value !== null && value !== "");
  const list = values["destinationPrefixListId"];
  const isList = cidr === undefined && list !== undefined && list !== null && list !== "";
  const to = isList
    ? reading.idIn(owner, "destinationPrefixListId", list, kinds.list)
    : (reading.block(owner, "destinationCidrBlock", cidr) ??
      reading.unknown(owner, "destinationCidrBlock", cidr));
  const target = targetOf(reading, owner, values);
  const words = "id" in target ? target.id : "what" in target ? target.what : target.kind;
  return {
    to,
    target,
    origin: { id: owner.urn, text: `${owner.name}: ${asText(cidr) ?? "unknown"} by ${words}` },
  };
}

function targetOf(reading: Reading, owner: Resource, values: Values): Target {
  const has = (name: string) => {
    const value = values[name];
    return value === undefined || value === null || value === "" ? undefined : value;
  };
  const named = (name: string, ...types: readonly string[]) => reading.idIn(owner, name, has(name), ...types);
  const unsure: Target = { kind: "unknown", why: "it is not known what it leads to" };
  if (has("natGatewayId") !== undefined) {
    const id = named("natGatewayId", kinds.nat);
    return id === undefined ? unsure : { kind: "nat", id };
  }
  if (has("vpcPeeringConnectionId") !== undefined) {
    const id = named("vpcPeeringConnectionId", kinds.peering, kinds.peeringAccepter);
    return id === undefined ? unsure : { kind: "peering", id };
  }
  if (has("networkInterfaceId") !== undefined) {
    const id = named("networkInterfaceId", kinds.interface, kinds.instance);
    return id === undefined ? unsure : { kind: "interface", id };
  }
  if (has("instanceId") !== undefined) {
    const id = named("instanceId", kinds.instance);
    return id === undefined ? unsure : { kind: "interface", id };
  }
  if (has("egressOnlyGatewayId") !== undefined) return { kind: "egress-only" };
  const gateway = has("gatewayId");
  if (gateway !== undefined) {
    if (reading.resources.named(gateway, kinds.internetGateway) !== undefined) return { kind: "internet" };
    const text = asText(gateway);
    if (text === "local") return { kind: "local" };
    if (text?.startsWith("igw-") === true) return { kind: "internet" };
    if (text?.startsWith("vgw-") === true || reading.resources.named(gateway, kinds.vpnGateway) !== undefined)
      return { kind: "elsewhere", what: "a virtual private gateway" };
    return unsure;
  }
  const transit = asText(has("transitGatewayId"));
  if (transit !== undefined) return { kind: "transit", id: transit };
  const other = [
    "transitGatewayId",
    "vpcEndpointId",
    "carrierGatewayId",
    "localGatewayId",
    "coreNetworkArn",
    "odbNetworkArn",
  ].find((name) => has(name) !== undefined);
  return other === undefined ? unsure : { kind: "elsewhere", what: `its ${other}` };
}
