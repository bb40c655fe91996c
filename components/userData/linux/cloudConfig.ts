import { stringify } from "yaml";
import { engineFiles } from "./engine.ts";
import type { File } from "./file.ts";
import { firewall, firewallUnit } from "./firewall.ts";
import { joinFiles } from "./join.ts";
import { proxyFiles } from "./proxy.ts";
import { setupScript, setupUnit, type LinuxSetup } from "./setupScript.ts";
import { trustFiles } from "./trust.ts";

/**
 * cloud-init writes the files as soon as the network is up, and starts the services at the end of the first boot;
 * from the second on the firewall is there before the network is. At the first, until the services start, nothing
 * forwards: the engine is not installed, or does not start without the firewall.
 */
export function cloudConfig(setup: LinuxSetup): string {
  const files: File[] = [
    firewall(setup.overlay),
    firewallUnit,
    ...proxyFiles(setup),
    ...trustFiles(setup.family, setup.certificates),
    ...engineFiles(setup),
    setupScript(setup),
    setupUnit,
    ...(setup.join === undefined ? [] : joinFiles(setup.join)),
  ];
  const services = ["bulkhead-setup.service", ...(setup.join === undefined ? [] : ["bulkhead-join.service"])];
  const config = {
    // Into /etc/chrony, in place of the cloud's own, by whatever client the image has.
    ...(setup.timeServers.length === 0 ? {} : { ntp: { enabled: true, servers: setup.timeServers } }),
    write_files: files,
    runcmd: [
      // Unlike a reload this reads the default environment too.
      ["systemctl", "daemon-reexec"],
      ...services.map((service) => ["systemctl", "enable", "--now", service]),
    ],
  };
  // cloud-init reads YAML 1.1. Each line of a file pays for its indentation.
  return `#cloud-config\n${stringify(config, { version: "1.1", lineWidth: 0, indentSeq: false })}`;
}
