import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { EC2 } from "@aws-sdk/client-ec2";
import { ElasticLoadBalancingV2 } from "@aws-sdk/client-elastic-load-balancing-v2";
import { IAM } from "@aws-sdk/client-iam";
import { Route53 } from "@aws-sdk/client-route-53";

/** The services that the kinds call. */
export interface Clients {
  readonly ec2: EC2;
  readonly balancing: ElasticLoadBalancingV2;
  readonly iam: IAM;
  readonly logs: CloudWatchLogs;
  readonly dns: Route53;
}

/** A simulated AWS and how to ask it. */
export interface Session extends Clients {
  readonly region: string;
  /** The same clients, whose calls end when the signal comes. */
  for(signal: AbortSignal): Clients;
  /** Does something while nothing else is done under the same key. */
  alone<T>(key: string, action: () => Promise<T>): Promise<T>;
  close(): void;
}

/**
 * Throttling, 5xx and cut connections are tried again by the SDK, each time after a longer while. The official provider
 * tries 25 times (https://www.pulumi.com/registry/packages/aws/api-docs/provider, maxRetries).
 */
const attempts = 10;

/** Throws where the address is not this machine's own: fake credentials must never reach the real AWS. */
export function openSession(url: string, region: string, maxAttempts = attempts): Session {
  if (!isLoopback(url))
    throw new Error(
      `the simulated AWS is at "${url}"; allowed: an address of this machine, such as http://127.0.0.1:5000.`,
    );
  const options = {
    endpoint: url,
    region,
    credentials: { accessKeyId: "simulated", secretAccessKey: "simulated" },
    maxAttempts,
  };
  const clients: Clients = {
    ec2: new EC2(options),
    balancing: new ElasticLoadBalancingV2(options),
    iam: new IAM(options),
    logs: new CloudWatchLogs(options),
    dns: new Route53(options),
  };
  const bound = new WeakMap<AbortSignal, Clients>();
  const last = new Map<string, Promise<unknown>>();
  return {
    ...clients,
    region,
    for: (signal) => {
      const known = bound.get(signal) ?? bind(clients, signal);
      bound.set(signal, known);
      return known;
    },
    alone: async (key, action) => {
      const mine = (last.get(key) ?? Promise.resolve()).then(action, action);
      last.set(key, mine);
      try {
        return await mine;
      } finally {
        if (last.get(key) === mine) last.delete(key);
      }
    },
    close: () => {
      for (const client of Object.values(clients) as { destroy(): void }[]) client.destroy();
    },
  };
}

export function isLoopback(url: string): boolean {
  const parsed = URL.parse(url);
  return parsed?.protocol === "http:" && /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(parsed.hostname);
}

function bind(clients: Clients, abortSignal: AbortSignal): Clients {
  return {
    ec2: withSignal(clients.ec2, abortSignal),
    balancing: withSignal(clients.balancing, abortSignal),
    iam: withSignal(clients.iam, abortSignal),
    logs: withSignal(clients.logs, abortSignal),
    dns: withSignal(clients.dns, abortSignal),
  };
}

/** The SDK takes a signal with each call; its methods all go by way of `send`. */
function withSignal<C extends object>(client: C, abortSignal: AbortSignal): C {
  const { send } = client as unknown as { send: (command: unknown, options: object) => Promise<unknown> };
  return Object.create(client, {
    send: {
      value: (command: unknown, options: object = {}) =>
        send.call(client, command, { ...options, abortSignal }),
    },
  }) as C;
}
