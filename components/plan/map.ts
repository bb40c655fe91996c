import type { ApplianceKind } from "./appliance.ts";
import { showEndpoint, type Endpoint, type Flow } from "./flow.ts";
import type { Plan } from "./plan.ts";
import { management } from "./zone.ts";
import { compareTraffic, mergeTraffic, showTraffic } from "./traffic.ts";

/** The plan's zones and what passes between them, as a Mermaid flowchart. */
export function drawPlan(plan: Plan): string {
  return ["flowchart LR", ...boxes(plan).map(indent), ...arrows(plan).map(indent), ""].join("\n");
}

function boxes({ zones, hosts, collections, appliances, flows }: Plan): string[] {
  return [
    ...zones.flatMap(({ name, cidr, subnets, inside }) => {
      const where = cidr ?? subnets.map((subnet) => subnet.cidr).join(", ");
      const title = `${name} ${where}${inside === "open" ? ", open inside" : ""}`;
      const members = [
        ...(["manager", "registry"] as const).flatMap((role) => {
          const count = hosts.filter((host) => host.zone === name && host.role === role).length;
          return count === 0
            ? []
            : [`${role}["${count} ${role}${count > 1 && role === "manager" ? "s" : ""}"]`];
        }),
        ...(name === management && appliances.some(({ kind }) => kind === "load-balancer")
          ? [`${applianceId("load-balancer")}["load balancers"]`]
          : []),
        ...collections
          .filter(({ zone }) => zone === name)
          .map(({ name: collection, hosts: workers, os }) => {
            const workersWord = workers.length === 1 ? "worker" : "workers";
            return `${collectionId(collection)}["${collection}<br/>${workers.length} ${os.join("+")} ${workersWord}"]`;
          }),
      ];
      return [`subgraph ${zoneId(name)}["${title}"]`, ...members.map(indent), "end"];
    }),
    ...outsides(flows.filter((flow) => !isService(flow))).map((end) => box(end, [])),
    ...services(flows),
  ];
}

/** What machines of every role may reach has no arrows: they would come from everywhere. */
function services(flows: readonly Flow[]): string[] {
  const reached = flows.filter(isService);
  if (reached.length === 0) return [];
  const own = reached.filter(({ to }) => to.kind === "appliance");
  const members = [
    ...outsides(reached).map((end) =>
      box(end, [labelOf(reached.filter(({ to }) => to.kind === "outside" && to.name === end.name))]),
    ),
    ...(own.length === 0
      ? []
      : [`${applianceId("endpoint")}(["the cloud's own services, through endpoints<br/>${labelOf(own)}"])`]),
  ];
  return [`subgraph services["every machine may reach"]`, ...members.map(indent), "end"];
}

const isService = ({ to }: Flow) =>
  to.kind === "outside" ? to.service === true : to.kind === "appliance" && to.appliance === "endpoint";

const box = ({ name, addresses }: Outside, more: readonly string[]) => {
  const lines = addresses.join() === name ? [name, ...more] : [name, ...addresses, ...more];
  return `${outsideId(name)}(["${lines.join("<br/>")}"])`;
};

type Outside = Extract<Endpoint, { kind: "outside" }>;

const outsides = (flows: readonly Flow[]): Outside[] => {
  const found = flows.flatMap(({ from, to }) => [from, to]).filter((end) => end.kind === "outside");
  return [...new Map(found.map((end) => [end.name, end])).values()];
};

/** One arrow for each pair of ends, with two heads where both may begin and on the same traffic. */
function arrows(plan: Plan): string[] {
  const flows = plan.flows.filter((flow) => !isService(flow));
  const byEnds = Map.groupBy(flows, ({ from, to }) => `${showEndpoint(from)} -> ${showEndpoint(to)}`);
  const pairs = new Map<string, { from: string; to: string; label: string }>();
  for (const same of byEnds.values()) {
    const [{ from, to }] = same as [Flow];
    const label = labelOf(same);
    for (const source of idsOf(from, plan))
      for (const target of idsOf(to, plan))
        if (source !== target) pairs.set(`${source} ${target} ${label}`, { from: source, to: target, label });
  }
  return [...pairs].flatMap(([, { from, to, label }]) => {
    const back = pairs.has(`${to} ${from} ${label}`);
    if (back && from > to) return [];
    return [`${from} ${back ? "<-->" : "-->"}|"${label}"| ${to}`];
  });
}

/** The boxes that an end stands for; all workers are all zones that have some. */
function idsOf(endpoint: Endpoint, { zones, hosts }: Plan): string[] {
  switch (endpoint.kind) {
    case "role":
      if (endpoint.role !== "worker") return [endpoint.role];
      return zones
        .filter(({ name }) =>
          hosts.some(
            ({ zone, role, os }) => zone === name && role === "worker" && os === (endpoint.os ?? os),
          ),
        )
        .map(({ name }) => zoneId(name));
    case "appliance":
      return [applianceId(endpoint.appliance)];
    case "zone":
      return [zoneId(endpoint.zone)];
    case "collection":
      return [collectionId(endpoint.collection)];
    case "outside":
      return [outsideId(endpoint.name)];
  }
}

function labelOf(flows: readonly Flow[]): string {
  const shown = mergeTraffic(flows.map(({ traffic }) => traffic))
    .sort(compareTraffic)
    .map(showTraffic);
  return shown.length <= 4
    ? shown.join(", ")
    : `${shown.slice(0, 3).join(", ")} and ${shown.length - 3} more`;
}

// Mermaid reads some words, "end" among them, and hyphens as its own, so no id is a name alone.
const id = (kind: string, name: string) => `${kind}_${name.replaceAll(/[^A-Za-z0-9]/g, "_")}`;
const zoneId = (name: string) => id("zone", name);
const collectionId = (name: string) => id("collection", name);
const applianceId = (kind: ApplianceKind) => id("appliance", kind);
const outsideId = (name: string) => id("outside", name);
const indent = (line: string) => `  ${line}`;
