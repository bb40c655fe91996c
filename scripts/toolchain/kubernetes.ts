import fs from "node:fs";
import { join } from "node:path";
import { checksum, platform, type Cache, type Recipe } from "./cache.ts";
import { lastLines, run } from "./command.ts";
import { buildGo, buildKey, requireGo, type GoProgram } from "./go.ts";
import { fetchEntry, fetchReleased, publishedChecksum, type Published, type Released } from "./release.ts";
import { say, UserError } from "./report.ts";
import { wayIn } from "./way.ts";

// The programs of the lab's control plane: the official releases, else one program built from their Go modules.

const version = "v1.37.2";
const etcdVersion = "v3.7.3";
const kwokVersion = "v0.8.0";

/** What one program is as, under the names by which it is called. */
const names = ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubectl", "kwok"];

export interface KubernetesPrograms {
  /** Where they are, each under its usual name. */
  readonly folder: string;
  /** How they came here, for people. */
  readonly origin: string;
}

export async function prepareKubernetes(
  root: string,
  cache: Cache,
  env: NodeJS.ProcessEnv,
): Promise<KubernetesPrograms> {
  const forced = wayIn(env, "BULKHEAD_KUBERNETES", names);
  if (typeof forced === "object") return { ...forced, origin: `of ${forced.folder}` };
  const built = buildRecipe(root, cache, env);
  if (forced !== "build") {
    const present = officialEntry(cache);
    if (present !== undefined) return official(present);
  }
  if (forced !== "official") {
    const present = cache.existing(built);
    if (present !== undefined) return fromModules(present);
  }
  let reason = "";
  if (forced !== "build") {
    const result = await fetchOfficial(cache, env);
    if ("entry" in result) return official(result.entry);
    reason = `the official programs of Kubernetes ${version} cannot be had here: ${result.why}`;
    if (forced === "official")
      throw new UserError(
        `BULKHEAD_KUBERNETES=official, but ${reason}\nUnset BULKHEAD_KUBERNETES to build them from their Go modules.`,
      );
    say(reason);
  }
  await requireGo(program(root), env, reason);
  return fromModules(await cache.entry(built));
}

const official = (folder: string) => ({ folder, origin: `${version}, official release` });
const fromModules = (folder: string) => ({ folder, origin: `${version}, built from its Go modules` });

const architecture = process.arch === "x64" ? "amd64" : process.arch;
const officialPrefix = `kubernetes-${version}-${platform}-official-`;

function officialEntry(cache: Cache): string | undefined {
  const entries = fs.existsSync(cache.folder) ? fs.readdirSync(cache.folder) : [];
  const name = entries.find((candidate) => candidate.startsWith(officialPrefix));
  return name === undefined ? undefined : cache.path(name);
}

/** Where the projects release them (https://kubernetes.io/releases/download, the projects' release pages). */
function releases(env: NodeJS.ProcessEnv): readonly Released[] {
  const kubernetes = `${env["BULKHEAD_KUBERNETES_RELEASES"] ?? "https://dl.k8s.io"}/${version}/bin/linux/${architecture}`;
  const mirror = env["BULKHEAD_GITHUB_RELEASES"];
  const github = mirror ?? "https://github.com";
  const etcd = `${github}/etcd-io/etcd/releases/download/${etcdVersion}`;
  const kwok = `${github}/kubernetes-sigs/kwok/releases/download/${kwokVersion}/kwok-linux-${architecture}`;
  return [
    ...names
      .filter((name) => name.startsWith("kube"))
      .map((name) => ({ url: `${kubernetes}/${name}`, sums: [`${kubernetes}/${name}.sha256`] })),
    { url: `${etcd}/etcd-${etcdVersion}-linux-${architecture}.tar.gz`, sums: [`${etcd}/SHA256SUMS`] },
    {
      url: kwok,
      // The project publishes no checksums (its hack/releases.sh), but GitHub tells those of what it has uploaded.
      sums: [
        mirror === undefined
          ? `https://api.github.com/repos/kubernetes-sigs/kwok/releases/tags/${kwokVersion}`
          : `${kwok}.sha256`,
      ],
    },
  ];
}

async function fetchOfficial(cache: Cache, env: NodeJS.ProcessEnv) {
  if (process.platform !== "linux" || !["amd64", "arm64"].includes(architecture))
    return { why: `there are none for ${platform}` };
  const files: (Released & Published)[] = [];
  for (const released of releases(env)) {
    const published = await publishedChecksum(released, env);
    if ("why" in published) return published;
    files.push({ ...released, ...published });
  }
  return fetchEntry(cache, {
    name: `${officialPrefix}${checksum(...files.map(({ sha256 }) => sha256))}`,
    what: `the programs of Kubernetes ${version}`,
    make: async (part) => {
      for (const released of files) {
        const name = names.find((own) => new RegExp(`/${own}(-[^/]*)?$`).test(released.url)) ?? "";
        const file = join(part, name);
        const wayOut = "To build the programs from their Go modules instead, set BULKHEAD_KUBERNETES=build.";
        await fetchReleased(released, file, env, wayOut);
        if (released.url.endsWith(".tar.gz")) await unpackEtcd(file, part, env);
        fs.chmodSync(file, 0o755);
      }
    },
  });
}

async function unpackEtcd(archive: string, part: string, env: NodeJS.ProcessEnv): Promise<void> {
  const member = `etcd-${etcdVersion}-linux-${architecture}/etcd`;
  const { code, output } = await run("tar", ["-xzf", archive, "-C", part, member], { env });
  if (code !== 0) throw new UserError(`cannot unpack etcd ${etcdVersion}:\n${lastLines(output, 10)}`);
  fs.renameSync(join(part, member), archive);
  fs.rmdirSync(join(part, member, ".."));
}

// What `git describe` gives where the projects build it themselves (hack/lib/version.sh), in both copies of the package.
const ldflags = [
  "-s -w",
  ...["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"].flatMap((place) => [
    `-X ${place}.gitVersion=${version}`,
    `-X ${place}.gitMajor=${version.slice(1).split(".")[0] ?? ""}`,
    `-X ${place}.gitMinor=${version.slice(1).split(".")[1] ?? ""}`,
    `-X ${place}.gitTreeState=clean`,
  ]),
].join(" ");

const program = (root: string): GoProgram => ({
  what: `the programs of Kubernetes ${version}`,
  source: join(root, "scripts", "toolchain", "kubernetes"),
  package: ".",
  flags: ["-ldflags", ldflags],
  duration: "about 10 minutes on two cores",
  waysOut:
    "Ways out:\n" +
    "  give this machine access to dl.k8s.io and github.com, or name mirrors in BULKHEAD_KUBERNETES_RELEASES and\n" +
    "    BULKHEAD_GITHUB_RELEASES\n" +
    `  name a folder that has ${names.join(", ")} in BULKHEAD_KUBERNETES\n` +
    "  install a new enough Go (https://go.dev/dl) and give it access to a Go module proxy (GOPROXY)",
});

function buildRecipe(root: string, cache: Cache, env: NodeJS.ProcessEnv): Recipe {
  const own = program(root);
  return {
    name: `kubernetes-${version}-${platform}-built-${checksum(buildKey(own), ...names)}`,
    what: own.what,
    make: async (part) => {
      // Without C it runs on every Linux.
      const goEnv = { ...env, CGO_ENABLED: "0" };
      await buildGo(own, cache, goEnv, { part, output: join(part, "kubernetes") });
      for (const name of names) fs.symlinkSync("kubernetes", join(part, name));
    },
  };
}
