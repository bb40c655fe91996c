import { noAddress, parseAddress, parseCidr, unionAddresses, type Address } from "../../space/index.ts";
import type { NetworkInterface } from "../facts.ts";
import type { Described, Item } from "./schema.ts";

/** The service's own: they send nothing but what others send through them, which routes tell. */
const carriers: ReadonlySet<string> = new Set([
  "nat_gateway",
  "natGateway",
  "transit_gateway",
  "gateway_load_balancer",
  "gateway_load_balancer_endpoint",
]);

export const instancesOf = ({ Instances = [], Reservations = [] }: Described): Item<"Instances">[] => [
  ...Instances,
  ...Reservations.flatMap((reservation) => reservation.Instances ?? []),
];

/** Of all instances but terminated ones: one that is stopped may be started. */
export function networkInterfaces(described: Described): NetworkInterface[] {
  const found = new Map<string, NetworkInterface>();
  const gone = new Set<string>();
  for (const instance of instancesOf(described)) {
    if (["terminated", "shutting-down"].includes(instance.State?.Name ?? "")) {
      gone.add(instance.InstanceId);
      continue;
    }
    const { InstanceId } = instance;
    for (const one of instance.NetworkInterfaces ?? []) {
      const read = interfaceOf(one, InstanceId, "instance", instance);
      found.set(read.id, read);
    }
  }
  for (const one of described.NetworkInterfaces ?? []) {
    const { NetworkInterfaceId: id, InterfaceType: type = "", Attachment } = one;
    const instance = Attachment?.InstanceId ?? found.get(id)?.endpoint;
    if (carriers.has(type) || (instance !== undefined && gone.has(instance))) continue;
    found.set(
      id,
      interfaceOf(one, instance ?? id, instance === undefined ? "network interface" : "instance"),
    );
  }
  const withOne = new Set([...found.values()].map(({ endpoint }) => endpoint));
  for (const instance of instancesOf(described))
    if (!gone.has(instance.InstanceId) && !withOne.has(instance.InstanceId)) {
      const {
        InstanceId: id,
        PrivateIpAddress,
        PublicIpAddress,
        Ipv6Address,
        SubnetId,
        SecurityGroups,
        SourceDestCheck,
      } = instance;
      found.set(
        id,
        interfaceOf(
          {
            NetworkInterfaceId: id,
            SubnetId,
            PrivateIpAddress,
            Association: PublicIpAddress === undefined ? undefined : { PublicIp: PublicIpAddress },
            Ipv6Addresses: Ipv6Address === undefined ? [] : [{ Ipv6Address }],
            Groups: SecurityGroups,
            SourceDestCheck,
          },
          id,
          "instance",
        ),
      );
    }
  const elastic = (described.Addresses ?? []).flatMap(({ PublicIp, NetworkInterfaceId }) =>
    PublicIp === undefined || NetworkInterfaceId === undefined
      ? []
      : [{ id: NetworkInterfaceId, address: parseAddress(PublicIp) }],
  );
  return [...found.values()].map((one) => {
    const more = elastic
      .filter(({ id }) => id === one.id)
      .map(({ address }) => address)
      .filter(({ value }) => !one.publicAddresses.some((known) => known.value === value));
    return more.length === 0
      ? one
      : { ...one, publicAddresses: [...one.publicAddresses, ...more], hasPublic: "sure" as const };
  });
}

function interfaceOf(
  one: Item<"NetworkInterfaces">,
  endpoint: string,
  kind: string,
  instance?: Item<"Instances">,
): NetworkInterface {
  const own = one.PrivateIpAddresses ?? [];
  const publicAddresses = unique([
    one.Association?.PublicIp,
    ...own.map(({ Association }) => Association?.PublicIp),
  ]);
  const groups = one.Groups ?? instance?.SecurityGroups;
  const checks = one.SourceDestCheck ?? instance?.SourceDestCheck;
  const prefixes = [
    ...(one.Ipv4Prefixes ?? []).map(({ Ipv4Prefix }) => Ipv4Prefix),
    ...(one.Ipv6Prefixes ?? []).map(({ Ipv6Prefix }) => Ipv6Prefix),
  ];
  return {
    id: one.NetworkInterfaceId,
    endpoint,
    kind,
    subnet: one.SubnetId ?? instance?.SubnetId,
    addresses: unique([
      one.PrivateIpAddress,
      ...own.map(({ PrivateIpAddress }) => PrivateIpAddress),
      ...(one.Ipv6Addresses ?? []).map(({ Ipv6Address }) => Ipv6Address),
    ]),
    hasOthers: false,
    prefixes: prefixes.length === 0 ? noAddress : unionAddresses(prefixes.map(parseCidr)),
    publicAddresses,
    hasPublic: publicAddresses.length > 0 ? "sure" : "no",
    groups: (groups ?? []).map(({ GroupId }) => GroupId),
    inOthers: groups === undefined,
    // On unless it has been turned off (https://docs.aws.amazon.com/vpc/latest/userguide/work-with-nat-instances.html).
    checksSource: checks === false ? "no" : "sure",
  };
}

const unique = (texts: readonly (string | undefined)[]): Address[] =>
  [...new Set(texts.filter((text) => text !== undefined))].map(parseAddress);
