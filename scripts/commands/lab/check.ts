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
import {
  breachesJson,
  describeBreaches,
  surprisesOf,
  tryBreaches,
  type Breaches,
} from "../../../components/engine/kubernetes/breach/index.ts";
import { command } from "../../../components/lab/linux/command.ts";
import { Gateway } from "../../../components/lab/linux/gateway.ts";
import type { Lab } from "../../../components/lab/linux/lab.ts";
import { plan, type Plan } from "../../../components/plan/index.ts";
import { parseStackFile, readStackFile } from "../../../stacks/config/file.ts";
import { Cache, cacheFolder } from "../../toolchain/cache.ts";
import { prepareProber } from "../../toolchain/prober.ts";
import { requireLab } from "./find.ts";
import { kubeconfigsOf } from "./kubeconfigs.ts";

/** What a check can be kept to. */
export const parts = ["packets", "kubernetes"] as const;

interface Options {
  readonly seed?: number;
  readonly only?: (typeof parts)[number];
  readonly json?: true;
}

export async function checkLab(name: string, { seed = randomInt(1e9), only, json }: Options): Promise<void> {
  // Whatever stops it, nothing has been found out.
  process.exitCode = 2;
  try {
    const planned = plan(parseStackFile(await readStackFile(name)));
    const lab = await requireLab(name);
    await requireHosts(lab, planned);
    const check = only === "kubernetes" ? undefined : await sendPackets(planned, lab, seed);
    if (check !== undefined && json !== true) process.stdout.write(describeCheck(check));
    const breaches = only === "packets" ? undefined : await tryBreaches(planned, await kubeconfigsOf(name));
    if (breaches !== undefined && json !== true)
      process.stdout.write(`${check === undefined ? "" : "\n"}${describeBreaches(planned, breaches)}`);
    if (json === true) process.stdout.write(`${JSON.stringify(asJson(check, breaches), null, 2)}\n`);
    process.exitCode = isSound(check, breaches) ? 0 : 1;
  } catch (error) {
    if (error instanceof TypeError || !(error instanceof Error)) throw error;
    console.error(`error: ${error.message}`);
  }
}

const asJson = (check: Check | undefined, breaches: Breaches | undefined) => ({
  ...(check === undefined ? {} : checkJson(check)),
  ...(breaches === undefined ? {} : { kubernetes: breachesJson(breaches) }),
});

function isSound(check: Check | undefined, breaches: Breaches | undefined): boolean {
  const { placement, access } = surprisesOf(breaches ?? { placement: [], access: [], millis: 0 });
  return (check?.surprises ?? []).length + placement.length + access.length === 0;
}

async function sendPackets(planned: Plan, lab: Lab, seed: number): Promise<Check> {
  const prober = await prepareProber(new Cache(cacheFolder(process.env)), process.env);
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
