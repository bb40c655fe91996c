import { delimiter, dirname, join, resolve } from "node:path";
import { isOwnStandIn, prepareAws } from "./aws.ts";
import { Cache, cacheFolder, checksum } from "./cache.ts";
import { searchPath } from "./command.ts";
import { prepareKubernetes } from "./kubernetes.ts";
import { neededFor, requirePrograms } from "./machine.ts";
import { preparePackages } from "./packages.ts";
import { preparePlugins } from "./plugins.ts";
import { hostVariable, isOwnHost, languageHost, preparePulumi, withoutCache } from "./pulumi.ts";
import { knownSalts, placeSalt, userSalt } from "./salt.ts";
import { findState, localState, prepareState, type State } from "./state.ts";

/** This repository, wherever it is. */
export const root = resolve(import.meta.dirname, "..", "..");

export interface Toolchain {
  readonly cache: Cache;
  readonly pulumi: string;
  /** What the programs need in their environment; undefined is a variable that must not be set. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly summary: string;
  /** Whether the plugin aws is this repository's stand-in, which only plans. */
  readonly plansAws: boolean;
}

export interface Wanted {
  /** Whether Kubernetes' programs and the plugins are, which an environment in the lab takes. */
  readonly lab: boolean;
  /** Whether of that Kubernetes' programs are, too; what makes no lab does without. */
  readonly programs?: false;
  /** Whether the plugin aws is; where it is not said, it is looked for and not fetched. */
  readonly aws?: boolean;
}

/** Labs run on Linux alone. */
export const everything: Wanted = { lab: process.platform === "linux" };

/** The variables by which programs find what was prepared here. */
const folders = { kubernetes: "BULKHEAD_KUBERNETES_FOLDER", plugins: "BULKHEAD_PLUGINS_FOLDER" } as const;

/** Everything but the state: what the tests need. */
export async function prepareTools(env: NodeJS.ProcessEnv, wanted = everything): Promise<Toolchain> {
  requirePrograms(neededFor("setup"), env);
  const cache = new Cache(cacheFolder(env));
  const packages = await preparePackages(root, cache, env);
  const cli = await preparePulumi(root, cache, env);
  const host = languageHost(root, cli, withoutCache(searchPath(env), cache));
  const lab = wanted.lab
    ? {
        kubernetes: wanted.programs === false ? undefined : await prepareKubernetes(root, cache, env),
        plugins: await preparePlugins(root, cache, env, cli.program),
      }
    : undefined;
  // A folder of plugins may be the user's own, and was put there by an earlier run in this shell.
  const before = (env[folders.plugins] ?? "").split(delimiter);
  const theirs = withoutCache(searchPath(env), cache).filter(
    (folder) => !isOwnHost(folder) && !isOwnStandIn(folder) && !before.includes(folder),
  );
  const aws =
    wanted.aws === false ? undefined : await prepareAws(root, env, cli.program, theirs, wanted.aws === true);
  const nodeFolder = dirname(process.execPath);
  const own = [
    // The user's own Node.js and CLI are on PATH already.
    ...(withoutCache([nodeFolder], cache).length === 0 ? [nodeFolder] : []),
    ...(cli.onPath ? [] : [dirname(cli.program)]),
    ...(host === undefined || cli.built ? [] : [host]),
    ...(lab === undefined || lab.plugins.installed ? [] : lab.plugins.folders),
    ...(aws?.before === undefined ? [] : [aws.before]),
  ];
  return {
    cache,
    pulumi: cli.program,
    variables: {
      PATH: [...new Set([...own, ...theirs, ...(aws?.after === undefined ? [] : [aws.after])])].join(
        delimiter,
      ),
      PULUMI_SKIP_UPDATE_CHECK: env["PULUMI_SKIP_UPDATE_CHECK"] ?? "true",
      ...(cli.built ? { [hostVariable]: host } : {}),
      ...(lab === undefined
        ? {}
        : {
            ...(lab.kubernetes === undefined ? {} : { [folders.kubernetes]: lab.kubernetes.folder }),
            [folders.plugins]: lab.plugins.folders.join(delimiter),
          }),
      NODE_COMPILE_CACHE: env["NODE_COMPILE_CACHE"] ?? join(cache.folder, "compile"),
    },
    summary: [
      `node ${process.versions.node}`,
      `pulumi ${cli.origin}`,
      host === undefined
        ? ""
        : "with this repository's Node.js language host, since there is no official one",
      ...(lab?.kubernetes === undefined ? [] : [`kubernetes ${lab.kubernetes.origin}`]),
      lab?.plugins.origin ?? "",
      aws?.origin ?? "",
      packages,
    ]
      .filter((part) => part !== "")
      .join(", "),
    plansAws: aws?.standIn === true,
  };
}

/** The tools, and the state with its key. */
export async function prepare(
  env: NodeJS.ProcessEnv,
  wanted = everything,
): Promise<Toolchain & { readonly state: State }> {
  const tools = await prepareTools(env, wanted);
  const state = findState(root, env);
  prepareState(state);
  const salt =
    state.kind === "local" ? await userSalt(state, tools.pulumi, { ...env, ...tools.variables }) : undefined;
  await tools.cache.alone(`salt-${checksum(root)}`, "this clone's stack files", () =>
    placeSalt(root, salt, env, knownSalts(localState(env).keys)),
  );
  return {
    ...tools,
    state,
    variables: { ...tools.variables, ...stateVariables(state, env) },
    summary: `${tools.summary}, state in ${state.backend}`,
  };
}

function stateVariables(state: State, env: NodeJS.ProcessEnv): Record<string, string | undefined> {
  if (state.kind === "local")
    return {
      PULUMI_BACKEND_URL: state.backend,
      ...(state.passphraseFile === undefined ? {} : { PULUMI_CONFIG_PASSPHRASE_FILE: state.passphraseFile }),
    };
  // This shell may have had our own values before the user logged in.
  const local = localState(env);
  return {
    ...(env["PULUMI_BACKEND_URL"] === local.backend ? { PULUMI_BACKEND_URL: undefined } : {}),
    ...(env["PULUMI_CONFIG_PASSPHRASE_FILE"] === local.passphraseFile
      ? { PULUMI_CONFIG_PASSPHRASE_FILE: undefined }
      : {}),
  };
}
