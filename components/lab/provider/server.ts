import structPb from "google-protobuf/google/protobuf/struct_pb.js";
import type { JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb.js";
import pluginPb from "@pulumi/pulumi/proto/plugin_pb.js";
import providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import type { IResourceProviderServer } from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import pb from "@pulumi/pulumi/proto/provider_pb.js";
import { serve as serveMethods, unary } from "../../plugin/index.ts";
import type { Properties, Provider } from "./provider.ts";

/*
 * `pulumirpc.ResourceProvider` (proto/pulumi/provider.proto) without what the lab does not have: that is answered as
 * not implemented, and the engine does without. The SDK's own server, `main` of @pulumi/pulumi/provider, cannot import
 * (it fails on a read that brings no properties, as of 3.270), and it knows no detailed differences.
 */

/** Serves a provider on a free port, which it returns. */
export const serve = (provider: Provider): Promise<number> =>
  serveMethods(providerGrpc.ResourceProviderService, methods(provider));

function methods(provider: Provider): Partial<IResourceProviderServer> {
  const guarded = (urn: string, values: Properties) => struct(guard(values, provider.secrets(urn)));
  return {
    getPluginInfo: unary(() => new pluginPb.PluginInfo().setVersion(provider.version)),
    getSchema: unary(() => new pb.GetSchemaResponse().setSchema(JSON.stringify(provider.schema))),
    configure: unary(() => new pb.ConfigureResponse()),
    attach: unary(() => empty()),
    // What has begun is finished: a change takes less than a second.
    cancel: unary(() => empty()),
    check: unary((request) => {
      const { inputs, failures } = provider.check(request.getUrn(), properties(request.getNews()));
      const list = failures.map(({ property, reason }) =>
        new pb.CheckFailure().setProperty(property).setReason(reason),
      );
      return new pb.CheckResponse().setInputs(guarded(request.getUrn(), inputs)).setFailuresList(list);
    }),
    diff: unary(async (request) => {
      const { changed, replacing, details } = await provider.diff(
        request.getId(),
        request.getUrn(),
        properties(request.getOlds()),
        properties(request.getNews()),
      );
      const response = new pb.DiffResponse()
        .setChanges(pb.DiffResponse.DiffChanges[changed ? "DIFF_SOME" : "DIFF_NONE"])
        .setReplacesList([...replacing])
        .setDeletebeforereplace(true);
      // Without any the engine looks for itself.
      response.setHasdetaileddiff(details.length > 0);
      for (const { path, kind, of } of details) {
        const { ADD, DELETE, UPDATE, ADD_REPLACE, DELETE_REPLACE, UPDATE_REPLACE } = pb.PropertyDiff.Kind;
        const replaces = replacing.includes(/^\w+/.exec(path)?.[0] ?? "");
        const kinds = replaces
          ? { add: ADD_REPLACE, delete: DELETE_REPLACE, update: UPDATE_REPLACE }
          : { add: ADD, delete: DELETE, update: UPDATE };
        const difference = new pb.PropertyDiff().setKind(kinds[kind]).setInputdiff(of === "inputs");
        response.getDetaileddiffMap().set(path, difference);
      }
      return response;
    }),
    create: unary(async (request) => {
      const { id, outputs } = await provider.create(request.getUrn(), properties(request.getProperties()));
      return new pb.CreateResponse().setId(id).setProperties(guarded(request.getUrn(), outputs));
    }),
    read: unary(async (request) => {
      const found = await provider.read(request.getId(), request.getUrn());
      const response = new pb.ReadResponse();
      if (found === undefined) return response;
      return response
        .setId(request.getId())
        .setInputs(guarded(request.getUrn(), found.inputs))
        .setProperties(guarded(request.getUrn(), found.outputs));
    }),
    update: unary(async (request) => {
      const outputs = await provider.update(
        request.getId(),
        request.getUrn(),
        properties(request.getOlds()),
        properties(request.getNews()),
      );
      return new pb.UpdateResponse().setProperties(guarded(request.getUrn(), outputs));
    }),
    delete: unary(async (request) => {
      await provider.delete(request.getId(), request.getUrn(), properties(request.getProperties()));
      return empty();
    }),
  };
}

// The generated code takes only its own copy of the class.
const empty = () => providerGrpc.ResourceProviderService.delete.responseDeserialize(Buffer.alloc(0));

const properties = (message: Struct | undefined): Properties => message?.toJavaScript() ?? {};

/** Marks values as secrets, as sdk/nodejs/runtime/rpc.ts has it, which the engine then keeps and shows as such. */
const guard = (values: Properties, secrets: readonly string[]): Properties =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      secrets.includes(name) && value !== undefined ? { [mark]: secretMark, value } : value,
    ]),
  );

const mark = "4dabf18193072939515e22adb298388d";
const secretMark = "1b47061264138c4ac30d75fd1eb44270";

const struct = (values: Properties): Struct =>
  structPb.Struct.fromJavaScript(values as Record<string, JavaScriptValue>);
