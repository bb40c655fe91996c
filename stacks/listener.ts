import type { Socket } from "node:net";
import * as pulumi from "@pulumi/pulumi";
import type { Headroom } from "../components/plan/index.ts";
import type { Account } from "../components/proof/report/index.ts";

/** Names the Unix socket of who asked for a preview and wants to know more of it than Pulumi tells. */
export const listenerVariable = "BULKHEAD_LISTENER";

/** What a program tells its listener, one JSON object a line. */
export type Told =
  | { readonly account: Account }
  | { readonly limits: readonly Headroom[] }
  /** What keeps an update from going on, and not a preview that somebody reads. */
  | { readonly note: string }
  /** A value that is marked secret, so that it can be kept out of whatever is shown. Nothing of this is on a disk. */
  | { readonly secret: string };

/**
 * Whoever shows a preview to people, as `scripts/preview` does. It is told what does not hold and shows that, so the
 * preview goes on to its end; an update never has a listener.
 */
export class Listener {
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** The listener that the environment names, in a preview. */
  static async find(env: NodeJS.ProcessEnv): Promise<Listener | undefined> {
    const path = env[listenerVariable] ?? "";
    if (path === "" || !pulumi.runtime.isDryRun()) return undefined;
    const { createConnection } = await import("node:net");
    const socket = createConnection(path);
    await new Promise((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", reject);
    });
    socket.on("error", () => undefined);
    // The program ends when it has nothing else to do.
    socket.unref();
    return new Listener(socket);
  }

  async tell(told: Told): Promise<void> {
    await new Promise((resolve) => this.#socket.write(`${JSON.stringify(told)}\n`, resolve));
  }

  /** Tells each secret that is handed to a resource, as soon as it is known. */
  watchSecrets(): void {
    pulumi.runtime.registerStackTransformation(({ props }) => {
      void this.#secretsIn(props, false);
      return undefined;
    });
  }

  async #secretsIn(value: unknown, secret: boolean): Promise<void> {
    if (pulumi.Output.isInstance(value)) {
      const output = value as pulumi.Output<unknown> & Internals;
      const [isKnown, isSecret, inner] = await Promise.all([
        output.isKnown,
        output.isSecret,
        output.promise(),
      ]).catch(() => [false, false, undefined] as const);
      if (isKnown) await this.#secretsIn(inner, secret || isSecret);
    } else if (value instanceof Promise) await this.#secretsIn(await value.catch(() => undefined), secret);
    else if (Array.isArray(value)) await Promise.all(value.map((item) => this.#secretsIn(item, secret)));
    else if (typeof value === "object" && value !== null && !pulumi.Resource.isInstance(value))
      await Promise.all(Object.values(value).map((item) => this.#secretsIn(item, secret)));
    else if (secret && typeof value === "string" && value !== "") await this.tell({ secret: value });
  }
}

// These are the SDK's own, left out of its types (https://github.com/pulumi/pulumi, sdk/nodejs/output.ts).
interface Internals {
  readonly isKnown: Promise<boolean>;
  readonly isSecret: Promise<boolean>;
  readonly promise: () => Promise<unknown>;
}
