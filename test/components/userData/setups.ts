import assert from "node:assert/strict";
import { parse } from "yaml";
import { userData, type MachineSetup } from "../../../components/userData/index.ts";

/** Nothing but what there must be. */
export const bare: MachineSetup = {
  family: "ubuntu",
  role: "worker",
  engine: "mke",
  overlay: "vxlan",
  packages: { repository: "https://repos.mirantis.com", channel: "stable-25.0.14" },
  registryMirrors: [],
  certificates: [],
  timeServers: [],
};

/** PEM, whatever is in it. */
export const certificate = (bytes: number, filling = "A"): string =>
  `-----BEGIN CERTIFICATE-----\n${(filling.repeat(bytes).match(/.{1,64}/g) ?? []).join("\n")}\n-----END CERTIFICATE-----\n`;

/** All that a closed network asks for. */
export const full: MachineSetup = {
  ...bare,
  overlay: "ipip",
  packages: { repository: "https://packages.bank.example/mirantis", channel: "stable-25.0.14" },
  registryMirrors: ["https://mirror.bank.example", "https://mirror.bank.example:8443/hub"],
  proxy: {
    url: "http://proxy.bank.example:3128",
    except: [".internal", "10.0.0.0/8", "packages.bank.example", "mirror.bank.example"],
  },
  certificates: [`the bank's root\n${certificate(100)}`],
  timeServers: ["10.16.0.10", "ntp.bank.example"],
  join: {
    store: "parameter-store",
    name: "/bulkhead/test/join/worker",
    region: "eu-central-1",
    managers: "managers.test.bulkhead.internal",
  },
};

export interface CloudConfig {
  readonly write_files: readonly { path: string; content: string; permissions?: string }[];
  readonly runcmd: readonly (readonly string[])[];
  readonly ntp?: { enabled: boolean; servers: readonly string[] };
}

/** What cloud-init makes of it: it reads YAML 1.1. */
export function readCloudConfig(text: string): CloudConfig {
  assert.equal(text.split("\n", 1)[0], "#cloud-config");
  return parse(text, { version: "1.1" }) as CloudConfig;
}

/** The content of each file that a setup has written. */
export const filesOf = (setup: MachineSetup): Map<string, string> =>
  new Map(
    readCloudConfig(userData(setup)).write_files.map(({ path, content }): [string, string] => [
      path,
      content,
    ]),
  );

export function fileOf(setup: MachineSetup, path: string): string {
  const content = filesOf(setup).get(path);
  assert.ok(content !== undefined, `there is no ${path}`);
  return content;
}

export const linux = ["ubuntu", "rhel"] as const;
