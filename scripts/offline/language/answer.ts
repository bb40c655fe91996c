import grpc from "@grpc/grpc-js";
import type { handleServerStreamingCall, handleUnaryCall } from "@grpc/grpc-js";

/** An error with a gRPC status of its own. Every other error reaches the CLI as UNKNOWN with its message. */
export class Refusal extends Error {
  readonly code: grpc.status;
  constructor(code: grpc.status, message: string) {
    super(message);
    this.code = code;
  }
}

export function unsupported(what: string): Refusal {
  return new Refusal(
    grpc.status.UNIMPLEMENTED,
    `${what} is not supported by Bulkhead's stand-in Node.js host; ` +
      "install the official Pulumi CLI (https://www.pulumi.com/docs/install/), which has it",
  );
}

/** Answers a call with what a function returns or throws; the signal tells it that the caller has gone. */
export function unary<Request, Response>(
  answer: (request: Request, gone: AbortSignal) => Response | Promise<Response>,
): handleUnaryCall<Request, Response> {
  return (call, callback) => {
    const gone = new AbortController();
    call.once("cancelled", () => {
      gone.abort();
    });
    (async () => answer(call.request, gone.signal))().then(
      (response) => {
        callback(null, response);
      },
      (error: unknown) => {
        callback(status(error));
      },
    );
  };
}

/** As `unary`, for a call that is answered piece by piece. */
export function streaming<Request, Response>(
  answer: (request: Request, send: (response: Response) => void, gone: AbortSignal) => Promise<void>,
): handleServerStreamingCall<Request, Response> {
  return (call) => {
    const gone = new AbortController();
    call.once("cancelled", () => {
      gone.abort();
    });
    const send = (response: Response) => {
      if (!gone.signal.aborted) call.write(response);
    };
    (async () => answer(call.request, send, gone.signal))().then(
      () => {
        call.end();
      },
      (error: unknown) => {
        call.emit("error", status(error));
      },
    );
  };
}

function status(error: unknown): { code: grpc.status; details: string } {
  return {
    code: error instanceof Refusal ? error.code : grpc.status.UNKNOWN,
    details: error instanceof Error ? error.message : String(error),
  };
}
