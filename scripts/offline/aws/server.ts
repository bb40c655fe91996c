import pluginPb from "@pulumi/pulumi/proto/plugin_pb.js";
import providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import type { IResourceProviderServer } from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import pb from "@pulumi/pulumi/proto/provider_pb.js";
import { serve as serveMethods, unary } from "../../../components/plugin/index.ts";
import type { Failure } from "./check.ts";
import { topOf, type Change } from "./difference.ts";
import type { Checked, Difference, StandIn } from "./standIn.ts";
import { empty, properties, struct } from "./struct.ts";
import { holdsSecret, type Properties } from "./value.ts";

/*
 * `pulumirpc.ResourceProvider` (proto/pulumi/provider.proto). What is missing here is answered as not implemented, and
 * the engine does without.
 */

/** Serves the stand-in on a free port, which it returns. */
export const serve = (standIn: StandIn): Promise<number> =>
  serveMethods(providerGrpc.ResourceProviderService, methods(standIn));

const methods = (standIn: StandIn): Partial<IResourceProviderServer> => ({
  getPluginInfo: unary(() => new pluginPb.PluginInfo().setVersion(standIn.version)),
  attach: unary(() => empty()),
  checkConfig: unary((request) => checked(standIn.checkConfiguration(properties(request.getNews())))),
  // Another region is another place: all that is there has to be made anew.
  diffConfig: unary((request) => {
    const [olds, news] = [
      properties(request.getOldInputs() ?? request.getOlds()),
      properties(request.getNews()),
    ];
    const moved = olds["region"] !== news["region"];
    const { DIFF_SOME, DIFF_NONE } = pb.DiffResponse.DiffChanges;
    const same = JSON.stringify(olds) === JSON.stringify(news);
    return new pb.DiffResponse()
      .setChanges(same ? DIFF_NONE : DIFF_SOME)
      .setReplacesList(moved ? ["region"] : []);
  }),
  configure: unary(async (request) => {
    await standIn.configure(properties(request.getArgs()));
    // So that a secret is known as one and its value never shown.
    return new pb.ConfigureResponse().setAcceptsecrets(true).setSupportspreview(true);
  }),
  cancel: unary(() => {
    standIn.cancel();
    return empty();
  }),
  check: unary(async (request) =>
    checked(
      await standIn.check(
        request.getUrn(),
        properties(request.getOlds()),
        properties(request.getNews()),
        request.getRandomseed_asU8(),
      ),
    ),
  ),
  diff: unary(async (request) =>
    difference(
      await standIn.diff(
        request.getUrn(),
        properties(request.getOldInputs() ?? request.getOlds()),
        properties(request.getNews()),
      ),
    ),
  ),
  create: unary(async (request) => {
    const inputs = properties(request.getProperties());
    if (request.getPreview())
      return new pb.CreateResponse().setProperties(struct(standIn.planned(request.getUrn(), inputs)));
    const { id, outputs } = await standIn.create(request.getUrn(), inputs);
    return new pb.CreateResponse().setId(id).setProperties(struct(outputs));
  }),
  read: unary(async (request) => {
    const found = await standIn.read(
      request.getUrn(),
      request.getId(),
      properties(request.getInputs()),
      properties(request.getProperties()),
    );
    const response = new pb.ReadResponse();
    if (found === undefined) return response;
    return response.setId(found.id).setInputs(struct(found.inputs)).setProperties(struct(found.outputs));
  }),
  update: unary(async (request) => {
    const [urn, state, news] = [
      request.getUrn(),
      properties(request.getOlds()),
      properties(request.getNews()),
    ];
    const outputs = request.getPreview()
      ? standIn.plannedUpdate(urn, state, news)
      : await standIn.update(urn, request.getId(), properties(request.getOldInputs()), news, state);
    return new pb.UpdateResponse().setProperties(struct(outputs));
  }),
  delete: unary(async (request) => {
    await standIn.delete(request.getUrn(), request.getId(), properties(request.getProperties()));
    return empty();
  }),
  invoke: unary((request) => standIn.invoke(request.getTok())),
  call: unary((request) => standIn.invoke(request.getTok())),
});

const checked = ({ inputs, failures }: Checked) =>
  new pb.CheckResponse()
    .setInputs(struct(inputs))
    .setFailuresList(failures.map((failure) => failureOf(failure, inputs)));

/**
 * Of a property that is named, the engine writes what the inputs have under that name, in clear and at the top level
 * alone (issueCheckFailures in pkg/resource/deploy/step_generator.go): so it is named only where that is the value.
 */
function failureOf({ path, reason }: Failure, inputs: Properties) {
  const shown = Object.hasOwn(inputs, path) && !holdsSecret(inputs[path]);
  return shown || path === ""
    ? new pb.CheckFailure().setProperty(path).setReason(reason)
    : new pb.CheckFailure().setReason(`${path}: ${reason}`);
}

function difference({ changes, replacing, deleteFirst }: Difference) {
  const { DIFF_SOME, DIFF_NONE } = pb.DiffResponse.DiffChanges;
  const response = new pb.DiffResponse()
    .setChanges(changes.length > 0 ? DIFF_SOME : DIFF_NONE)
    .setReplacesList([...replacing])
    .setDeletebeforereplace(deleteFirst)
    .setHasdetaileddiff(true);
  for (const change of changes) response.getDetaileddiffMap().set(change.path, detail(change, replacing));
  return response;
}

function detail({ path, kind }: Change, replacing: readonly string[]) {
  const { ADD, DELETE, UPDATE, ADD_REPLACE, DELETE_REPLACE, UPDATE_REPLACE } = pb.PropertyDiff.Kind;
  const kinds = replacing.includes(topOf(path))
    ? { add: ADD_REPLACE, delete: DELETE_REPLACE, update: UPDATE_REPLACE }
    : { add: ADD, delete: DELETE, update: UPDATE };
  return new pb.PropertyDiff().setKind(kinds[kind]).setInputdiff(true);
}
