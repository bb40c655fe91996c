import {
  compareTraffic,
  mergeTraffic,
  showEndpoint,
  showTraffic,
  type Flow,
  type Host,
  type Plan,
  type Zone,
} from "../plan/index.ts";

const mostZones = 24;
const mostHosts = 3;
/** How far a tier's zones stand to the right of those that have none. */
const indent = 3;

/** A lab for people, after it has come up: a map of its zones, and what to try. */
export const describeLab = (plan: Plan, asRoot: boolean): string =>
  [...drawMap(plan, asRoot), "", ...cluster(plan), "", ...tries(plan), ""].join("\n");

function drawMap(plan: Plan, asRoot: boolean): string[] {
  const { environment, network, zones, hosts } = plan;
  const shown = zones.slice(0, mostZones);
  const columns = {
    name: Math.max(...shown.map(({ name, tier }) => name.length + (tier === undefined ? 0 : indent))),
    block: Math.max(...shown.map((zone) => blockOf(zone).length)),
  };
  const branches = [...Map.groupBy(shown, ({ tier }) => tier)].flatMap(([tier, members]) => {
    const name = columns.name - (tier === undefined ? 0 : indent);
    const zoneBranches = members.map((zone) => ({
      head: zoneLine(plan, zone, { ...columns, name }),
      below: arrivals(plan, zone),
    }));
    return tier === undefined ? zoneBranches : [{ head: `tier ${tier}`, below: tree(zoneBranches) }];
  });
  const more = zones.length - shown.length;
  const how = asRoot ? "as root, since this machine allows no user namespaces" : "without root";
  return [
    `${environment} is up: ${count(zones.length, "zone")} with ${count(hosts.length, "host")} in ${network.cidr}, ${how}`,
    "",
    "outside",
    ...front(plan).map((line) => `│  ${line}`),
    "gateway: what no flow names is dropped, in both directions",
    ...tree([...branches, ...(more > 0 ? [{ head: `and ${count(more, "more zone")}`, below: [] }] : [])]),
  ];
}

interface Branch {
  readonly head: string;
  readonly below: readonly string[];
}

const tree = (branches: readonly Branch[]): string[] =>
  branches.flatMap(({ head, below }, index) => {
    const isLast = index === branches.length - 1;
    return [`${isLast ? "└" : "├"}─ ${head}`, ...below.map((line) => `${isLast ? " " : "│"}  ${line}`)];
  });

function zoneLine({ hosts }: Plan, zone: Zone, columns: { name: number; block: number }): string {
  const members = hosts.filter((host) => host.zone === zone.name);
  const shown = members.slice(0, mostHosts).map(showHost);
  const more = members.length - shown.length;
  return [
    zone.name.padEnd(columns.name),
    blockOf(zone).padEnd(columns.block),
    zone.inside === "open" ? "open inside " : "flows inside",
    [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join(", "),
  ].join("  ");
}

const blockOf = ({ subnets }: Zone): string => subnets.map(({ cidr }) => cidr).join(" ");

const showHost = ({ name, address }: Host): string => `${name} ${address}`;

/** What people outside may reach; that hosts may reach services outside goes without saying here. */
const front = ({ flows }: Plan): string[] => showFlows(flows.filter(({ from }) => from.kind === "outside"));

/** What enters a zone by its own flows, beside what every zone exchanges with management. */
const arrivals = ({ flows }: Plan, { name }: Zone): string[] =>
  showFlows(flows.filter(({ from, to }) => from.kind !== "outside" && "zone" in to && to.zone === name));

const showFlows = (flows: readonly Flow[]): string[] =>
  [...Map.groupBy(flows, ({ from, to }) => `${showEndpoint(from)} → ${showEndpoint(to)}`)].map(
    ([ends, same]) => {
      const traffics = mergeTraffic(same.map(({ traffic }) => traffic)).sort(compareTraffic);
      return `${ends}: ${traffics.map(showTraffic).join(", ")}`;
    },
  );

function cluster({ hosts, collections, namespaces }: Plan): string[] {
  const manager = hosts.find(({ role }) => role === "manager")?.name ?? "nobody";
  const workers = hosts.filter(({ role }) => role === "worker");
  const pods = namespaces.reduce((sum, { samplePods }) => sum + samplePods, 0);
  return [
    `Kubernetes on ${manager}: ${count(workers.length, "simulated node")} in ${count(collections.length, "collection")}, ` +
      `${count(namespaces.length, "linked namespace")}, ${count(pods, "sample pod")}`,
  ];
}

function tries({ environment, hosts, namespaces }: Plan): string[] {
  const host = hosts[0]?.name ?? "outside";
  const group = namespaces[0]?.group;
  const commands = [
    [`scripts/lab check ${environment}`, "send packets, and try to get pods and teams out: nothing does"],
    [`scripts/kubectl ${environment} get pods -A -o wide`, "ask the API server, as its administrator"],
    ...(group === undefined
      ? []
      : [[`scripts/kubectl ${environment} --team ${group} get pods`, "the same as a group's team"] as const]),
    [`scripts/lab shell ${environment} ${host}`, "a shell on a host"],
    [`scripts/lab status ${environment}`, "what runs, and what was changed by hand"],
    [`scripts/show ${environment}`, "who may reach whom, and why"],
    [`. scripts/env && pulumi destroy -s ${environment}`, "take it down"],
  ] as const;
  const width = Math.max(...commands.map(([command]) => command.length));
  return ["Try", ...commands.map(([command, what]) => `  ${command.padEnd(width)}  ${what}`)];
}

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? "" : "s"}`;
