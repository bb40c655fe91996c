import { Cache, cacheFolder, freedLine } from "./cache.ts";
import { preparePackages, unlinkPackages } from "./packages.ts";
import { runMain, say, UserError } from "./report.ts";
import { assignments } from "./shell.ts";
import { prepare, root } from "./toolchain.ts";

const usage = `usage: scripts/setup [--clean]

Fetches or builds what this repository needs, into a cache that all clones of this user share:
Node.js where the one on PATH is older than 22.18, the npm packages, the Pulumi CLI, and on Linux what the
lab takes: Kubernetes' programs and the plugins kubernetes and tls. Makes the local state and its key unless you
have a Pulumi login. scripts/up and scripts/test do all this by themselves.

  --clean   remove the cache and this clone's links into it; state and keys stay
  --env     print what . scripts/env sets, as shell code
  --packages   only the npm packages, which is all that scripts/show and scripts/add-group need

  BULKHEAD_CACHE               the cache (default: bulkhead in XDG_CACHE_HOME or ~/.cache)
  BULKHEAD_STATE               the local state and key (default: bulkhead in XDG_STATE_HOME or ~/.local/state)
  BULKHEAD_PULUMI              path, official or build: take the Pulumi CLI from there and nowhere else
  BULKHEAD_PULUMI_RELEASES     where the official release's archives are, for mirrors
  BULKHEAD_PULUMI_CHECKSUMS    where its checksums are
  BULKHEAD_KUBERNETES          official, build or a folder that has them: Kubernetes' programs
  BULKHEAD_KUBERNETES_RELEASES where Kubernetes' official releases are, in place of https://dl.k8s.io
  BULKHEAD_GITHUB_RELEASES     where etcd's and kwok's are, in place of https://github.com; for kwok with a .sha256
  BULKHEAD_PLUGINS             official, build or a folder that has them: the plugins kubernetes and tls, and aws, for
                               which build is a stand-in that only plans and is used where no other is installed
  BULKHEAD_KEEP_GO_CACHE       set to keep Go's caches after building
`;

await runMain(async (args) => {
  const [option] = args;
  if (
    args.length > 1 ||
    (option !== undefined && !["--clean", "--env", "--packages", "--help", "-h"].includes(option))
  )
    throw new UserError(`scripts/setup does not know "${args.join(" ")}".\n\n${usage}`);
  if (option === "--help" || option === "-h") process.stdout.write(usage);
  else if (option === "--clean") clean();
  else if (option === "--packages")
    await preparePackages(root, new Cache(cacheFolder(process.env)), process.env);
  else {
    const tools = await prepare(process.env);
    if (option === "--env") process.stdout.write(`${assignments(tools.variables)}\n`);
    else say(`ready: ${tools.summary}`);
  }
});

function clean(): void {
  const cache = new Cache(cacheFolder(process.env));
  const { freed, left } = cache.clean();
  unlinkPackages(root);
  say(`${cache.folder}: ${freedLine(freed)}`);
  if (left.length > 0) say(`not removed, since they are not the toolchain's: ${left.join(", ")}`);
}
