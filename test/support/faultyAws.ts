import http from "node:http";
import type { AddressInfo } from "node:net";
import { Random } from "../../components/lab/check/random.ts";

/**
 * What becomes of a request instead of an answer: `throttled` and `failing` are refused as AWS refuses them, `gateway`
 * is a proxy's own answer, `cut` is cut off before AWS sees it, and `answerLost` after AWS has done what it asks for.
 */
export type Fault = "throttled" | "failing" | "gateway" | "cut" | "answerLost";

/** Which requests fail: the first ones, one after another (undefined is answered), or some by lot. */
export type Faults =
  | { readonly first: readonly (Fault | undefined)[] }
  | { readonly fraction: number; readonly seed: number; readonly of: readonly Fault[] };

/** A way to a simulated AWS on which requests fail. */
export class FaultyAws {
  readonly url: string;
  /** How many requests have failed in each way. */
  readonly failed = new Map<Fault, number>();
  /** How many have been answered. */
  answered = 0;
  private readonly server: http.Server;

  private constructor(server: http.Server, url: string) {
    this.server = server;
    this.url = url;
  }

  static async open(target: string, faults: Faults): Promise<FaultyAws> {
    const next = lot(faults);
    const server = http.createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const way = new FaultyAws(server, `http://127.0.0.1:${String(port)}`);
    server.on("request", (request, response) => {
      const fault = next();
      if (fault === undefined) way.answered++;
      else way.failed.set(fault, (way.failed.get(fault) ?? 0) + 1);
      if (fault === undefined || fault === "answerLost")
        forward(target, request, response, fault === "answerLost");
      // What is sent has to be read first, or the client sees its own write fail.
      else request.resume().once("end", () => fail(fault, request, response));
    });
    return way;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }
}

function lot(faults: Faults): () => Fault | undefined {
  if ("first" in faults) {
    const left = [...faults.first];
    return () => left.shift();
  }
  const random = new Random(faults.seed);
  return () => (random.below(1_000_000) < faults.fraction * 1_000_000 ? random.pick(faults.of) : undefined);
}

function forward(
  target: string,
  request: http.IncomingMessage,
  response: http.ServerResponse,
  lose: boolean,
): void {
  const { method, headers } = request;
  const onwards = http.request(
    new URL(request.url ?? "/", target),
    { ...(method === undefined ? {} : { method }), headers, agent: false },
    (answer) => {
      if (lose) answer.resume().once("end", () => response.destroy());
      else {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      }
    },
  );
  onwards.once("error", () => response.destroy());
  request.pipe(onwards);
}

function fail(
  fault: Exclude<Fault, "answerLost">,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): void {
  if (fault === "cut") response.destroy();
  else if (fault === "gateway") {
    response.writeHead(502, { "content-type": "text/html" });
    response.end("<html><body><h1>502 Bad Gateway</h1></body></html>");
  } else refuse(fault, serviceOf(request), response);
}

/** A signed request names its service (https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html). */
const serviceOf = ({ headers }: http.IncomingMessage): string =>
  /Credential=[^/]*\/\d+\/[^/]*\/([^/]+)\//.exec(headers.authorization ?? "")?.[1] ?? "";

/** Each service has its own words, and its own form, for that it is asked too much. */
function refuse(fault: "throttled" | "failing", service: string, response: http.ServerResponse): void {
  const throttled = fault === "throttled";
  if (service === "logs") {
    response.writeHead(throttled ? 400 : 500, { "content-type": "application/x-amz-json-1.1" });
    const type = throttled ? "ThrottlingException" : "ServiceUnavailableException";
    response.end(JSON.stringify({ __type: type, message: throttled ? "Rate exceeded" : "Unavailable" }));
    return;
  }
  const ec2 = service === "ec2";
  const code = throttled
    ? ec2
      ? "RequestLimitExceeded"
      : "Throttling"
    : ec2
      ? "InternalError"
      : "InternalFailure";
  const text = throttled
    ? ec2
      ? "Request limit exceeded."
      : "Rate exceeded"
    : "An internal error has occurred";
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${text}</Message></Error>`;
  response.writeHead(throttled ? (ec2 ? 503 : 400) : 500, { "content-type": "text/xml" });
  response.end(
    ec2
      ? `<Response><Errors>${error}</Errors><RequestID>0</RequestID></Response>`
      : `<ErrorResponse>${error}<RequestId>0</RequestId></ErrorResponse>`,
  );
}
