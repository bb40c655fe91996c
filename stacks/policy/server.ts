import analyzerGrpc from "@pulumi/pulumi/proto/analyzer_grpc_pb.js";
import type { IAnalyzerServer } from "@pulumi/pulumi/proto/analyzer_grpc_pb.js";
import pb from "@pulumi/pulumi/proto/analyzer_pb.js";
import pluginPb from "@pulumi/pulumi/proto/plugin_pb.js";
import manifest from "../../package.json" with { type: "json" };
import { serve as serveMethods, unary } from "../../components/plugin/index.ts";
import type { Pack } from "./pack.ts";
import { policies, type Violation } from "./violation.ts";

/*
 * `pulumirpc.Analyzer` (proto/pulumi/analyzer.proto). The engine starts it with its own address as the argument, in the
 * project's folder, and needs neither a PulumiPolicy.yaml nor a language host (sdk/go/common/resource/plugin/
 * analyzer_plugin.go, NewPolicyAnalyzer). The SDK's own server, @pulumi/policy, would report an error about an unknown
 * value as advice and let the stack pass.
 */

const name = manifest.name;
const { version } = manifest;

/** Serves a pack on a free port, which it returns. */
export const serve = (pack: Pack): Promise<number> =>
  serveMethods(analyzerGrpc.AnalyzerService, methods(pack));

function methods(pack: Pack): Partial<IAnalyzerServer> {
  return {
    handshake: unary(() => new pb.AnalyzerHandshakeResponse()),
    getPluginInfo: unary(() => new pluginPb.PluginInfo().setVersion(version)),
    getAnalyzerInfo: unary(info),
    configureStack: unary(() => {
      pack.begin();
      return new pb.AnalyzerStackConfigureResponse();
    }),
    analyze: unary((request) => {
      pack.take(request.getUrn(), request.getProperties()?.toJavaScript() ?? {});
      return new pb.AnalyzeResponse();
    }),
    analyzeStack: unary(async (request) => {
      const violations = await pack.judge(request.getResourcesList().map(read));
      return new pb.AnalyzeResponse().setDiagnosticsList(violations.map(diagnostic));
    }),
    cancel: unary(() => analyzerGrpc.AnalyzerService.cancel.responseDeserialize(Buffer.alloc(0))),
  };
}

const info = () =>
  new pb.AnalyzerInfo()
    .setName(name)
    .setDisplayname("Bulkhead")
    .setVersion(version)
    .setPoliciesList(
      Object.entries(policies).map(([policy, description]) =>
        new pb.PolicyInfo()
          .setName(policy)
          .setDescription(description)
          .setEnforcementlevel(levelOf(policy !== "exceptions"))
          .setPolicyType(pb.PolicyType.POLICY_TYPE_STACK),
      ),
    );

const read = (resource: pb.AnalyzerResource) => ({
  urn: resource.getUrn(),
  type: resource.getType(),
  outputs: resource.getProperties()?.toJavaScript() ?? {},
  propertyDependencies: Object.fromEntries(
    resource
      .getPropertydependenciesMap()
      .getEntryList()
      .map(([property]) => [
        property,
        resource.getPropertydependenciesMap().get(property)?.getUrnsList() ?? [],
      ]),
  ),
});

const diagnostic = ({ policy, mandatory, message, urn }: Violation) =>
  new pb.AnalyzeDiagnostic()
    .setPolicyname(policy)
    .setPolicypackname(name)
    .setPolicypackversion(version)
    .setDescription(policies[policy])
    .setMessage(message)
    .setEnforcementlevel(levelOf(mandatory))
    .setUrn(urn ?? "");

const levelOf = (mandatory: boolean) => pb.EnforcementLevel[mandatory ? "MANDATORY" : "ADVISORY"];
