import grpc from "@grpc/grpc-js";
import engineGrpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import pb from "@pulumi/pulumi/proto/engine_pb.js";

/** Tells people something, about a resource where there is a URN. */
export type Tell = (severity: "info" | "warning", message: string, urn?: string) => Promise<void>;

/**
 * What is told goes to the engine that started this with its address as the last argument
 * (sdk/go/common/resource/plugin/plugin.go); without one, nowhere.
 */
export function teller(args: readonly string[]): Tell {
  const address = args.findLast((arg) => /^[^-].*:\d+$/.test(arg));
  if (address === undefined) return () => Promise.resolve();
  let client: InstanceType<typeof engineGrpc.EngineClient> | undefined;
  return (severity, message, urn = "") => {
    client ??= new engineGrpc.EngineClient(address, grpc.credentials.createInsecure());
    const { INFO, WARNING } = pb.LogSeverity;
    const request = new pb.LogRequest()
      .setSeverity(severity === "info" ? INFO : WARNING)
      .setMessage(message)
      .setUrn(urn);
    return new Promise((resolve) => {
      // An engine that has gone reads nothing, and who is told is no reason to fail.
      client?.log(request, () => {
        resolve();
      });
    });
  };
}
