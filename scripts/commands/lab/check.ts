import { randomInt } from "node:crypto";
import {
  checkJson,
  decodeOutcomes,
  describeCheck,
  encodeProbes,
  judge,
  planProbes,
  type Check,
} from "../../../components/lab/check/index.ts";
import { command } from "../../../components/lab/linux/command.ts";
import { Gateway } from "../../../components/lab/linux/gateway.ts";
import type { Lab } from "../../../components/lab/linux/lab.ts";
import { plan, type Plan } from "../../../components/plan/index.ts";
import { parseStackFile, readStackFile } from "../../../stacks/config/file.ts";
import { Cache, cacheFolder } from "../../toolchain/cache.ts";
import { prepareProber } from "../../toolchain/prober.ts";
import { requireLab } from "./find.ts";

interface Options {
  readonly seed?: number;
  readonly json?: true;
}

export async function checkLab(name: string, options: Options): Promise<void> {
  // Whatever stops it, nothing has been found out.
  process.exitCode = 2;
  try {
    const check = await run(name, options.seed ?? randomInt(1e9));
    process.stdout.write(
      options.json === true ? `${JSON.stringify(checkJson(check), null, 2)}\n` : describeCheck(check),
    );
    process.exitCode = check.surprises.length > 0 ? 1 : 0;
  } catch (error) {
    if (error instanceof TypeError || !(error instanceof Error)) throw error;
    console.error(`error: ${error.message}`);
  }
}

async function run(name: string, seed: number): Promise<Check> {
  const planned = plan(parseStackFile(await readStackFile(name)));
  const lab = await requireLab(name);
  const [prober] = await Promise.all([
    prepareProber(new Cache(cacheFolder(process.env)), process.env),
    requireHosts(lab, planned),
  ]);
  const probes = planProbes(planned, { seed });
  const { code, stdout, stderr } = await command(
    [...lab.enter(), prober],
    encodeProbes(planned, probes.probes, { netns: "/run/netns" }),
  );
  if (code !== 0) throw new Error(`the packets could not be sent: ${stderr}`);
  return judge(planned, probes, decodeOutcomes(stdout, probes.probes));
}

/** Packets between hosts that are not the plan's would tell nothing of it. */
async function requireHosts(lab: Lab, { environment, hosts }: Plan): Promise<void> {
  const show = ({ name, address }: { name: string; address: string }) => `${name} ${address}`;
  const live = new Set((await new Gateway(lab).read()).hosts.map(show));
  const wanted = new Set(hosts.map(show));
  const missing = [...wanted].filter((host) => !live.has(host));
  const extra = [...live].filter((host) => !wanted.has(host));
  if (missing.length + extra.length === 0) return;
  const differences = [
    ...(missing.length > 0 ? [`it has no ${missing.join(", ")}`] : []),
    ...(extra.length > 0 ? [`it has ${extra.join(", ")}`] : []),
  ];
  throw new Error(
    `the lab is not what stacks/Pulumi.${environment}.yaml says: ${differences.join(", and ")}. Run scripts/up ${environment} first ` +
      "(where something was changed by hand, after `pulumi refresh`)",
  );
}
