import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";

/** A way to a simulated AWS that can be blocked when it is asked for something: what comes from then on gets no answer. */
export class HeldAws {
  readonly url: string;
  readonly #server: http.Server;
  #awaited: { readonly pattern: RegExp; readonly passes: boolean; readonly met: () => void } | undefined;
  #blocked = false;

  private constructor(server: http.Server, url: string) {
    this.#server = server;
    this.url = url;
  }

  static async open(target: string): Promise<HeldAws> {
    const server = http.createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const way = new HeldAws(server, `http://127.0.0.1:${port}`);
    server.on("request", (request, response) => void way.#take(target, request, response));
    return way;
  }

  /**
   * Resolves when a request comes whose text matches, such as `Action=RunInstances`, and lets no more through. That
   * request itself reaches AWS where it `passes`, and its answer is held back.
   */
  block(pattern: RegExp, { passes = false } = {}): Promise<void> {
    return new Promise((met) => {
      this.#awaited = { pattern, passes, met };
    });
  }

  /** Lets everything through again; what was held back is cut off. */
  open(): void {
    this.#awaited = undefined;
    this.#blocked = false;
    this.#server.closeAllConnections();
  }

  async close(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #take(target: string, request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    try {
      let text = "";
      for await (const chunk of request.setEncoding("utf8")) text += String(chunk);
      if (this.#blocked) return;
      const { pattern, passes, met } = this.#awaited ?? {};
      const isMet = pattern?.test(`${request.method} ${request.url} ${text}`) === true;
      if (isMet) this.#blocked = true;
      if (!isMet || passes === true) {
        const { method = "GET", url = "/" } = request;
        const onwards = http.request(new URL(url, target), {
          method,
          headers: request.headers,
          agent: false,
        });
        onwards.end(text);
        const [answer] = (await once(onwards, "response")) as [http.IncomingMessage];
        if (isMet) await once(answer.resume(), "end");
        else {
          response.writeHead(answer.statusCode ?? 500, answer.headers);
          answer.pipe(response);
        }
      }
      if (isMet) met?.();
    } catch {
      // The client or the simulated AWS has gone.
      response.destroy();
    }
  }
}
