import type { MachineSetup } from "../setup.ts";
import { proxyVariables } from "../proxy.ts";
import type { File } from "./file.ts";

/**
 * systemd hands its default environment to every service, so to the engine, the agents and what updates packages.
 * apt also asks by hand; it heeds `no_proxy`, and where that is not set knows whole names only.
 */
export function proxyFiles({ proxy, family }: MachineSetup): File[] {
  if (proxy === undefined) return [];
  const assignments = Object.entries(proxyVariables(proxy)).flatMap(([name, value]) =>
    [name, name.toLowerCase()].map((variant) => `"${variant}=${value}"`),
  );
  const service: File = {
    path: "/etc/systemd/system.conf.d/bulkhead-proxy.conf",
    content: `[Manager]\nDefaultEnvironment=${assignments.join(" ")}\n`,
  };
  return family === "ubuntu" ? [service, aptProxy(proxy)] : [service];
}

/** apt-transport-http(1) */
function aptProxy({ url, except }: NonNullable<MachineSetup["proxy"]>): File {
  const direct = except.filter((name) => /^[\w-][\w.-]*$/.test(name));
  const lines = ["http", "https"].flatMap((scheme) => [
    `Acquire::${scheme}::Proxy "${url}";`,
    ...direct.map((name) => `Acquire::${scheme}::Proxy::${name} "DIRECT";`),
  ]);
  return { path: "/etc/apt/apt.conf.d/90bulkhead-proxy", content: `${lines.join("\n")}\n` };
}
