import { proxyVariables, withoutProxy } from "../proxy.ts";
import { powershellString } from "../quote.ts";
import type { MachineSetup } from "../setup.ts";

type Proxy = NonNullable<MachineSetup["proxy"]>;

/** What the engine and other services read, from their next start on. */
export const machineProxy = (proxy: Proxy): string =>
  Object.entries(proxyVariables(proxy))
    .map(
      ([name, value]) =>
        `[Environment]::SetEnvironmentVariable(${powershellString(name)}, ${powershellString(value)}, 'Machine')`,
    )
    .join("\n");

/**
 * What .NET uses in one script, so also AWS Tools for PowerShell; it knows regular expressions about a URL's start
 * (System.Net.WebProxy.BypassArrayList), and nothing like a block of addresses, which only the engine heeds.
 */
export const scriptProxy = ({ url, except }: Proxy): string =>
  `[Net.WebRequest]::DefaultWebProxy = New-Object Net.WebProxy ${powershellString(url)}, $true, @(${withoutProxy(
    except,
  )
    .filter((name) => !name.includes("/"))
    .map((name) => powershellString(bypass(name)))
    .join(", ")})\n`;

/** As `NO_PROXY` is read: a name stands for what lies below it too. */
const bypass = (name: string): string =>
  `://([^/:]+\\.)?${name.replace(/^\*?\./, "").replaceAll(".", "\\.")}(:\\d+)?$`;
