import pb from "@pulumi/pulumi/proto/language_pb.js";
import type {
  InstallDependenciesRequest,
  InstallDependenciesResponse,
} from "@pulumi/pulumi/proto/language_pb.js";
import { endedOrStopped, start } from "./child.ts";
import { searchUp } from "./executable.ts";
import { programOptions } from "./options.ts";
import { installArguments, resolvePackageManager, workspaceRoot } from "./packageManager.ts";

const interruptGrace = 2_000;

/** Installs what a program depends on, and streams what the package manager has to say. */
export async function installDependencies(
  request: InstallDependenciesRequest,
  send: (response: InstallDependenciesResponse) => void,
  gone: AbortSignal,
): Promise<void> {
  const info = request.getInfo();
  if (info === undefined) throw new Error("the request names no program");
  const say = (line: string) => {
    send(new pb.InstallDependenciesResponse().setStdout(Buffer.from(line)));
  };
  const folder = info.getProgramDirectory();
  if (request.getUseLanguageVersionTools() && searchUp(folder, [".nvmrc", ".node-version"]) !== undefined)
    say(`Keeping Node.js ${process.version}: Bulkhead's stand-in host does not switch versions\n`);
  say("Installing dependencies...\n\n");
  const root = workspaceRoot(folder);
  if (root !== undefined) say(`Detected workspace root at ${root}\n`);

  const options = programOptions(info);
  const manager = resolvePackageManager(options.packageManager, root ?? folder);
  const installation = start({
    file: manager.executable,
    args: installArguments(manager.name, options.production),
    folder: root ?? folder,
    environment: process.env,
    onStdout: (chunk) => {
      send(new pb.InstallDependenciesResponse().setStdout(chunk));
    },
    onStderr: (chunk) => {
      send(new pb.InstallDependenciesResponse().setStderr(chunk));
    },
  });
  const ending = await endedOrStopped(installation, gone, interruptGrace);
  if (ending.kind === "signal") throw new Error(`${manager.name} install was killed by ${ending.signal}`);
  if (ending.code !== 0)
    throw new Error(`${manager.name} install failed with exit code ${String(ending.code)}`);
  if (searchUp(root ?? folder, ["node_modules"]) === undefined)
    throw new Error(`${manager.name} install reported success, but node_modules directory is missing`);
  say("Finished installing dependencies\n\n");
}
