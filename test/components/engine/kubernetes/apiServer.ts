import { execFile } from "node:child_process";
import https from "node:https";
import type { AddressInfo } from "node:net";
import { TLSSocket } from "node:tls";
import { promisify } from "node:util";
import { afterwards } from "../../../support/afterwards.ts";

const execute = promisify(execFile);

export interface Identity {
  readonly cert: string;
  readonly key: string;
}

/** A key and a certificate that it has signed itself, with openssl. */
export async function makeIdentity(commonName = "bulkhead:admin"): Promise<Identity> {
  const { stdout } = await execute("openssl", [
    ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"],
    ...["-keyout", "-", "-subj", `/CN=${commonName}`, "-addext", "subjectAltName=IP:127.0.0.1"],
  ]);
  const cert = stdout.indexOf("-----BEGIN CERTIFICATE-----");
  return { key: stdout.slice(0, cert), cert: stdout.slice(cert) };
}

export interface Answer {
  readonly status: number;
  readonly body: string | object;
}

/** What the admission plugin PodNodeSelector makes an API server answer. */
export const refusal: Answer = {
  status: 403,
  body: {
    message:
      'pods "of-another-collection" is forbidden: pod node label selector conflicts with its namespace node label selector',
  },
};

export interface Request {
  readonly method: string;
  readonly url: string;
  /** Whose certificate came with it. */
  readonly user: string;
  readonly body: unknown;
}

/** An API server on loopback that gives these answers, the last of them again and again. */
export class FakeApiServer {
  readonly identity: Identity;
  readonly requests: Request[] = [];
  readonly #server: https.Server;
  #port = 0;

  constructor(identity: Identity, answers: readonly [Answer, ...Answer[]]) {
    this.identity = identity;
    const waiting = [...answers];
    const { cert, key } = identity;
    this.#server = https.createServer({ cert, key, ca: cert, requestCert: true }, (request, response) => {
      let text = "";
      request.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      request.on("end", () => {
        const { socket } = request;
        const user = socket instanceof TLSSocket ? socket.getPeerCertificate().subject.CN : "nobody";
        this.requests.push({
          method: request.method ?? "",
          url: request.url ?? "",
          user: String(user),
          body: JSON.parse(text),
        });
        const { status, body } = (waiting.length > 1 ? waiting.shift() : undefined) ?? waiting[0] ?? refusal;
        response.writeHead(status).end(typeof body === "string" ? body : JSON.stringify(body));
      });
    });
  }

  static async start(identity: Identity, ...answers: readonly [Answer, ...Answer[]]): Promise<FakeApiServer> {
    const server = new FakeApiServer(identity, answers);
    afterwards(() => server.stop());
    await server.listen();
    return server;
  }

  get url(): string {
    return `https://127.0.0.1:${this.#port}`;
  }

  /** Listens where it did before, if it did. */
  listen(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.listen(this.#port, "127.0.0.1", () => {
        this.#port = (this.#server.address() as AddressInfo).port;
        resolve();
      });
    });
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.closeAllConnections();
      this.#server.close(() => {
        resolve();
      });
    });
  }
}
