import type { MachineSetup } from "./setup.ts";

/** A machine itself and its metadata service, which no proxy reaches. */
const always = ["localhost", "127.0.0.1", "169.254.169.254"];

export const withoutProxy = (except: readonly string[]): string[] => [...new Set([...always, ...except])];

/** The environment's variables that programs take a proxy from; some read them in lower case only. */
export const proxyVariables = ({ url, except }: NonNullable<MachineSetup["proxy"]>) => ({
  HTTP_PROXY: url,
  HTTPS_PROXY: url,
  NO_PROXY: withoutProxy(except).join(","),
});
