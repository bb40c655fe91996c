import { createServer, type Server } from "node:net";
import type { Headroom } from "../../../../components/plan/index.ts";
import type { Account } from "../../../../components/proof/report/index.ts";
import { listenerVariable, type Told } from "../../../../stacks/listener.ts";
import type { Secrets } from "../secrets/index.ts";

/** What a program tells of itself while it is previewed. */
export class Hearing {
  account: Account | undefined;
  limits: readonly Headroom[] = [];
  readonly notes: string[] = [];
  readonly #server: Server;
  readonly #socket: string;

  private constructor(server: Server, socket: string) {
    this.#server = server;
    this.#socket = socket;
  }

  /** Listens on a socket at `path`, which has to be where nobody else may look. */
  static async open(path: string, secrets: Secrets): Promise<Hearing> {
    const server = createServer();
    const hearing = new Hearing(server, path);
    server.on("connection", (connection) => {
      let rest = "";
      connection.setEncoding("utf8");
      connection.on("error", () => undefined);
      connection.on("data", (text: string) => {
        const lines = (rest + text).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) hearing.#hear(parse(line), secrets);
      });
    });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(path, resolve);
    });
    return hearing;
  }

  /** What a program needs in its environment to tell. */
  get variables(): Readonly<Record<string, string>> {
    return { [listenerVariable]: this.#socket };
  }

  close(): void {
    this.#server.close();
  }

  #hear(told: Told | undefined, secrets: Secrets): void {
    if (told === undefined) return;
    if ("account" in told) this.account = told.account;
    else if ("limits" in told) this.limits = told.limits;
    else if ("note" in told) this.notes.push(told.note);
    else secrets.add(told.secret);
  }
}

/** What a program says that is none of ours, as a fork's may be, is not heard. */
function parse(line: string): Told | undefined {
  try {
    const told: unknown = JSON.parse(line);
    return typeof told === "object" && told !== null ? (told as Told) : undefined;
  } catch {
    return undefined;
  }
}
