import fs from "node:fs";
import { join } from "node:path";
import { checksum, platform, type Cache, type Recipe } from "./cache.ts";
import { isProgram, lastLines, run } from "./command.ts";
import { buildGo, buildKey, requireGo, type GoProgram } from "./go.ts";
import { fetchText } from "./release.ts";
import { during, say, UserError } from "./report.ts";
import { wayIn } from "./way.ts";

// The plugins of the packages kubernetes and tls: the official ones, which Pulumi itself installs, else ones that are
// built from Go modules.

const officialModule = "github.com/pulumi/pulumi-kubernetes/provider/v4";
const names = ["kubernetes", "tls"] as const;
export const programOf = (name: string) => `pulumi-resource-${name}`;

export interface Plugins {
  /** The folders that hold them. */
  readonly folders: readonly string[];
  /** Whether Pulumi finds them by itself. */
  readonly installed: boolean;
  /** How they came here, for people. */
  readonly origin: string;
}

export async function preparePlugins(
  root: string,
  cache: Cache,
  env: NodeJS.ProcessEnv,
  pulumi: string,
): Promise<Plugins> {
  const forced = wayIn(env, "BULKHEAD_PLUGINS", names.map(programOf));
  if (typeof forced === "object")
    return { folders: [forced.folder], installed: false, origin: `the plugins of ${forced.folder}` };
  const wanted = names.map((name) => ({ name, version: wantedVersion(root, name) }));
  const places = wanted.map((plugin) => placeOf(plugin, env));
  const isInstalled = () => wanted.every((plugin) => isOfficial(plugin, env));
  const official = () => ({ folders: places, installed: true, origin: "official plugins" });
  if (forced !== "build" && isInstalled()) return official();
  const recipe = buildRecipe(root, cache, env);
  const built = (folder: string) => ({
    folders: [folder],
    installed: false,
    origin: `the plugins kubernetes and tls built from Go modules${forced === "build" ? "" : ", since there are no official ones"}`,
  });
  if (forced !== "official") {
    const present = cache.existing(recipe);
    if (present !== undefined) return built(present);
  }
  let reason = "";
  if (forced !== "build") {
    const why = await install(wanted, env, pulumi);
    if (isInstalled()) return official();
    reason = `the official plugins kubernetes and tls cannot be had here: ${why}`;
    if (forced === "official")
      throw new UserError(
        `BULKHEAD_PLUGINS=official, but ${reason}\nUnset BULKHEAD_PLUGINS to build them from Go modules.`,
      );
    say(reason);
  }
  await requireGo(plugins(root), env, reason);
  return built(await cache.entry(recipe));
}

export interface Plugin {
  readonly name: string;
  readonly version: string;
}

/** Where Pulumi installs a plugin. */
const placeOf = ({ name, version }: Plugin, env: NodeJS.ProcessEnv): string =>
  join(pulumiHome(env), "plugins", `resource-${name}-v${version}`);

/** Whether Pulumi has installed the official one. */
export function isOfficial(plugin: Plugin, env: NodeJS.ProcessEnv): boolean {
  const place = placeOf(plugin, env);
  // Pulumi removes this file when it has unpacked all (sdk/go/common/workspace/plugins.go).
  return isProgram(join(place, programOf(plugin.name))) && !fs.existsSync(`${place}.partial`);
}

const pulumiHome = (env: NodeJS.ProcessEnv): string => {
  const named = env["PULUMI_HOME"] ?? "";
  return named === "" ? join(env["HOME"] ?? "/", ".pulumi") : named;
};

/** Lets Pulumi install them, and returns what was in the way if they are not there after that. */
export async function install(
  wanted: readonly Plugin[],
  env: NodeJS.ProcessEnv,
  pulumi: string,
): Promise<string> {
  const closed = await unreachable(env);
  if (closed !== undefined) return closed;
  for (const { name, version } of wanted) {
    const { code, output } = await during(`installing the plugin ${name} ${version}`, () =>
      run(pulumi, ["plugin", "install", "resource", name, version], {
        env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" },
      }),
    );
    // Its last line tells only how often it has tried.
    if (code !== 0)
      return /.*Error downloading plugin: (.+)/s.exec(output)?.[1]?.split("\n")[0] ?? lastLines(output, 1);
  }
  return "they are not where Pulumi installs them";
}

/** Where Pulumi takes plugins from, in this order (fallbackSource in sdk/go/common/workspace/plugins.go). */
const sources = ["https://api.github.com", "https://get.pulumi.com"];

/** Why no plugins come from there. Pulumi itself tries 25 times and waits up to half a minute each time. */
async function unreachable(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  // With this they come from elsewhere.
  if ((env["PULUMI_PLUGIN_DOWNLOAD_URL_OVERRIDES"] ?? "") !== "") return undefined;
  let why: string | undefined;
  for (const source of sources) {
    const answer = await fetchText(source, env);
    if ("text" in answer) return undefined;
    ({ why } = answer);
  }
  return why;
}

/** The engine looks for a plugin of the version of the SDK that asks for it. */
export function wantedVersion(root: string, name: string): string {
  const { dependencies = {} } = JSON.parse(fs.readFileSync(join(root, "package.json"), "utf8")) as {
    readonly dependencies?: Readonly<Record<string, string>>;
  };
  return dependencies[`@pulumi/${name}`] ?? "";
}

function buildRecipe(root: string, cache: Cache, env: NodeJS.ProcessEnv): Recipe {
  const program = plugins(root);
  return {
    name: `plugins-${platform}-built-${checksum(buildKey(program), ...names)}`,
    what: program.what,
    make: async (part: string) => {
      await buildGo(
        program,
        cache,
        { ...env, CGO_ENABLED: "0" },
        { part, output: join(part, "plugins") },
        async (go) => {
          // The provider tells the engine its own schema, which is too large to build in twice.
          const module = (await go("list", "-m", "-f", "{{.Dir}}", officialModule)).trim();
          const schema = join(module, "cmd", "pulumi-resource-kubernetes", "schema.json");
          fs.copyFileSync(schema, join(part, "kubernetes.json"));
          fs.chmodSync(join(part, "kubernetes.json"), 0o644);
        },
      );
      for (const name of names) fs.symlinkSync("plugins", join(part, programOf(name)));
    },
  };
}

function plugins(root: string): GoProgram {
  const [kubernetes, tls] = names.map((name) => wantedVersion(root, name));
  return {
    what: "the plugins kubernetes and tls",
    source: join(root, "scripts", "offline", "plugins"),
    package: ".",
    flags: [
      "-ldflags",
      `-s -w -X main.kubernetesVersion=${kubernetes ?? ""} -X main.tlsVersion=${tls ?? ""}`,
    ],
    duration: "about 8 minutes on two cores",
    waysOut:
      "Ways out:\n" +
      "  give this machine access to get.pulumi.com and github.com, from which Pulumi installs plugins\n" +
      `  name a folder that has ${names.map(programOf).join(" and ")} in BULKHEAD_PLUGINS\n` +
      "  install a new enough Go (https://go.dev/dl) and give it access to a Go module proxy (GOPROXY)",
  };
}
