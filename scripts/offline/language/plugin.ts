import pb from "@pulumi/pulumi/proto/language_pb.js";
import type { RunPluginRequest, RunPluginResponse } from "@pulumi/pulumi/proto/language_pb.js";
import { unsupported } from "./answer.ts";
import { endedOrStopped, start } from "./child.ts";
import { programOptions } from "./options.ts";
import { launch, optionVariables, type Surroundings } from "./program.ts";
import { locateModule } from "./sdk.ts";

const interruptGrace = 2_000;

/** Runs a plugin that is a folder with a PulumiPlugin.yaml, until it ends or the caller goes. */
export async function runPlugin(
  request: RunPluginRequest,
  send: (response: RunPluginResponse) => void,
  surroundings: Surroundings,
  gone: AbortSignal,
): Promise<void> {
  if (request.getAttachDebugger()) throw unsupported("attaching a debugger (--attach-debugger)");
  // The official host stands between engine and policy pack to learn the stack's configuration.
  if (request.getKind() === "analyzer")
    throw unsupported("running a policy pack through its Node.js runtime");
  const info = request.getInfo();
  if (info === undefined) throw new Error("the request names no plugin");
  const folder = info.getProgramDirectory();
  const options = programOptions(info);
  const runPath = surroundings.environment["PULUMI_LANGUAGE_NODEJS_RUN_PATH"];
  const run = locateModule(
    runPath === undefined || runPath === "" ? "@pulumi/pulumi/cmd/run-plugin" : runPath,
    folder,
    `npm install in ${folder}`,
  );
  const plugin = launch(() =>
    start({
      file: process.execPath,
      args: [...options.nodeArguments, run, folder, ...request.getArgsList()],
      folder: request.getPwd() === "" ? undefined : request.getPwd(),
      environment: {
        NODE_COMPILE_CACHE: surroundings.environment["NODE_COMPILE_CACHE"],
        ...variables(request.getEnvList()),
        ...optionVariables(options),
      },
      onStdout: (chunk) => {
        send(new pb.RunPluginResponse().setStdout(chunk));
      },
      onStderr: (chunk) => {
        send(new pb.RunPluginResponse().setStderr(chunk));
      },
    }),
  );
  const ending = await endedOrStopped(plugin, gone, interruptGrace);
  if (ending.kind === "signal") throw new Error(`Program exited unexpectedly: killed by ${ending.signal}`);
  send(new pb.RunPluginResponse().setExitcode(ending.code));
}

/** `NAME=value` words; the last of a name counts, as in Go's exec.Cmd. */
function variables(words: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf("=");
      return at < 0 ? [word, ""] : [word.slice(0, at), word.slice(at + 1)];
    }),
  );
}
