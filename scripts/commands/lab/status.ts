import { readRecord, stoppedPrograms } from "../../../components/lab/linux/controlPlane.ts";
import { controlPlaneFolder, labFolder } from "../../../components/lab/linux/folder.ts";
import { Gateway } from "../../../components/lab/linux/gateway.ts";
import { Lab } from "../../../components/lab/linux/lab.ts";
import type { Snapshot } from "../../../components/lab/linux/snapshot.ts";
import { compareNames, contains, parseBlock } from "../../../components/plan/index.ts";
import { labNames, requireLab } from "./find.ts";

interface Status {
  readonly name: string;
  readonly state: "running" | "interrupted" | "ended";
  readonly asRoot?: boolean;
  /** In bytes. */
  readonly memory?: number;
  readonly network?: string;
  readonly zones: readonly ZoneStatus[];
  readonly changedByHand: readonly string[];
  readonly kubernetes?: KubernetesStatus;
}

interface KubernetesStatus {
  readonly version: string;
  readonly endpoint: string;
  /** Its programs that have ended. */
  readonly stopped: readonly string[];
}

interface ZoneStatus {
  readonly name: string;
  readonly cidr: string;
  readonly hosts: readonly { readonly name: string; readonly address: string }[];
}

export async function showLabs(name: string | undefined, { json }: { json?: true }): Promise<void> {
  if (name !== undefined) await requireLab(name);
  const all = await Promise.all((name === undefined ? labNames() : [name]).map(statusOf));
  const text = name === undefined ? describeAll(all) : all.map(describe).join("\n");
  process.stdout.write(
    json === true ? `${JSON.stringify(name === undefined ? all : all[0], null, 2)}\n` : text,
  );
}

async function statusOf(name: string): Promise<Status> {
  const lab = await Lab.find(labFolder(name, process.env));
  if (lab === undefined) return { name, state: "ended", zones: [], changedByHand: [] };
  const now = await new Gateway(lab).read();
  return {
    name,
    state: lab.isClaimed ? "running" : "interrupted",
    asRoot: lab.asRoot,
    memory: lab.memory,
    ...(now.network === undefined ? {} : { network: now.network }),
    zones: zonesOf(now),
    changedByHand: now.byHand.map(({ what }) => what),
    ...(await kubernetesOf(name)),
  };
}

async function kubernetesOf(name: string): Promise<Pick<Status, "kubernetes">> {
  const folder = controlPlaneFolder(name, process.env);
  const record = readRecord(folder);
  if (record === undefined) return {};
  const { version, endpoint } = record;
  return { kubernetes: { version, endpoint, stopped: await stoppedPrograms(folder) } };
}

const zonesOf = ({ zones, hosts }: Snapshot): ZoneStatus[] =>
  zones
    .map(({ name, cidr }) => ({
      name,
      cidr,
      hosts: hosts
        .filter(({ address }) => contains(parseBlock(cidr), parseBlock(`${address}/32`)))
        .map((host) => ({ name: host.name, address: host.address }))
        .sort((a, b) => compareNames(a.name, b.name)),
    }))
    .sort((a, b) => parseBlock(a.cidr).start - parseBlock(b.cidr).start);

function describeAll(all: readonly Status[]): string {
  if (all.length === 0) return "there are no labs: scripts/up dev makes one\n";
  const width = Math.max(...all.map(({ name }) => name.length));
  return all.map((status) => `${status.name.padEnd(width)}  ${summary(status)}\n`).join("");
}

function describe(status: Status): string {
  const width = Math.max(...status.zones.map(({ name }) => name.length));
  const zones = status.zones.flatMap(({ name, cidr, hosts }) => [
    `${name.padEnd(width)}  ${cidr}`,
    ...hosts.map((host) => `  ${host.name.padEnd(width)}  ${host.address}`),
  ]);
  return [`${status.name}: ${summary(status)}`, "", ...zones, ""].join("\n");
}

function summary(status: Status): string {
  const { name, state, zones, network, asRoot, memory = 0, changedByHand, kubernetes } = status;
  if (state === "ended")
    return `has ended: scripts/up ${name} makes it anew, scripts/lab down ${name} removes what is left`;
  const hosts = zones.reduce((sum, zone) => sum + zone.hosts.length, 0);
  const parts = [
    state === "running" ? "running" : "its making was interrupted",
    `${zones.length} zones with ${hosts} hosts${network === undefined ? "" : ` in ${network}`}`,
    asRoot === true ? "as root" : "without root",
    ...(kubernetes === undefined ? [] : [`Kubernetes ${kubernetes.version} at ${kubernetes.endpoint}`]),
    `${(memory / 1e6).toFixed(1)} MB of memory`,
  ];
  const byHand = changedByHand.map((what) => `\n  changed by hand: ${what}`).join("");
  const ended = (kubernetes?.stopped ?? []).map((program) => `\n  has ended: ${program}`).join("");
  const again = ended === "" ? "" : `; scripts/up ${name} starts it again`;
  return parts.join(", ") + byHand + ended + again;
}
