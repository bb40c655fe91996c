import pb from "@pulumi/pulumi/proto/language_pb.js";
import type { ProgramInfo, RunRequest, RunResponse } from "@pulumi/pulumi/proto/language_pb.js";
import { unsupported } from "./answer.ts";
import { endedOrStopped, start, type Ending } from "./child.ts";
import { programOptions, type Options } from "./options.ts";
import { MemoryWatch } from "./memory.ts";
import { locateModule } from "./sdk.ts";

/** What the host knows about itself when it starts a program. */
export interface Surroundings {
  readonly engineAddress: string | undefined;
  readonly tracing: string | undefined;
  readonly environment: NodeJS.ProcessEnv;
}

// The SDK ends a program with this code after it has shown what went wrong
// (sdk/nodejs/cmd/run/index.ts, nodeJSProcessExitedAfterLoggingUserActionableMessage).
const alreadyShown = 32;
const interruptGrace = 5_000;

/** Runs a program to its end; the signal interrupts it. */
export async function runProgram(
  request: RunRequest,
  surroundings: Surroundings,
  cancelled: AbortSignal,
): Promise<RunResponse> {
  if (request.getAttachDebugger()) throw unsupported("attaching a debugger (--attach-debugger)");
  const { engineAddress } = surroundings;
  if (engineAddress === undefined)
    throw new Error("when debugging or running explicitly, must call Handshake before Run");
  const info = programInfo(request);
  try {
    const runPath = surroundings.environment["PULUMI_LANGUAGE_NODEJS_RUN_PATH"];
    const run = locateModule(
      runPath === undefined || runPath === "" ? "@pulumi/pulumi/cmd/run" : runPath,
      info.getProgramDirectory(),
      "pulumi install",
    );
    const options = programOptions(info);
    const memory = new MemoryWatch();
    const ending = await runToEnd(
      [...options.nodeArguments, ...programArguments(request, info, run, { ...surroundings, engineAddress })],
      { ...surroundings.environment, ...programVariables(request, options) },
      memory,
      cancelled,
    );
    return response(ending, memory);
  } catch (error) {
    return new pb.RunResponse().setError(error instanceof Error ? error.message : String(error));
  }
}

function programInfo(request: RunRequest): ProgramInfo {
  const info = request.getInfo();
  if (info === undefined) throw new Error("the request names no program");
  return info;
}

/**
 * The arguments of `@pulumi/pulumi/cmd/run`, as the official host gives them (main.go, constructArguments), but for
 * two: the official host puts itself between the program and the engine's monitor, and offers pipes (`--sync`) for
 * synchronous invokes. The SDK can still open those pipes (runtime/settings.ts, getSyncInvokes; read in 3.270), but
 * nothing in it does, so the program talks to the monitor itself.
 */
export function programArguments(
  request: RunRequest,
  info: ProgramInfo,
  run: string,
  host: { readonly engineAddress: string; readonly tracing: string | undefined },
): string[] {
  const flag = (name: string, value: string | undefined) =>
    value === undefined || value === "" ? [] : [`--${name}`, value];
  return [
    run,
    ...flag("monitor", request.getMonitorAddress()),
    ...flag("engine", host.engineAddress),
    ...flag("organization", request.getOrganization()),
    ...flag("project", request.getProject()),
    ...flag("root-directory", info.getRootDirectory()),
    ...flag("stack", request.getStack()),
    ...flag("pwd", info.getProgramDirectory()),
    ...(request.getDryrun() ? ["--dry-run"] : []),
    ...flag("parallel", String(request.getParallel())),
    ...flag("tracing", host.tracing),
    info.getEntryPoint(),
    ...request.getArgsList(),
  ];
}

/** The variables by which the SDK learns configuration and options. */
export function programVariables(request: RunRequest, options: Options): Record<string, string> {
  const config: Record<string, string> = {};
  for (const [key, value] of request.getConfigMap().entries()) config[oldStyleKey(key)] = value;
  return {
    PULUMI_CONFIG: JSON.stringify(config),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    ...optionVariables(options),
  };
}

export function optionVariables(options: Options): Record<string, string> {
  return {
    ...(options.typescript ? { PULUMI_NODEJS_TYPESCRIPT: "true" } : {}),
    ...(options.tsconfig === "" ? {} : { PULUMI_NODEJS_TSCONFIG_PATH: options.tsconfig }),
  };
}

/** `project:config:key`, which SDKs of every age read; the newer `project:key` only newer ones. */
function oldStyleKey(key: string): string {
  const [, namespace, name] = /^([^:]+):(?:config:)?(.+)$/.exec(key) ?? [];
  if (namespace === undefined || name === undefined)
    throw new Error(`failed to serialize configuration: could not parse ${key} as a configuration key`);
  return `${namespace}:config:${name}`;
}

async function runToEnd(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  memory: MemoryWatch,
  cancelled: AbortSignal,
): Promise<Ending> {
  if (cancelled.aborted) throw new Error("the program was cancelled before it started");
  // Not the files themselves: Node makes what it inherits non-blocking, for everyone who shares it
  // (https://github.com/golang/go/issues/58408).
  const program = launch(() =>
    start({
      file: process.execPath,
      args,
      folder: undefined,
      environment,
      onStdout: (chunk) => process.stdout.write(chunk),
      onStderr: (chunk) => {
        memory.read(chunk);
        process.stderr.write(chunk);
      },
    }),
  );
  return endedOrStopped(program, cancelled, interruptGrace);
}

/** Explains what a system says only with a code when a program cannot be started. */
export function launch<Result>(startIt: () => Result): Result {
  try {
    return startIt();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "E2BIG")
      throw new Error(
        "could not start the program: its configuration or environment is larger than the system allows " +
          "(Linux: 128 KiB for the whole configuration of a stack); move large values into files, or split the stack into several",
        { cause: error },
      );
    throw error;
  }
}

export function response(ending: Ending, memory: MemoryWatch): RunResponse {
  if (ending.kind === "exit" && ending.code === 0) return new pb.RunResponse();
  if (ending.kind === "exit" && ending.code === alreadyShown) return new pb.RunResponse().setBail(true);
  const how = ending.kind === "exit" ? String(ending.code) : `-1 (killed by ${ending.signal})`;
  const hint = memory.ranOut
    ? ". It probably ran out of memory: give it more with the runtime option `nodeargs: --max-old-space-size=<MB>` in Pulumi.yaml"
    : "";
  return new pb.RunResponse().setError(`Program exited with non-zero exit code: ${how}${hint}`);
}
