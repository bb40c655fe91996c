import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { readFileSync } from "node:fs";

/*
 * What a machine meets when it joins: the metadata service, the secret's store and the engine, each of which prints
 * what it is asked. Run in a network of its own, by itself: node cloud.ts <state as JSON>
 */

/** How things stand. */
export interface Cloud {
  /** Answers of the store, the last again and again. */
  readonly store: readonly (readonly [number, unknown])[];
  /** Answers of the engine to a join, likewise. */
  readonly joins: readonly (readonly [number, string])[];
  readonly isMember: boolean;
}

const say = (line: string) => process.stdout.write(`${line}\n`);

function serve({ store, joins, isMember }: Cloud): void {
  let member = isMember;
  const turn = <T>(answers: readonly T[]) => {
    let next = 0;
    return (): T => answers[Math.min(next++, answers.length - 1)] as T;
  };
  const [nextFromStore, nextJoin] = [turn(store), turn(joins)];

  const metadata: RequestListener = (request, response) => {
    const answers: Record<string, string> = {
      "iam/security-credentials/": "worker",
      "iam/security-credentials/worker": JSON.stringify({
        AccessKeyId: "AKIDEXAMPLE",
        SecretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        Token: "session+/=",
      }),
      "local-ipv4": "10.16.4.128\n",
      "services/domain": "amazonaws.com",
    };
    if (request.method === "PUT" && request.url === "/latest/api/token") return response.end("imds-session");
    // As IMDSv2 does where version 1 is off.
    if (request.headers["x-aws-ec2-metadata-token"] !== "imds-session") return response.writeHead(401).end();
    const answer = answers[request.url?.replace("/latest/meta-data/", "") ?? ""];
    return answer === undefined ? response.writeHead(404).end() : response.end(answer);
  };

  const secrets: RequestListener = (request, response) =>
    void bodyOf(request).then((body) => {
      const { host, authorization } = request.headers;
      const scope = authorization?.replace(
        /^(AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/)\d{8}(.*Signature=)[0-9a-f]{64}$/,
        "$1date$2...",
      );
      say(`store: ${host ?? ""} ${String(request.headers["x-amz-target"])} ${body}`);
      say(`store: ${String(request.headers["x-amz-security-token"])} ${scope ?? ""}`);
      const [status, answer] = nextFromStore();
      response
        .writeHead(status, { "content-type": "application/x-amz-json-1.1" })
        .end(JSON.stringify(answer));
    });

  const engine: RequestListener = (request, response) =>
    void bodyOf(request).then((body) => {
      if (request.url === "/info")
        return response.end(JSON.stringify({ Swarm: { LocalNodeState: member ? "active" : "inactive" } }));
      say(`engine: ${request.method ?? ""} ${request.url ?? ""} ${body}`);
      const [status, message] = nextJoin();
      member = status === 200;
      return response.writeHead(status).end(message);
    });

  const tls = { key: readFileSync("/run/tls/key.pem"), cert: readFileSync("/run/tls/cert.pem") };
  createServer(metadata).listen(80, "169.254.169.254", () =>
    createTlsServer(tls, secrets).listen(443, "127.0.0.1", () =>
      createServer(engine).listen("/run/docker.sock", () => say("ready")),
    ),
  );
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

if (import.meta.main) serve(JSON.parse(process.argv[2] ?? "") as Cloud);
