import {
  asList,
  asObject,
  asText,
  isUnknown,
  property,
  type Resource,
  type Value,
} from "../../resource/index.ts";
import { hasAddress, noAddress, type Address } from "../../space/index.ts";
import type { NetworkInterface, Subnet } from "../facts.ts";
import { kinds } from "./kinds.ts";
import type { Reading } from "./reading.ts";
import { wornBy } from "./worn.ts";

const groupKinds = [kinds.group, kinds.defaultGroup];
const subnetKinds = [kinds.subnet, kinds.defaultSubnet];

/** What AWS itself places on the network: load balancers and the endpoints of its services, one interface in each subnet. */
export function appliances(reading: Reading, subnets: readonly Subnet[]): NetworkInterface[] {
  const vpcOf = new Map(subnets.map(({ id, vpc }) => [id, vpc]));
  const places = (resource: Resource, name: string, address?: string) =>
    placesOf(reading, subnets, resource, name, address);
  const taken = new Set(reading.of(kinds.instance).map((instance) => reading.idOf(instance)));
  const spread = (
    resource: Resource,
    kind: string,
    all: readonly Place[],
    shared: (place: Place) => Pick<NetworkInterface, "groups" | "inOthers" | "hasPublic" | "publicAddresses">,
  ): NetworkInterface[] => {
    const id = reading.idOf(resource);
    const nowhere: Place = { subnet: undefined, address: undefined, allocation: undefined };
    return (all.length === 0 ? [nowhere] : all).map((place, at) => {
      const { subnet, address: own } = place;
      return {
        id: `${kind} ${id} in ${subnet ?? `unknown subnet ${at}`}`,
        endpoint: taken.has(id) ? `${kind} ${id}` : id,
        kind,
        subnet,
        addresses: own === undefined ? [] : [own],
        hasOthers: own === undefined,
        prefixes: noAddress,
        checksSource: "sure",
        ...shared(place),
      };
    });
  };

  const balancers = reading.of(kinds.balancer, kinds.albBalancer).flatMap((balancer) => {
    const groups = reading.ids(balancer, "securityGroups", ...groupKinds);
    // A network load balancer without groups lets everything pass.
    const isOpen =
      asText(property(balancer, "loadBalancerType")) === "network" &&
      groups.known.length === 0 &&
      !groups.isPartial;
    const internal = property(balancer, "internal");
    const isPublic = internal === true ? "no" : isUnknown(internal) ? "maybe" : "sure";
    const mappings = places(balancer, "subnetMappings", "privateIpv4Address");
    // The provider says of the same subnets in both ways.
    const all = mappings.length > 0 ? mappings : places(balancer, "subnets");
    return spread(balancer, "load balancer", all, ({ subnet, allocation }) => {
      const eip = reading.resources.named(allocation, kinds.eip);
      const address = reading.address(balancer, "allocationId", eip?.outputs["publicIp"]);
      return {
        ...(isOpen ? { groups: [], inOthers: false } : wornBy(groups, subnet, vpcOf)),
        hasPublic: isPublic,
        publicAddresses: isPublic === "no" || address === undefined ? [] : [address],
      };
    });
  });

  const endpoints = reading.of(kinds.endpoint).flatMap((endpoint) => {
    if (asText(property(endpoint, "vpcEndpointType")) !== "Interface") return [];
    const groups = reading.ids(endpoint, "securityGroupIds", ...groupKinds);
    const configured = places(endpoint, "subnetConfigurations", "ipv4");
    const named = new Set(configured.map(({ subnet }) => subnet));
    const rest = places(endpoint, "subnetIds").filter(({ subnet }) => !named.has(subnet));
    return spread(endpoint, "endpoint", [...configured, ...rest], ({ subnet }) => ({
      ...wornBy(groups, subnet, vpcOf),
      hasPublic: "no",
      publicAddresses: [],
    }));
  });
  return [...balancers, ...endpoints];
}

interface Place {
  readonly subnet: string | undefined;
  readonly address: Address | undefined;
  readonly allocation: Value | undefined;
}

/** Subnets by their ids, or in objects with what is told of each. */
const placesOf = (
  reading: Reading,
  subnets: readonly Subnet[],
  resource: Resource,
  name: string,
  addressName = "",
): Place[] =>
  asList(property(resource, name)).map((value) => {
    const { subnetId, allocationId: allocation, [addressName]: own } = asObject(value);
    const address = reading.address(resource, `${name}.${addressName}`, own);
    const id = subnetId ?? value;
    const isNamed = asText(id) !== undefined || reading.resources.named(id, ...subnetKinds) !== undefined;
    // A plan's file does not say which of several ids is which; AWS takes an address in its own subnet alone.
    const around =
      isNamed || address === undefined
        ? undefined
        : subnets.find(({ blocks }) => blocks !== undefined && hasAddress(blocks, address));
    return { subnet: around?.id ?? reading.idIn(resource, name, id, ...subnetKinds), address, allocation };
  });
