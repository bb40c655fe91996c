import grpc from "@grpc/grpc-js";
import languagePb from "@pulumi/pulumi/proto/language_pb.js";
import type { ProgramInfo } from "@pulumi/pulumi/proto/language_pb.js";
import languageGrpc from "@pulumi/pulumi/proto/language_grpc_pb.js";
import type { ILanguageRuntimeServer } from "@pulumi/pulumi/proto/language_grpc_pb.js";
import pluginPb from "@pulumi/pulumi/proto/plugin_pb.js";
import { streaming, unary, unsupported } from "./answer.ts";
import type { CommandLine } from "./commandLine.ts";
import { watchEngine } from "./engine.ts";
import { leaveOnSignals, leave } from "./shutdown.ts";
import { standInVersion } from "./version.ts";

// As in sdk/go/common/util/rpcutil/serve.go: a stack's configuration and arguments may be large.
const largestMessage = 400 * 1024 * 1024;

/** Serves `pulumirpc.LanguageRuntime` (proto/pulumi/language.proto) on a free port, which it returns. */
export async function serve(commandLine: CommandLine): Promise<number> {
  const server = new grpc.Server({ "grpc.max_receive_message_length": largestMessage });
  const onEngineGone = () => {
    leave(server);
  };
  server.addService(languageGrpc.LanguageRuntimeService, languageRuntime(commandLine, onEngineGone));
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(new Error(`could not start language host RPC server: ${error.message}`, { cause: error }));
    });
  });
  leaveOnSignals(server);
  return port;
}

/** Each method loads only what it needs, since the CLI starts a host for nearly every command. */
function languageRuntime(commandLine: CommandLine, onEngineGone: () => void): ILanguageRuntimeServer {
  let engineAddress = commandLine.engineAddress;
  let stopWatching: (() => void) | undefined;
  const watch = () => {
    stopWatching?.();
    if (engineAddress !== undefined) stopWatching = watchEngine(engineAddress, onEngineGone);
  };
  watch();
  const surroundings = () => ({ engineAddress, tracing: commandLine.tracing, environment: process.env });
  // As in the official host, one cancellation ends every program, and none can start after it. Plugins are the
  // engine's to cancel: it does so before, and lets them finish what they are at.
  const cancelled = new AbortController();

  return {
    handshake: unary((request) => {
      engineAddress = request.getEngineAddress();
      watch();
      return new languagePb.LanguageHandshakeResponse();
    }),
    getPluginInfo: unary(() => new pluginPb.PluginInfo().setVersion(standInVersion())),
    // The official host does not have it either; the CLI asks for packages instead.
    getRequiredPlugins: unary(() => {
      throw unsupported("GetRequiredPlugins, which GetRequiredPackages replaces,");
    }),
    getRequiredPackages: unary(async (request) => {
      const { requiredPackages } = await import("./packages.ts");
      const { packages, warning } = requiredPackages(program(request.getInfo()).getProgramDirectory());
      if (warning !== undefined) console.error(warning);
      return new languagePb.GetRequiredPackagesResponse().setPackagesList([...packages]);
    }),
    run: unary(async (request, gone) => {
      const { runProgram } = await import("./program.ts");
      return runProgram(request, surroundings(), AbortSignal.any([gone, cancelled.signal]));
    }),
    runPlugin: streaming(async (request, send, gone) => {
      const { runPlugin } = await import("./plugin.ts");
      await runPlugin(request, send, surroundings(), gone);
    }),
    installDependencies: streaming(async (request, send, gone) => {
      const { installDependencies } = await import("./installation.ts");
      await installDependencies(request, send, gone);
    }),
    about: unary(async (request) => {
      const [{ about }, { programOptions }] = await Promise.all([
        import("./about.ts"),
        import("./options.ts"),
      ]);
      const info = program(request.getInfo());
      return about(programOptions(info), info.getProgramDirectory());
    }),
    getProgramDependencies: unary(async (request) => {
      const [{ programDependencies }, { programOptions }] = await Promise.all([
        import("./dependencies.ts"),
        import("./options.ts"),
      ]);
      const info = program(request.getInfo());
      const dependencies = programDependencies(
        programOptions(info),
        info.getProgramDirectory(),
        request.getTransitivedependencies(),
      );
      return new languagePb.GetProgramDependenciesResponse().setDependenciesList(
        dependencies.map(({ name, version }) =>
          new languagePb.DependencyInfo().setName(name).setVersion(version),
        ),
      );
    }),
    runtimeOptionsPrompts: unary(async (request) => {
      const { packageManagerPrompt } = await import("./packageManager.ts");
      const options = program(request.getInfo()).getOptions()?.toJavaScript() ?? {};
      return new languagePb.RuntimeOptionsResponse().setPromptsList(
        "packagemanager" in options ? [] : [packageManagerPrompt()],
      );
    }),
    template: unary(async (request) => {
      const [{ prepareTemplate }, { programOptions }] = await Promise.all([
        import("./packageManager.ts"),
        import("./options.ts"),
      ]);
      const info = program(request.getInfo());
      prepareTemplate(programOptions(info), info.getProgramDirectory());
      return new languagePb.TemplateResponse();
    }),
    // The answer to an empty request is as empty: the generated code takes only its own copy of the class.
    cancel: unary((request) => {
      cancelled.abort();
      return request;
    }),
    generateProgram: unary(() => {
      throw unsupported("generating a program (pulumi convert, pulumi import)");
    }),
    generateProject: unary(() => {
      throw unsupported("generating a project (pulumi convert)");
    }),
    generatePackage: unary(() => {
      throw unsupported("generating an SDK (pulumi package add, pulumi package gen-sdk)");
    }),
    pack: unary(() => {
      throw unsupported("packing an SDK (pulumi package pack-sdk)");
    }),
    link: unary(() => {
      throw unsupported("linking a package (pulumi package add)");
    }),
  };
}

function program(info: ProgramInfo | undefined): ProgramInfo {
  if (info === undefined) throw new Error("the request names no program");
  return info;
}
