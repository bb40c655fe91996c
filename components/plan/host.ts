import { parseBlock, showAddress, sizeOf } from "./address.ts";
import type { Environment, Machines, Os, Size } from "./environment.ts";
import { management, windowOf, type Zone } from "./zone.ts";

export type Role = "manager" | "registry" | "worker";

/** One machine, with a name and an address that no other machine's coming or going changes. */
export interface Host {
  readonly name: string;
  readonly role: Role;
  readonly os: Os;
  readonly size: Size;
  readonly zone: string;
  /** Workers belong to exactly one collection. */
  readonly collection?: string;
  readonly availabilityZone: string;
  readonly address: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** The windows of the management zone. */
const managementSlots = { manager: 1, registry: 2 } as const;

export function planHosts(environment: Environment, zones: readonly Zone[]): Host[] {
  const byName = new Map(zones.map((zone) => [zone.name, zone]));
  const zoneOf = (name: string) => {
    const zone = byName.get(name);
    if (zone === undefined) throw new RangeError(`there is no zone "${name}"`);
    return zone;
  };
  const { availabilityZones } = environment.network;
  const pool = (base: Omit<Pool, "availabilityZones">) => planPool({ ...base, availabilityZones });

  const hosts = (["manager", "registry"] as const).flatMap((role) =>
    pool({
      role,
      os: "linux",
      prefix: `${role}-`,
      zone: zoneOf(management),
      slot: managementSlots[role],
      machines: environment.management[role === "manager" ? "managers" : "registry"],
    }),
  );
  for (const group of Object.values(environment.groups))
    for (const [collection, { zone, slot, workers }] of Object.entries(group.collections))
      for (const os of ["linux", "windows"] as const) {
        const machines = workers[os];
        if (machines === undefined) continue;
        // Windows' own computer names end at 15 characters, hence the one letter.
        const prefix = os === "windows" ? `${collection}-w` : `${collection}-`;
        hosts.push(...pool({ role: "worker", os, prefix, zone: zoneOf(zone), slot, machines, collection }));
      }
  const position = new Map(zones.map((zone, index) => [zone.name, index]));
  const order = (host: Host) => position.get(host.zone) ?? 0;
  return hosts.sort((a, b) => order(a) - order(b) || compareNames(a.name, b.name));
}

interface Pool {
  readonly role: Role;
  readonly os: Os;
  /** What a host's number is put after to make its name. */
  readonly prefix: string;
  readonly zone: Zone;
  readonly slot: number;
  readonly machines: Machines;
  readonly collection?: string;
  readonly availabilityZones: readonly string[];
}

function planPool({ role, os, prefix, zone, slot, machines, collection, availabilityZones }: Pool): Host[] {
  const spread = (machines.spread ?? availabilityZones).toSorted();
  return Array.from({ length: machines.count }, (_, index) => {
    const availabilityZone = spread[index % spread.length] ?? "a";
    const subnet =
      zone.subnets.find((candidate) => candidate.availabilityZone === availabilityZone) ??
      zone.subnets.find((candidate) => candidate.availabilityZone === undefined);
    if (subnet === undefined)
      throw new RangeError(`zone "${zone.name}" has no subnet in availability zone ${availabilityZone}`);
    const window = windowOf(parseBlock(subnet.cidr), slot);
    // Linux counts up from the window's start and Windows down from its end, so neither moves the other.
    const offset = os === "linux" ? index : sizeOf(window.prefix) - 2 - index;
    return {
      name: `${prefix}${index + 1}`,
      role,
      os,
      size: machines.size,
      zone: zone.name,
      ...(collection === undefined ? {} : { collection }),
      availabilityZone,
      address: showAddress(window.start + offset),
      labels: machines.labels,
    };
  });
}

const collator = new Intl.Collator("en", { numeric: true });
/** Orders names as people do, `worker-2` before `worker-10`, and never calls two names equal that are not. */
export const compareNames = (a: string, b: string): number =>
  collator.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0);
