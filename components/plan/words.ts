import { showEndpoint, type Endpoint, type Flow } from "./flow.ts";
import { compareNames, type Host } from "./host.ts";
import type { Headroom } from "./limits.ts";
import type { Collection, Namespace, Plan } from "./plan.ts";
import { compareTraffic, showTraffic } from "./traffic.ts";
import type { Zone } from "./zone.ts";

/** The plan for people: plain text, in an order that the stack file's own order does not change. */
export function describePlan(plan: Plan): string {
  const members = Map.groupBy(plan.hosts, ({ zone }) => zone);
  const sections: [string, string[]][] = [
    ["Zones", table(plan.zones.map((zone) => zoneRow(zone, members.get(zone.name) ?? [])))],
    ["Machines", table(plan.hosts.map(hostRow))],
    ["Collections", table(plan.collections.map(collectionRow))],
    ["Namespaces", table(plan.namespaces.map(namespaceRow))],
    ["Who may open a connection to whom", reach(plan)],
    ["Limits", table(plan.limits.map(limitRow))],
  ];
  return [heading(plan), ...sections.map(([title, lines]) => [title, ...lines.map(indent)].join("\n")), ""]
    .join("\n\n")
    .replace(/\n+$/, "\n");
}

const limitRow = ({ what, used, limit, wayOut }: Headroom): string[] => [
  what,
  `${used} of ${limit}`,
  used > limit ? `OVER THE LIMIT: ${wayOut}` : "",
];

function heading(plan: Plan): string {
  const { environment, target, engine, overlay, workerMesh, network, routeReflectors, expiresAfterHours } =
    plan;
  const lines = [
    `${environment}: ${engine} on ${target}, overlay ${overlay}, worker mesh ${workerMesh}`,
    `network ${network.existingId ?? ""}${network.existingId === undefined ? "" : " "}${network.cidr}, pods ${network.podCidr}, services ${network.serviceCidr}`,
    ...(routeReflectors.length > 0 ? [`BGP routes are reflected by ${list(routeReflectors)}`] : []),
    ...(expiresAfterHours === undefined ? [] : [`expires ${expiresAfterHours} hours after its last update`]),
  ];
  return lines.join("\n");
}

function zoneRow(zone: Zone, members: readonly Host[]): string[] {
  const { name, slot, tier, inside, cidr, subnets } = zone;
  const counts = (["manager", "registry", "worker"] as const).flatMap((role) => {
    const count = members.filter((host) => host.role === role).length;
    if (count === 0) return [];
    return role === "registry" && count > 1
      ? [`${count} registry replicas`]
      : [`${count} ${role}${count === 1 ? "" : "s"}`];
  });
  return [
    name,
    cidr ?? subnets.map((subnet) => subnet.cidr).join(" "),
    cidr === undefined ? "existing subnets" : `slot ${slot}`,
    tier === undefined ? "" : `tier ${tier}`,
    inside === "open" ? "open inside" : "only flows inside",
    counts.join(", "),
  ];
}

const hostRow = ({ name, address, zone, availabilityZone, os, size, labels }: Host): string[] => [
  name,
  address,
  zone,
  `availability zone ${availabilityZone}`,
  os,
  size,
  Object.entries(labels)
    .sort(([a], [b]) => compareNames(a, b))
    .map(([label, value]) => `${label}=${value}`)
    .join(" "),
];

const collectionRow = ({ name, group, zone, cidrs, os, hosts, team }: Collection): string[] => [
  name,
  `group ${group}`,
  `zone ${zone}`,
  cidrs.join(" "),
  os.join("+"),
  `${hosts.length} worker${hosts.length === 1 ? "" : "s"}`,
  `team ${team.directoryGroup}`,
];

const namespaceRow = ({ name, collection, quota, limits, samplePods, exposures }: Namespace): string[] => [
  name,
  `on ${collection}`,
  `${quota.cpu} CPU, ${quota.memory}, ${quota.pods} pods`,
  `a container: ${limits.cpu} CPU, ${limits.memory}`,
  samplePods === 0 ? "" : `${samplePods} sample pod${samplePods === 1 ? "" : "s"}`,
  Object.values(exposures)
    .map(
      ({ protocol, host, port, via, from }) =>
        `${protocol}://${host}:${port} by ${via} from ${from.join(", ")}`,
    )
    .join(", "),
];

function reach({ flows, zones }: Plan): string[] {
  const open = zones.filter(({ inside }) => inside === "open").map(({ name }) => name);
  const byEnds = Map.groupBy(flows, ({ from, to }) => `${showEnd(from)} -> ${showEnd(to)}`);
  // Those who may reach the same end on the same traffic for the same reasons share one paragraph.
  const paragraphs = new Map<string, { from: string[]; to: string; rows: string[] }>();
  for (const same of byEnds.values()) {
    const [{ from, to }] = same as [Flow];
    const rows = table(same.toSorted((a, b) => compareTraffic(a.traffic, b.traffic)).map(flowRow));
    const key = [showEnd(to), ...rows].join("\n");
    const paragraph = paragraphs.get(key) ?? { from: [], to: showEnd(to), rows };
    paragraph.from.push(showEnd(from));
    paragraphs.set(key, paragraph);
  }
  return [
    ...[...paragraphs.values()].flatMap(({ from, to, rows }) => [
      `${list(from)} -> ${to}`,
      ...rows.map(indent),
    ]),
    ...open.map((name) => `zone ${name}: machines talk freely inside`),
    "everything else is dropped, in both directions; answers pass",
  ];
}

const flowRow = ({ traffic, why, owner }: Flow): string[] => [
  showTraffic(traffic),
  owner === undefined ? why : `${why} (${owner})`,
];

const showEnd = (endpoint: Endpoint): string =>
  endpoint.kind === "outside" && endpoint.addresses.join() !== endpoint.name
    ? `${endpoint.name} (${endpoint.addresses.join(", ")})`
    : showEndpoint(endpoint);

/** `a, b and c`; Intl.ListFormat takes half a second to load. */
const list = (names: readonly string[]) =>
  [names.slice(0, -1).join(", "), names.at(-1) ?? ""].filter((part) => part !== "").join(" and ");
const indent = (line: string) => `  ${line}`;

/** Lines with their columns aligned. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, cell.length)));
  const used = widths.map((width, column) => ({ width, column })).filter(({ width }) => width > 0);
  return rows.map((row) =>
    used
      .map(({ width, column }) => (row[column] ?? "").padEnd(width))
      .join("  ")
      .trimEnd(),
  );
}
