import {
  asList,
  asObject,
  asText,
  isUnknown,
  property,
  type Resource,
  type Value,
} from "../../resource/index.ts";
import { noAddress, unionAddresses, type Address } from "../../space/index.ts";
import type { Certainty, NetworkInterface } from "../facts.ts";
import { kinds } from "./kinds.ts";
import type { Listed, Reading } from "./reading.ts";
import { wornBy } from "./worn.ts";

const groupKinds = [kinds.group, kinds.defaultGroup];
const subnetKinds = [kinds.subnet, kinds.defaultSubnet];

/** The interfaces of what runs programs of its own: instances, and those that scaling groups make. */
export function networkInterfaces(reading: Reading, vpcOf: ReadonlyMap<string, string>): NetworkInterface[] {
  const separate = reading.of(kinds.interface);
  const attached = attachments(reading);
  const worn = reading.of(kinds.groupAttachment).map((one) => ({
    on: reading.resources.named(property(one, "networkInterfaceId"), kinds.interface, kinds.instance),
    group: reading.id(one, "securityGroupId", ...groupKinds),
  }));
  const isPublicSubnet = new Map(
    reading
      .of(...subnetKinds)
      .map((subnet) => [
        reading.idOf(subnet),
        flag(property(subnet, "mapPublicIpOnLaunch"), subnet.type === kinds.defaultSubnet),
      ]),
  );
  const elastic = elasticAddresses(reading);
  const fallback = (groups: Listed<string>, subnet: string | undefined) => wornBy(groups, subnet, vpcOf);
  const make = (
    resource: Resource,
    one: Omit<NetworkInterface, "hasPublic" | "publicAddresses"> & { isPublic: Certainty },
  ): NetworkInterface => {
    const { isPublic, ...rest } = one;
    const mine = elastic.filter(({ on }) => on === resource || on === undefined);
    const certain = mine.filter(({ on }) => on === resource);
    const more = worn.filter(({ on }) => on === resource || on === undefined);
    const known = property(resource, "publicIp");
    const publicAddresses = [
      ...certain.flatMap(({ address }) => address ?? []),
      ...(certain.length === 0 && asText(known) !== undefined
        ? [reading.address(resource, "publicIp", known)].filter((a) => a !== undefined)
        : []),
    ];
    return {
      ...rest,
      groups: [...rest.groups, ...more.flatMap(({ on, group }) => (on === resource ? (group ?? []) : []))],
      inOthers: rest.inOthers || more.some(({ on, group }) => on === undefined || group === undefined),
      publicAddresses,
      hasPublic:
        publicAddresses.length > 0 || certain.length > 0
          ? "sure"
          : mine.length > 0 && isPublic === "no"
            ? "maybe"
            : isPublic,
    };
  };

  const ofInterfaces = separate.map((one) => {
    const subnet = reading.id(one, "subnetId", ...subnetKinds);
    const owner = attached.get(one);
    const addresses = addressesOf(
      reading,
      one,
      ["privateIp"],
      ["privateIps", "privateIpLists", "ipv6Addresses", "ipv6AddressLists"],
    );
    const prefixes = ["ipv4Prefixes", "ipv6Prefixes"].flatMap(
      (name) => reading.texts(one, name, property(one, name)).known,
    );
    return make(one, {
      id: reading.idOf(one),
      endpoint: reading.idOf(owner ?? one),
      kind: owner === undefined ? "network interface" : "instance",
      subnet,
      ...addresses,
      hasOthers:
        addresses.hasOthers ||
        ["privateIpsCount", "ipv6AddressCount", "ipv4PrefixCount", "ipv6PrefixCount"].some((name) =>
          asked(property(one, name)),
        ),
      prefixes:
        prefixes.length === 0
          ? noAddress
          : unionAddresses(prefixes.map((text) => reading.block(one, "prefixes", text) ?? noAddress)),
      ...fallback(reading.ids(one, "securityGroups", ...groupKinds), subnet),
      checksSource: checks(property(one, "sourceDestCheck")),
      isPublic: "no",
    });
  });

  const ofInstances = reading.of(kinds.instance).flatMap((instance) => {
    if (
      // The provider says of each instance what its interface is, also where AWS has made it with the instance.
      isWritten(instance.inputs["primaryNetworkInterface"]) ||
      asList(instance.inputs["networkInterfaces"]).length > 0
    )
      return [];
    const template = templateOf(reading, property(instance, "launchTemplate"));
    const subnet = reading.id(instance, "subnetId", ...subnetKinds);
    const id = reading.idOf(instance);
    const groups = reading.ids(instance, "vpcSecurityGroupIds", ...groupKinds);
    const named = asList(property(instance, "securityGroups")).length > 0;
    return [
      make(instance, {
        id,
        endpoint: id,
        kind: "instance",
        subnet,
        ...addressesOf(reading, instance, ["privateIp"], ["secondaryPrivateIps", "ipv6Addresses"]),
        hasOthers: asked(property(instance, "ipv6AddressCount")),
        prefixes: noAddress,
        ...(template !== undefined && groups.known.length === 0
          ? {
              groups: template === "unknown" ? [] : template.groups.known,
              inOthers:
                template === "unknown" || template.groups.isPartial || template.groups.known.length === 0,
            }
          : fallback(named ? { ...groups, isPartial: true } : groups, subnet)),
        checksSource: checks(property(instance, "sourceDestCheck")),
        isPublic: flagOr(
          property(instance, "associatePublicIpAddress"),
          template === undefined ? (isPublicSubnet.get(subnet ?? "") ?? "maybe") : "maybe",
        ),
      }),
    ];
  });

  const taken = new Set(reading.of(kinds.instance).map((instance) => reading.idOf(instance)));
  const ofScaling = reading.of(kinds.scaling).flatMap((group) => {
    const template = scalingTemplate(reading, group);
    const id = reading.idOf(group);
    const name = "vpcZoneIdentifiers";
    const subnets = asList(property(group, name)).map((one) =>
      reading.idIn(group, name, one, ...subnetKinds),
    );
    // One for each subnet, since it is not known how many there will be.
    return (subnets.length === 0 ? [undefined] : subnets).map((subnet, at) =>
      make(group, {
        id: `instance ${id} in ${subnet ?? `unknown subnet ${at}`}`,
        endpoint: taken.has(id) ? `instance ${id}` : id,
        kind: "instance",
        subnet,
        addresses: [],
        hasOthers: true,
        prefixes: noAddress,
        checksSource: "sure",
        ...(template === "unknown" ? { groups: [], inOthers: true } : fallback(template.groups, subnet)),
        isPublic:
          template === "unknown"
            ? "maybe"
            : flagOr(template.isPublic, isPublicSubnet.get(subnet ?? "") ?? "maybe"),
      }),
    );
  });

  return [...ofInstances, ...ofInterfaces, ...ofScaling];
}

/** The instance that each interface belongs to. */
function attachments(reading: Reading): Map<Resource, Resource> {
  const found = new Map<Resource, Resource>();
  const attach = (one: Value | undefined, to: Resource | undefined) => {
    const resource = reading.resources.named(one, kinds.interface);
    if (resource !== undefined && to !== undefined) found.set(resource, to);
  };
  for (const one of reading.of(kinds.interfaceAttachment))
    attach(
      property(one, "networkInterfaceId"),
      reading.resources.named(property(one, "instanceId"), kinds.instance),
    );
  for (const one of reading.of(kinds.interface))
    for (const attachment of asList(property(one, "attachments"))) {
      const to = reading.resources.named(asObject(attachment)["instance"], kinds.instance);
      if (to !== undefined) found.set(one, to);
    }
  for (const instance of reading.of(kinds.instance)) {
    attach(asObject(instance.inputs["primaryNetworkInterface"])["networkInterfaceId"], instance);
    for (const one of asList(instance.inputs["networkInterfaces"]))
      attach(asObject(one)["networkInterfaceId"], instance);
  }
  return found;
}

/** Elastic addresses with what has them; `on` is undefined where it may be anything. */
function elasticAddresses(reading: Reading): { address: Address | undefined; on: Resource | undefined }[] {
  const owner = (one: Resource, ...names: readonly string[]) => {
    const named = names
      .map((name) => property(one, name))
      .filter((value) => value !== undefined && value !== null && value !== "");
    return {
      has: named.length > 0,
      on: named
        .map((value) => reading.resources.named(value, kinds.instance, kinds.interface))
        .find((found) => found !== undefined),
    };
  };
  const direct = reading.of(kinds.eip).map((eip) => ({
    address: reading.address(eip, "publicIp", eip.outputs["publicIp"]),
    ...owner(eip, "instance", "networkInterface"),
  }));
  const later = reading.of(kinds.eipAssociation).map((one) => {
    const eip = reading.resources.named(property(one, "allocationId"), kinds.eip);
    return {
      address: reading.address(one, "publicIp", eip?.outputs["publicIp"]),
      ...owner(one, "instanceId", "networkInterfaceId"),
    };
  });
  return [...direct, ...later].filter(({ has }) => has);
}

interface Template {
  readonly groups: Listed<string>;
  readonly isPublic: Value | undefined;
}

function scalingTemplate(reading: Reading, group: Resource): Template | "unknown" {
  if (property(group, "mixedInstancesPolicy") !== undefined) return "unknown";
  const configuration = property(group, "launchConfiguration");
  if (configuration !== undefined) {
    const found = reading.resources.named(configuration, kinds.configuration);
    return found === undefined
      ? "unknown"
      : {
          groups: reading.ids(found, "securityGroups", ...groupKinds),
          isPublic: property(found, "associatePublicIpAddress"),
        };
  }
  return templateOf(reading, property(group, "launchTemplate")) ?? "unknown";
}

function templateOf(reading: Reading, value: Value | undefined): Template | "unknown" | undefined {
  if (value === undefined) return undefined;
  const { id, name } = asObject(value);
  const found = reading.resources.named(id ?? name, kinds.template);
  if (found === undefined) return "unknown";
  const interfaces = asList(property(found, "networkInterfaces"));
  if (interfaces.length === 0)
    return { groups: reading.ids(found, "vpcSecurityGroupIds", ...groupKinds), isPublic: undefined };
  const [first] = interfaces;
  if (interfaces.length > 1 || isUnknown(first)) return "unknown";
  const { securityGroups, associatePublicIpAddress, subnetId, networkInterfaceId } = asObject(first);
  if (subnetId !== undefined || networkInterfaceId !== undefined) return "unknown";
  const read = asList(securityGroups).map((one) => reading.idIn(found, "securityGroups", one, ...groupKinds));
  const known = read.filter((one) => one !== undefined);
  return { groups: { known, isPartial: known.length < read.length }, isPublic: associatePublicIpAddress };
}

function addressesOf(
  reading: Reading,
  resource: Resource,
  single: readonly string[],
  lists: readonly string[],
): { addresses: Address[]; hasOthers: boolean } {
  const values = [
    ...single.map((name) => property(resource, name)).filter((value) => value !== undefined),
    ...lists.flatMap((name) => asList(property(resource, name))),
  ];
  const texts = values.map(asText).filter((text) => text !== undefined && text !== "");
  return {
    addresses: [...new Set(texts)].flatMap(
      (text) => reading.address(resource, single[0] ?? "addresses", text) ?? [],
    ),
    hasOthers: values.some(isUnknown),
  };
}

const isWritten = (value: Value | undefined): boolean => value !== undefined && value !== null;
const asked = (count: Value | undefined): boolean => count !== undefined && count !== null && count !== 0;
const flag = (value: Value | undefined, otherwise: boolean): Certainty =>
  flagOr(value, otherwise ? "sure" : "no");
const flagOr = (value: Value | undefined, otherwise: Certainty): Certainty =>
  value === true || value === "true"
    ? "sure"
    : value === false || value === "false"
      ? "no"
      : isUnknown(value)
        ? "maybe"
        : otherwise;
const checks = (value: Value | undefined): Certainty => flagOr(value, "sure");
