import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import grpc from "@grpc/grpc-js";
import type { ServiceError } from "@grpc/grpc-js";
import languageGrpc from "@pulumi/pulumi/proto/language_grpc_pb.js";
import type { LanguageRuntimeClient } from "@pulumi/pulumi/proto/language_grpc_pb.js";
import pb from "@pulumi/pulumi/proto/language_pb.js";
import type { ProgramInfo } from "@pulumi/pulumi/proto/language_pb.js";
import { afterwards } from "../../support/afterwards.ts";
import { until } from "../../support/until.ts";

export const hostFile = fileURLToPath(
  new URL("../../../scripts/offline/language/pulumi-language-nodejs", import.meta.url),
);

// The generated code takes messages of its own copy of google-protobuf only.
const sdk = createRequire(createRequire(import.meta.url).resolve("@pulumi/pulumi/proto/language_pb.js"));
const { Struct } = sdk(
  "google-protobuf/google/protobuf/struct_pb.js",
) as typeof import("google-protobuf/google/protobuf/struct_pb.js");
export const { Empty } = sdk(
  "google-protobuf/google/protobuf/empty_pb.js",
) as typeof import("google-protobuf/google/protobuf/empty_pb.js");

/** The host as the CLI starts it, in a process and a process group of its own. */
export class LanguageHost {
  readonly client: LanguageRuntimeClient;
  readonly port: string;
  readonly #process: ChildProcess;
  readonly #output: { stdout: string; stderr: string };

  private constructor(host: ChildProcess, port: string, output: { stdout: string; stderr: string }) {
    this.#process = host;
    this.#output = output;
    this.port = port;
    this.client = new languageGrpc.LanguageRuntimeClient(
      `127.0.0.1:${port}`,
      grpc.credentials.createInsecure(),
    );
  }

  static async start(
    args: readonly string[] = [],
    { environment = {}, file = hostFile }: { environment?: NodeJS.ProcessEnv; file?: string } = {},
  ): Promise<LanguageHost> {
    const host = spawn(file, args, {
      env: { ...process.env, BULKHEAD_NODE: process.execPath, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    const output = { stdout: "", stderr: "" };
    host.stdout.on("data", (chunk: Buffer) => (output.stdout += chunk.toString()));
    host.stderr.on("data", (chunk: Buffer) => (output.stderr += chunk.toString()));
    await until(
      "the host prints its port",
      () => output.stdout.includes("\n") || host.exitCode !== null || host.signalCode !== null,
    );
    const [port = ""] = output.stdout.split("\n");
    if (!/^\d+$/.test(port)) throw new Error(`the host did not start: ${output.stdout}${output.stderr}`);
    const started = new LanguageHost(host, port, output);
    afterwards(() => started.stop());
    return started;
  }

  get pid(): number {
    return this.#process.pid ?? NaN;
  }

  get stdout(): string {
    return this.#output.stdout;
  }

  get stderr(): string {
    return this.#output.stderr;
  }

  get hasEnded(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  async stop(): Promise<void> {
    this.client.close();
    if (this.hasEnded) return;
    const ended = once(this.#process, "exit");
    this.#process.kill("SIGTERM");
    const impatience = setTimeout(() => this.#process.kill("SIGKILL"), 5_000);
    await ended;
    clearTimeout(impatience);
  }
}

/** The answer to a call, or its error. */
export function answer<Response>(
  call: (done: (error: ServiceError | null, response: Response) => void) => unknown,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    call((error, response) => {
      if (error === null) resolve(response);
      else reject(error);
    });
  });
}

export function programIn(
  folder: string,
  options: Readonly<Record<string, boolean | string>> = {},
  entryPoint = ".",
): ProgramInfo {
  return new pb.ProgramInfo()
    .setRootDirectory(folder)
    .setProgramDirectory(folder)
    .setEntryPoint(entryPoint)
    .setOptions(Struct.fromJavaScript(options));
}

/** What a host needs to see of an engine: an address that answers whether it is well. */
export class FakeEngine {
  readonly address: string;
  healthChecks = 0;
  readonly #server: grpc.Server;

  private constructor(server: grpc.Server, port: number) {
    this.#server = server;
    this.address = `127.0.0.1:${String(port)}`;
  }

  static async start(): Promise<FakeEngine> {
    const server = new grpc.Server();
    const bytes = (message: Buffer) => message;
    server.addService(
      {
        check: {
          path: "/grpc.health.v1.Health/Check",
          requestStream: false,
          responseStream: false,
          requestSerialize: bytes,
          requestDeserialize: bytes,
          responseSerialize: bytes,
          responseDeserialize: bytes,
        },
      },
      {
        check: (_call: unknown, done: (error: null, response: Buffer) => void) => {
          engine.healthChecks++;
          done(null, Buffer.alloc(0));
        },
      },
    );
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) => {
        if (error === null) resolve(bound);
        else reject(error);
      });
    });
    const engine = new FakeEngine(server, port);
    afterwards(() => {
      engine.stop();
    });
    return engine;
  }

  /** Closes every connection, and takes new ones. */
  hangUp(): void {
    this.#server.drain(this.address, 0);
  }

  stop(): void {
    this.#server.forceShutdown();
  }
}
