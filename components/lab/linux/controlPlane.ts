import fs from "node:fs";
import { join } from "node:path";
import { Services } from "./services.ts";

/** The programs of a control plane, in the order in which they start. */
export const programs = [
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kwok",
] as const;
export type Program = (typeof programs)[number];

/** What passes connections from this machine to the API server. */
export const forwarder = "forwarder";
const services = [...programs, forwarder];

/** What is written down of a control plane beside its files. */
export interface ControlPlaneRecord {
  readonly id: string;
  /** The id of its host. */
  readonly host: string;
  readonly version: string;
  /** Each program's flags. */
  readonly programs: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Where this machine reaches the API server. */
  readonly endpoint: string;
  /** The files that the flags name, by path. */
  readonly files: readonly string[];
}

const file = "control-plane.json";

/** What is written down in a control plane's folder; undefined where there is none. */
export function readRecord(folder: string): ControlPlaneRecord | undefined {
  try {
    return JSON.parse(fs.readFileSync(join(folder, file), "utf8")) as ControlPlaneRecord;
  } catch {
    return undefined;
  }
}

export function writeRecord(folder: string, record: ControlPlaneRecord): void {
  const whole = join(folder, file);
  fs.writeFileSync(`${whole}.new`, JSON.stringify(record, undefined, 2), { mode: 0o600 });
  // Renamed into place, so that a kill leaves the one before.
  fs.renameSync(`${whole}.new`, whole);
}

/** The programs that have ended and that nothing starts again. */
export async function stoppedPrograms(folder: string): Promise<readonly string[]> {
  const running = await new Services(folder).running(services);
  return services.filter((name) => !running.includes(name));
}
