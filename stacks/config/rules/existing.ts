import {
  contains,
  management,
  overlaps,
  parseBlock,
  splitsByAvailabilityZone,
  type ExistingSubnet,
} from "../../../components/plan/index.ts";
import type { Draft } from "../draft.ts";
import { didYouMean, type Problem } from "../problem.ts";
import type { Written } from "../written.ts";

/** Problems of a network that exists already and is used instead of a new one. */
export function existingProblems({ target, network }: Draft, written: Written): Problem[] {
  const existing = network?.existing;
  if (network === undefined || existing === undefined) return [];
  const path = ["network", "existing"];
  if (target === "lab")
    return [{ path, message: "the lab makes its own network; take this out, or choose target aws or azure" }];

  const zones = [management, ...written.zones];
  const subnets = existing.subnets as Readonly<Record<string, readonly ExistingSubnet[]>>;
  const problems: Problem[] = [];
  for (const name of Object.keys(subnets))
    if (!zones.includes(name))
      problems.push({
        path: [...path, "subnets", name],
        message: `there is no such zone${didYouMean(name, zones)}; add it under zones, or take its subnets out`,
      });
  for (const zone of zones)
    if (!Object.hasOwn(subnets, zone))
      problems.push({
        path: [...path, "subnets", zone],
        message: "the zone's subnets are missing; name their ids and CIDR blocks",
      });
  for (const [zone, list] of Object.entries(subnets))
    problems.push(...subnetProblems([...path, "subnets", zone], list, network, target));
  return [...problems, ...overlapProblems(path, subnets), ...doubledIds(path, subnets)];
}

function subnetProblems(
  path: Problem["path"],
  subnets: readonly ExistingSubnet[],
  { cidr, availabilityZones }: NonNullable<Draft["network"]>,
  target: Draft["target"],
): Problem[] {
  const problems: Problem[] = [];
  subnets.forEach((subnet, index) => {
    const block = parseBlock(subnet.cidr);
    // An eighth is a window, and clouds keep a subnet's first four addresses, which must not reach window 1.
    if (block.prefix > 27)
      problems.push({
        path: [...path, index, "cidr"],
        value: subnet.cidr,
        message: "it is too small: /27 is the least",
      });
    if (!contains(parseBlock(cidr), block))
      problems.push({
        path: [...path, index, "cidr"],
        value: subnet.cidr,
        message: `it lies outside network.cidr (${cidr})`,
      });
  });
  if (target === undefined) return problems;
  if (!splitsByAvailabilityZone(target)) {
    if (subnets.length !== 1)
      problems.push({
        path,
        message: `name one subnet: Azure's span all availability zones; this has ${subnets.length}`,
      });
    return problems;
  }
  for (const letter of availabilityZones)
    if (subnets.filter(({ availabilityZone }) => availabilityZone === letter).length !== 1)
      problems.push({
        path,
        message: `availability zone ${letter} needs exactly one subnet here: write its id, cidr and availabilityZone: ${letter}`,
      });
  return problems;
}

function overlapProblems(
  path: Problem["path"],
  subnets: Readonly<Record<string, readonly ExistingSubnet[]>>,
): Problem[] {
  const all = Object.entries(subnets).flatMap(([zone, list]) =>
    list.map(({ cidr }, index) => ({ zone, index, cidr, block: parseBlock(cidr) })),
  );
  return all.flatMap(({ zone, index, cidr, block }, position) => {
    const clash = all.slice(0, position).find((other) => overlaps(other.block, block));
    return clash === undefined
      ? []
      : [
          {
            path: [...path, "subnets", zone, index, "cidr"],
            value: cidr,
            message: `it overlaps ${clash.cidr} of zone "${clash.zone}"; zones share no addresses`,
          },
        ];
  });
}

function doubledIds(
  path: Problem["path"],
  subnets: Readonly<Record<string, readonly ExistingSubnet[]>>,
): Problem[] {
  const owners = new Map<string, string>();
  return Object.entries(subnets).flatMap(([zone, list]) =>
    list.flatMap(({ id }, index) => {
      const owner = owners.get(id);
      owners.set(id, owner ?? zone);
      return owner === undefined
        ? []
        : [
            {
              path: [...path, "subnets", zone, index, "id"],
              value: id,
              message: `zone "${owner}" has this subnet; each zone has subnets of its own`,
            },
          ];
    }),
  );
}
