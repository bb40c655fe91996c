import { parseBlock, subnetPrefix, windowCapacity, type Machines } from "../../../components/plan/index.ts";
import type { Draft } from "../draft.ts";
import type { Problem } from "../problem.ts";

type Pool = Pick<Machines, "count" | "spread">;

/** Problems of machines that share one window of a zone: they must fit in it, and spread over what there is. */
export function machineProblems(
  path: Problem["path"],
  pools: Readonly<Record<string, Pool>>,
  zone: string,
  { network, target }: Draft,
): Problem[] {
  if (network === undefined) return [];
  const count = Object.values(pools).reduce((sum, pool) => sum + pool.count, 0);
  const capacity = windowCapacity(narrowestSubnet(zone, network, target));
  return [
    ...(count > capacity
      ? [
          {
            path,
            message: `${count} machines do not fit: a window in this zone has room for ${capacity}; choose a shorter network.zonePrefix (or a larger subnet, where it exists), or fewer machines`,
          },
        ]
      : []),
    ...Object.entries(pools).flatMap(([os, pool]) => spreadProblems([...path, os], pool, network)),
  ];
}

function narrowestSubnet(
  zone: string,
  network: NonNullable<Draft["network"]>,
  target: Draft["target"],
): number {
  const existing = network.existing?.subnets ?? {};
  if (Object.hasOwn(existing, zone))
    return Math.max(...(existing[zone] ?? []).map(({ cidr }) => parseBlock(cidr).prefix));
  return subnetPrefix(target ?? "aws", network.zonePrefix);
}

function spreadProblems(
  path: Problem["path"],
  { spread = [] }: Pool,
  { availabilityZones }: NonNullable<Draft["network"]>,
): Problem[] {
  return spread.flatMap((letter, index) =>
    (availabilityZones as readonly string[]).includes(letter) && spread.indexOf(letter) === index
      ? []
      : [
          {
            path: [...path, "spread", index],
            value: letter,
            message:
              spread.indexOf(letter) < index
                ? "this availability zone is named twice; name it once"
                : `the network has availability zones ${availabilityZones.join(", ")}; name one of them, or add it to network.availabilityZones`,
          },
        ],
  );
}
