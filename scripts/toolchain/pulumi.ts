import fs from "node:fs";
import { dirname, join } from "node:path";
import { checksum, platform, type Cache, type Recipe } from "./cache.ts";
import { find, isProgram, lastLines, run, searchPath } from "./command.ts";
import { buildGo, buildKey, requireGo, type GoProgram } from "./go.ts";
import { fetchEntry, fetchReleased, publishedChecksum } from "./release.ts";
import { say, UserError } from "./report.ts";

// The Pulumi CLI: the user's own, else the official release, else built from its Go module.

const version = "3.259.0";
const archive = `pulumi-v${version}-${platform}.tar.gz`;
const goModule = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";
// As the project's .goreleaser.yml has them.
const tags = "osusergo,grpcnotrace";
const ldflags = `-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${version}`;

export interface Cli {
  readonly program: string;
  /** Whether the user's PATH already leads to it. */
  readonly onPath: boolean;
  /** Whether it was built here, with programs beside it that lead to this repository's language host. */
  readonly built: boolean;
  /** How it came here, for people. */
  readonly origin: string;
}

const ways = ["path", "official", "build"] as const;
type Way = (typeof ways)[number];

export async function preparePulumi(root: string, cache: Cache, env: NodeJS.ProcessEnv): Promise<Cli> {
  const forced = forcedWay(env);
  const allowed = (way: Way) => forced === undefined || forced === way;
  if (allowed("path")) {
    const own = await usersOwn(cache, env);
    if (own?.newEnough === true)
      return { program: own.program, onPath: true, built: false, origin: `${own.version} on PATH` };
    if (forced === "path")
      throw new UserError(
        `BULKHEAD_PULUMI=path, but ${own === undefined ? "there is no pulumi on PATH" : `${own.program} is ${own.version}`}. ` +
          `Put pulumi ${version} or newer on PATH, or unset BULKHEAD_PULUMI.`,
      );
    if (own !== undefined) say(`${own.program} is ${own.version}, older than v${version}: not used`);
  }
  const built = buildRecipe(root, cache, env);
  const present = [
    allowed("official") ? officialEntry(cache) : undefined,
    allowed("build") ? cache.existing(built) : undefined,
  ];
  for (const entry of present) if (entry !== undefined) return inCache(entry);
  let reason = "";
  if (allowed("official")) {
    const result = await fetchOfficial(cache, env);
    if ("entry" in result) return inCache(result.entry);
    reason = `the official release ${version} cannot be had here: ${result.why}`;
    if (forced === "official")
      throw new UserError(
        `BULKHEAD_PULUMI=official, but ${reason}\nUnset BULKHEAD_PULUMI to build it from its Go module.`,
      );
    say(reason);
  }
  await requireGo(program(root), env, reason);
  return inCache(await cache.entry(built));
}

function inCache(entry: string): Cli {
  const built = !entry.includes("-official-");
  const origin = `v${version}, ${built ? "built from its Go module" : "official release"}`;
  return { program: join(entry, "bin", "pulumi"), onPath: false, built, origin };
}

function forcedWay(env: NodeJS.ProcessEnv): Way | undefined {
  const value = env["BULKHEAD_PULUMI"] ?? "";
  if (value === "") return undefined;
  const way = ways.find((candidate) => candidate === value);
  if (way === undefined)
    throw new UserError(
      `BULKHEAD_PULUMI is "${value}"; allowed: ${ways.join(", ")}, or unset to try them in this order.`,
    );
  return way;
}

async function usersOwn(cache: Cache, env: NodeJS.ProcessEnv) {
  const program = find("pulumi", withoutCache(searchPath(env), cache));
  if (program === undefined) return undefined;
  const own = await versionOf(program, cache, env);
  return { program, version: own, newEnough: isAtLeast(own, version) };
}

/** Folders that `. scripts/env` put on PATH are not the user's. */
export const withoutCache = (folders: readonly string[], cache: Cache): string[] =>
  folders.filter((folder) => !`${folder}/`.startsWith(`${cache.folder}/`));

/** Asking the CLI takes a quarter of a second, so the answer is kept for as long as the file is the same. */
async function versionOf(program: string, cache: Cache, env: NodeJS.ProcessEnv): Promise<string> {
  const stat = fs.statSync(program);
  const file = cache.path(
    join("versions", checksum(fs.realpathSync(program), String(stat.mtimeMs), String(stat.size))),
  );
  if (fs.existsSync(file)) return fs.readFileSync(file, "utf8");
  const asked = await run(program, ["version"], { env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" } }).catch(
    () => undefined,
  );
  const answer = asked?.code === 0 ? /^v?\d+\.\d+\.\d+\S*/m.exec(asked.stdout)?.[0] : undefined;
  if (answer === undefined) return "of an unknown version";
  fs.mkdirSync(dirname(file), { recursive: true });
  fs.writeFileSync(`${file}.${process.pid}`, answer);
  fs.renameSync(`${file}.${process.pid}`, file);
  return answer;
}

export function isAtLeast(found: string, wanted: string): boolean {
  const [a, b] = [found, wanted].map((text) =>
    (/\d+\.\d+\.\d+/.exec(text)?.[0] ?? "0.0.0").split(".").map(Number),
  );
  for (const at of [0, 1, 2]) {
    const difference = (a?.[at] ?? 0) - (b?.[at] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

const officialPrefix = `pulumi-${version}-${platform}-official-`;

function officialEntry(cache: Cache): string | undefined {
  const names = fs.existsSync(cache.folder) ? fs.readdirSync(cache.folder) : [];
  const name = names.find((candidate) => candidate.startsWith(officialPrefix));
  return name === undefined ? undefined : cache.path(name);
}

async function fetchOfficial(
  cache: Cache,
  env: NodeJS.ProcessEnv,
): Promise<{ entry: string } | { why: string }> {
  if (!/^(linux|darwin)-(x64|arm64)$/.test(platform)) return { why: `there is none for ${platform}` };
  const releases = env["BULKHEAD_PULUMI_RELEASES"] ?? "https://get.pulumi.com/releases/sdk";
  // The project publishes the sums on its release page, and all files of the release, so the sums too, beside the
  // archives (.github/workflows/sign.yml and release.yml); two hosts are harder to subvert than one.
  const ownSums = env["BULKHEAD_PULUMI_CHECKSUMS"];
  const sums =
    ownSums === undefined
      ? [`https://github.com/pulumi/pulumi/releases/download/v${version}`, releases]
      : [ownSums];
  const released = {
    url: `${releases}/${archive}`,
    sums: sums.map((place) => `${place}/pulumi-${version}-checksums.txt`),
  };
  const found = await publishedChecksum(released, env);
  if ("why" in found) return found;
  return fetchEntry(cache, {
    name: `${officialPrefix}${found.sha256.slice(0, 16)}`,
    what: `the Pulumi CLI v${version}`,
    make: async (part) => {
      const file = join(part, archive);
      await fetchReleased(
        { ...released, ...found },
        file,
        env,
        "To build the CLI from its Go module instead, set BULKHEAD_PULUMI=build.",
      );
      const { code, output } = await run("tar", ["-xzf", file, "-C", part], { env });
      if (code !== 0) throw new UserError(`cannot unpack ${archive}:\n${lastLines(output, 10)}`);
      fs.rmSync(file);
      fs.renameSync(join(part, "pulumi"), join(part, "bin"));
      if (!isProgram(join(part, "bin", "pulumi"))) throw new UserError(`${archive} holds no pulumi/pulumi`);
    },
  });
}

const program = (root: string): GoProgram => ({
  what: `the Pulumi CLI v${version}`,
  source: join(root, "scripts", "toolchain", "pulumi"),
  package: goModule,
  flags: ["-ldflags", ldflags],
  tags,
  duration: "about 5 minutes on two cores",
  waysOut,
});

function buildRecipe(root: string, cache: Cache, env: NodeJS.ProcessEnv): Recipe {
  const cli = program(root);
  return {
    name: `pulumi-${version}-${platform}-built-${checksum(buildKey(cli), forwarder)}`,
    what: cli.what,
    make: async (part) => {
      await buildGo(cli, cache, env, { part, output: join(part, "bin", "pulumi") });
      for (const name of hostPrograms) fs.writeFileSync(join(part, "bin", name), forwarder, { mode: 0o755 });
    },
  };
}

const waysOut =
  "Ways out:\n" +
  `  put pulumi ${version} or newer on PATH\n` +
  "  give this machine access to the official release, or name a mirror in BULKHEAD_PULUMI_RELEASES and\n" +
  "    BULKHEAD_PULUMI_CHECKSUMS\n" +
  "  install a new enough Go (https://go.dev/dl) and give it access to a Go module proxy (GOPROXY)";

const hostPrograms = ["pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs"];

/** The variable by which the programs beside a built CLI find the language host of the clone in use. */
export const hostVariable = "BULKHEAD_LANGUAGE_HOST";

// The CLI warns on every run of a host that is on PATH and not beside it (sdk/go/common/workspace/plugins.go), and a
// CLI in the cache serves many clones.
const forwarder = `#!/bin/sh
exec "\${${hostVariable}:?is not set: source scripts/env of a Bulkhead clone}/\${0##*/}" "$@"
`;

/**
 * The folder with this repository's Node.js language host, where the CLI has no official one beside it or on PATH.
 * A CLI that was built has none, since the host is not served as a Go module.
 */
export function languageHost(root: string, cli: Cli, folders: readonly string[]): string | undefined {
  const own = join(root, "scripts", "offline", "language");
  if (cli.built) return own;
  const beside = [dirname(cli.program), dirname(fs.realpathSync(cli.program))];
  const official = find("pulumi-language-nodejs", [
    ...beside,
    ...folders.filter((folder) => !isOwnHost(folder)),
  ]);
  return official === undefined ? own : undefined;
}

/** Also of other clones, whose environment this shell may have had before. */
export const isOwnHost = (folder: string): boolean => /\/scripts\/offline\/language\/?$/.test(folder);
