import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { afterwards } from "../../support/afterwards.ts";

export interface Server {
  readonly url: string;
  /** The paths that it was asked for, in order. */
  readonly asked: readonly string[];
}

/** A server on this machine that has these files and nothing else, for one test. */
export async function serve(files: Readonly<Record<string, string | Buffer>>): Promise<Server> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    asked.push(path);
    const file = files[path];
    response.writeHead(file === undefined ? 404 : 200).end(file);
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  afterwards(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" ? (address?.port ?? 0) : 0}`,
    asked,
  };
}

export const sha256 = (content: string | Buffer): string =>
  createHash("sha256").update(content).digest("hex");
