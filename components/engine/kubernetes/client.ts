import https from "node:https";

/** How a user reaches an API server. */
export interface Identity {
  readonly server: string;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

export interface Answer {
  /** Of HTTP; 0 where the server cannot be reached. */
  readonly status: number;
  /** What a refusal says, or why the server cannot be reached. */
  readonly message: string;
  readonly body: Readonly<Record<string, unknown>>;
}

const patience = 10_000;

/** An API server, asked with a user's certificate: Node's fetch takes none. */
export class ApiServer {
  readonly #identity: Identity;
  readonly #agent: https.Agent;

  constructor(identity: Identity) {
    this.#identity = identity;
    this.#agent = new https.Agent({ keepAlive: true, maxSockets: 8 });
  }

  /** Closes its connections. */
  close(): void {
    this.#agent.destroy();
  }

  ask(
    method: "GET" | "POST" | "PATCH" | "DELETE",
    path: string,
    body?: object,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const { server, ...tls } = this.#identity;
    // https://kubernetes.io/docs/reference/using-api/api-concepts/#patch-and-apply
    const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
    return new Promise((resolve) => {
      const request = https.request(
        `${server}${path}`,
        {
          ...tls,
          method,
          agent: this.#agent,
          timeout: patience,
          headers: { ...(body === undefined ? {} : { "content-type": type }), ...headers },
        },
        (response) => {
          let text = "";
          response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
          response.on("end", () => {
            resolve(answerOf(response.statusCode ?? 0, text));
          });
          response.on("error", ({ message }) => {
            resolve({ status: 0, message, body: {} });
          });
        },
      );
      request.on("timeout", () => request.destroy(new Error(`no answer within ${patience / 1000} s`)));
      request.on("error", ({ message }) => {
        resolve({ status: 0, message, body: {} });
      });
      request.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}

function answerOf(status: number, text: string): Answer {
  try {
    const body = JSON.parse(text) as Readonly<Record<string, unknown>>;
    const message = body["message"];
    return { status, message: typeof message === "string" ? message : "", body };
  } catch {
    return { status, message: text.trim().slice(0, 200), body: {} };
  }
}
