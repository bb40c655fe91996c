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

export interface Request {
  readonly method: string;
  readonly url: string;
  /** Whose certificate came with it. */
  readonly user: string;
  readonly body: unknown;
}

export type Answering = (request: Request) => Answer;
type Reply = Answer | Answering;

const answerTo = (request: Request, reply: Reply): Answer =>
  typeof reply === "function" ? reply(request) : reply;

/** These answers to each request in turn, and the last of them again and again. */
export function inTurn(first: Reply, ...others: readonly Reply[]): Answering {
  const asked = new Map<string, number>();
  return (request) => {
    const key = JSON.stringify([request.method, request.url, request.body]);
    const before = asked.get(key) ?? 0;
    asked.set(key, before + 1);
    return answerTo(request, [first, ...others][before] ?? others.at(-1) ?? first);
  };
}

/** The pods by which the engine finds out whether an API server keeps a namespace, by what is wrong with each. */
export const probes = ["nodeSelector", "hostNetwork", "nodeName"] as const;
export type Probe = (typeof probes)[number];

export function probeOf({ body }: Request): Probe {
  const { spec } = body as { readonly spec: object };
  const found = probes.filter((probe) => probe in spec);
  if (found.length !== 1) throw new Error(`not a pod with one thing wrong: ${JSON.stringify(spec)}`);
  return found[0] ?? "nodeName";
}

export const forbidden = (message: string): Answer => ({
  status: 403,
  body: { message: `pods "probe" is forbidden: ${message}` },
});

/** What an API server that keeps a namespace answers to each. */
export const refusals: Readonly<Record<Probe, Answer>> = {
  nodeSelector: forbidden("pod node label selector conflicts with its namespace node label selector"),
  hostNetwork: forbidden('violates PodSecurity "restricted:latest": host namespaces (hostNetwork=true)'),
  nodeName: forbidden(
    "ValidatingAdmissionPolicy 'bulkhead-pods' with binding 'bulkhead-pods' denied request: " +
      "spec.nodeName goes past the scheduler: leave it out",
  ),
};
export const sound: Answering = (request) => refusals[probeOf(request)];

/** Sound, but for what it answers to one of the pods. */
export const soundBut =
  (probe: Probe, reply: Reply): Answering =>
  (request) =>
    probeOf(request) === probe ? answerTo(request, reply) : sound(request);

/** An API server on loopback. */
export class FakeApiServer {
  readonly identity: Identity;
  readonly requests: Request[] = [];
  readonly #server: https.Server;
  #port = 0;

  constructor(identity: Identity, reply: Reply) {
    this.identity = identity;
    const { cert, key } = identity;
    this.#server = https.createServer({ cert, key, ca: cert, requestCert: true }, (request, response) => {
      let text = "";
      request.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      request.on("end", () => {
        const { socket } = request;
        const user = socket instanceof TLSSocket ? socket.getPeerCertificate().subject.CN : "nobody";
        const asked: Request = {
          method: request.method ?? "",
          url: request.url ?? "",
          user: String(user),
          body: text === "" ? undefined : JSON.parse(text),
        };
        this.requests.push(asked);
        const { status, body } = answerTo(asked, reply);
        response.writeHead(status).end(typeof body === "string" ? body : JSON.stringify(body));
      });
    });
  }

  static async start(identity: Identity, reply: Reply): Promise<FakeApiServer> {
    const server = new FakeApiServer(identity, reply);
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
