import { join } from "node:path";
import { readRecord } from "../../components/lab/linux/controlPlane.ts";
import { controlPlaneFolder } from "../../components/lab/linux/folder.ts";
import { plan } from "../../components/plan/index.ts";
import { parseStackFile, readStackFile } from "../../stacks/config/file.ts";
import { Cache, cacheFolder } from "../toolchain/cache.ts";
import { handOver } from "../toolchain/command.ts";
import { prepareKubernetes } from "../toolchain/kubernetes.ts";
import { runMain, UserError } from "../toolchain/report.ts";
import { root } from "../toolchain/toolchain.ts";
import { suggestion } from "./lab/find.ts";

const usage = `usage: scripts/kubectl <environment> [--team <group>] <command of kubectl> ...

Asks an environment's API server as the administrator, or with --team as a group's team would be answered. What comes
after is kubectl's own. The kubeconfigs themselves are outputs of the stack, as secrets:

  pulumi stack output -s dev kubeconfig --show-secrets
  pulumi stack output -s dev teamKubeconfigs --show-secrets
`;

await runMain(async ([name, ...args]) => {
  if (name === undefined || name === "--help" || name === "-h") {
    process.stdout.write(usage);
    if (name === undefined) process.exitCode = 1;
    return;
  }
  if (name.startsWith("-")) throw new UserError(`the environment comes first.\n\n${usage}`);
  const folder = controlPlaneFolder(name, process.env);
  const server = readRecord(folder)?.endpoint;
  if (server === undefined)
    throw new UserError(`no control plane of "${name}" is on this machine: scripts/up ${name} makes one`);
  const team = args[0] === "--team" ? args[1] : undefined;
  const rest = args[0] === "--team" ? args.slice(2) : args;
  const as = args[0] === "--team" ? await identityOf(name, team) : [];
  const { folder: programs } = await prepareKubernetes(
    root,
    new Cache(cacheFolder(process.env)),
    process.env,
  );
  const pki = join(folder, "pki");
  process.exitCode = await handOver(
    join(programs, "kubectl"),
    [
      ...["--server", server, "--certificate-authority", join(pki, "ca.crt")],
      ...["--client-certificate", join(pki, "admin.crt"), "--client-key", join(pki, "admin.key")],
      ...as,
      ...rest,
    ],
    // The user's own file has other clusters.
    { env: { ...process.env, KUBECONFIG: "/dev/null" } },
  );
});

/** A team's user, by impersonation, and its namespace. */
async function identityOf(environment: string, group: string | undefined): Promise<string[]> {
  const { collections, namespaces } = plan(parseStackFile(await readStackFile(environment)));
  const groups = [...new Set(collections.map((collection) => collection.group))];
  const own = collections.find((collection) => collection.group === group);
  if (group === undefined || own === undefined)
    throw new UserError(
      `${group === undefined ? "--team needs a group" : `${environment} has no group "${group}"`}.${suggestion(group ?? "", groups)} It has ${groups.join(", ")}`,
    );
  const namespace = namespaces.find((candidate) => candidate.group === group)?.name;
  return [
    ...["--as", `team:${group}`, "--as-group", own.team.directoryGroup, "--as-group", "system:authenticated"],
    ...(namespace === undefined ? [] : ["--namespace", namespace]),
  ];
}
