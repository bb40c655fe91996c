import {
  applianceKinds,
  overlaps,
  parseBlock,
  roleNames,
  showBlock,
  slotCount,
  type Block,
  type Overlay,
  type Target,
} from "../../../components/plan/index.ts";
import type { Draft } from "../draft.ts";
import type { Problem } from "../problem.ts";
import { outsideProblems } from "./outside.ts";

/** Services whose traffic and reason every reader knows; others must say theirs. */
export const knownServices: Readonly<Record<string, { traffic: readonly string[]; why: string }>> = {
  dns: { traffic: ["udp/53", "tcp/53"], why: "names are resolved" },
  time: { traffic: ["udp/123"], why: "clocks agree, which TLS and the engine's managers need" },
  packages: { traffic: ["tcp/443"], why: "machines install and update packages" },
};

const reservedServices: readonly string[] = [...roleNames, ...applianceKinds, "front-door", "proxy"];

/** What else uses addresses on every machine: an environment that took them would lose answers. */
const taken: readonly [Block, string][] = [
  [parseBlock("0.0.0.0/8"), "addresses of this network"],
  [parseBlock("127.0.0.0/8"), "loopback"],
  [parseBlock("169.254.0.0/16"), "link-local addresses, which clouds use for metadata"],
  [parseBlock("172.17.0.0/16"), "the container engine's default bridge"],
  [parseBlock("224.0.0.0/3"), "multicast and reserved addresses"],
];

export function networkProblems({ target, network, zones, groups }: Draft): Problem[] {
  if (network === undefined) return [];
  return [
    ...sizeProblems(network, target, Object.keys(zones ?? {}).length + 1),
    ...overlapProblems(network),
    ...overlayProblems(network, target, groups),
    ...availabilityZoneProblems(network, target),
    ...engineCidrProblems(network),
    ...frontDoorProblems(network),
    ...serviceProblems(network),
  ];
}

type Network = NonNullable<Draft["network"]>;

function sizeProblems(network: Network, target: Draft["target"], zoneCount: number): Problem[] {
  const { cidr, zonePrefix, existing } = network;
  const { prefix } = parseBlock(cidr);
  const problems: Problem[] = [];
  // https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html
  if (target === "aws" && prefix < 16)
    problems.push({
      path: ["network", "cidr"],
      value: cidr,
      message:
        "AWS takes no block larger than /16; choose a smaller one, and a longer zonePrefix if zones then lack room",
    });
  if (existing !== undefined) return problems;
  if (prefix > zonePrefix)
    problems.push({
      path: ["network", "cidr"],
      value: cidr,
      message: `it is too small for a single zone of /${zonePrefix}; choose a block of /${zonePrefix - 4} or larger, or a longer zonePrefix`,
    });
  else if (slotCount(network) < zoneCount)
    problems.push({
      path: ["network", "cidr"],
      value: cidr,
      message: `it is too small: it has room for ${slotCount(network)} zones of /${zonePrefix} and there are ${zoneCount} with management; ${moreRoom(network, target)}`,
    });
  return problems;
}

/** As the schema has it: a zone of /25 has room for three machines in a window on AWS. */
const longestZonePrefix = 25;

/** The way to room for more zones; AWS takes no block larger than /16. */
function moreRoom({ cidr, zonePrefix }: Network, target: Draft["target"]): string {
  const longer = zonePrefix < longestZonePrefix ? ["choose a longer zonePrefix"] : [];
  const ways =
    target === "aws" && parseBlock(cidr).prefix <= 16
      ? [...longer, "let groups share a zone, each with a collection in a slot of its own"]
      : ["choose a larger block", ...longer];
  return ways.join(", or ");
}

function overlapProblems({ cidr, podCidr, serviceCidr }: Network): Problem[] {
  const blocks = [
    ["cidr", parseBlock(cidr)],
    ["podCidr", parseBlock(podCidr)],
    ["serviceCidr", parseBlock(serviceCidr)],
  ] as const;
  return blocks.flatMap(([name, block], index) => {
    const path = ["network", name];
    const value = showBlock(block);
    const clashes = [
      ...blocks.slice(0, index).map(([other, otherBlock]) => [otherBlock, `network.${other}`] as const),
      ...taken,
    ].filter(([other]) => overlaps(block, other));
    return clashes.map(([other, whose]) => ({
      path,
      value,
      message: `it overlaps ${showBlock(other)}, ${whose}; choose addresses that nothing else uses`,
    }));
  });
}

/**
 * IP-in-IP where the target's fabric lets packets of IP protocol 4 pass, else VXLAN. It follows from the target alone:
 * a group that comes with Windows workers must not change what everybody else's packets travel in.
 */
export const defaultOverlay = (target: Target | undefined): Overlay =>
  target === "azure" ? "vxlan" : "ipip";

function overlayProblems({ overlay }: Network, target: Draft["target"], groups: Draft["groups"]): Problem[] {
  const path = ["network", "overlay"];
  const problems: Problem[] = [];
  if ((overlay ?? defaultOverlay(target)) !== "ipip") return [];
  if (target === "azure")
    problems.push({
      path,
      value: overlay,
      message:
        "Azure's fabric drops IP-in-IP packets whatever a security group allows (learn.microsoft.com, virtual-networks-faq); write vxlan, or leave overlay out",
    });
  const windows = Object.entries(groups ?? {}).flatMap(([, { collections }]) =>
    Object.entries(collections).filter(([, { workers }]) => workers.windows !== undefined),
  );
  if (windows.length > 0)
    problems.push({
      path,
      value: overlay,
      message: `Calico has no IP-in-IP on Windows, and collection "${windows[0]?.[0]}" has Windows workers; write overlay: vxlan`,
    });
  return problems;
}

function availabilityZoneProblems({ availabilityZones }: Network, target: Draft["target"]): Problem[] {
  return availabilityZones.flatMap((letter, index) => {
    const path = ["network", "availabilityZones", index];
    if (availabilityZones.indexOf(letter) < index)
      return [{ path, value: letter, message: "this availability zone is named twice; name it once" }];
    if (target === "azure" && letter === "d")
      return [{ path, value: letter, message: "Azure's regions have three availability zones: a, b and c" }];
    return [];
  });
}

/** Calico hands each host pods' addresses in blocks of /26, and a cluster has hundreds of services. */
function engineCidrProblems({ podCidr, serviceCidr }: Network): Problem[] {
  return [["podCidr", podCidr, 20] as const, ["serviceCidr", serviceCidr, 24] as const].flatMap(
    ([name, text, longest]) =>
      parseBlock(text).prefix <= longest
        ? []
        : [
            {
              path: ["network", name],
              value: text,
              message: `it is too small for the engine; choose a block of /${longest} or larger`,
            },
          ],
  );
}

function frontDoorProblems(network: Network): Problem[] {
  const { frontDoor } = network;
  return frontDoor.flatMap((text, index) => {
    const path = ["network", "frontDoor", index];
    if (frontDoor.indexOf(text) < index)
      return [{ path, value: text, message: "this block is named twice; name it once" }];
    return outsideProblems(path, text, network);
  });
}

function serviceProblems(network: Network): Problem[] {
  return Object.entries(network.services).flatMap(([name, { traffic, why, addresses }]) => {
    const path = ["network", "services", name];
    const problems: Problem[] = [];
    if (!/^[a-z](?:[a-z0-9-]*[a-z0-9])?$/.test(name) || reservedServices.includes(name))
      problems.push({
        path,
        message:
          "a service's name has lower-case letters, digits and hyphens, and is no role's and not front-door",
      });
    if (!Object.hasOwn(knownServices, name) && (traffic === undefined || why === undefined))
      problems.push({
        path,
        message: `say its traffic and why; only ${Object.keys(knownServices).join(", ")} have both by default`,
      });
    addresses.forEach((address, index) => {
      problems.push(...outsideProblems([...path, "addresses", index], address, network));
    });
    return problems;
  });
}
