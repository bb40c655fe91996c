import { isIPv4 } from "node:net";
import type { Cloud, Context, Kind } from "./kind.ts";

/** The environment variable that names a simulated cloud. */
export const variable = "BULKHEAD_SIMULATED_AWS";

/** Who owns what is in the simulated cloud: moto's default (https://docs.getmoto.org/en/latest/docs/multi_account.html). */
const account = "123456789012";

/** The URL of a simulated cloud, undefined where none is asked for; throws where it is not on this machine. */
export function simulatedCloud(env: NodeJS.ProcessEnv): string | undefined {
  const value = env[variable] ?? "";
  if (value === "") return undefined;
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || !isLoopback(url.hostname))
    throw new Error(
      `${variable} is "${value}"; allowed: the http URL of a simulated cloud on this machine (127.0.0.0/8, localhost or [::1]), ` +
        "such as http://127.0.0.1:5000. Unset it to plan only.",
    );
  return url.origin;
}

const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "[::1]" || (isIPv4(host) && host.startsWith("127."));

/** Opens the simulated cloud at a URL. */
export type OpenCloud = (url: string, context: Pick<Context, "region">) => Promise<Cloud>;

const openOwn: OpenCloud = async (url, context) => (await import("./cloud/index.ts")).openCloud(url, context);

/** The simulated cloud, opened when something asks for it, since its SDK takes its time to load. */
export class Simulation {
  readonly #url: string;
  readonly #region: string;
  readonly #openCloud: OpenCloud;
  readonly #abort = new AbortController();
  #cloud: Promise<Cloud> | undefined;

  constructor(url: string, region: string, openCloud = openOwn) {
    this.#url = url;
    this.#region = region;
    this.#openCloud = openCloud;
  }

  get context(): Context {
    return { region: this.#region, account, signal: this.#abort.signal };
  }

  async kind(type: string): Promise<Kind> {
    const { kinds } = await this.#open();
    const kind = kinds.get(type);
    if (kind !== undefined) return kind;
    throw new Error(
      `the simulated cloud has no ${type}; it has ${[...kinds.keys()].sort().join(", ")}. ` +
        `Leave the resource out, or unset ${variable} to plan only.`,
    );
  }

  cancel(): void {
    this.#abort.abort(new Error("the engine has cancelled"));
  }

  #open(): Promise<Cloud> {
    this.#cloud ??= this.#openCloud(this.#url, { region: this.#region });
    return this.#cloud;
  }
}
