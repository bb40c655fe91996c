import { command } from "../../../components/lab/linux/command.ts";
import { Gateway } from "../../../components/lab/linux/gateway.ts";
import type { Lab } from "../../../components/lab/linux/lab.ts";
import type { Plan } from "../../../components/plan/index.ts";
import { clusterEvidence } from "../../../components/proof/evidence.ts";
import type { Evidence } from "../../../components/proof/judge/index.ts";
import {
  liveNetwork,
  parseTunnelFacts,
  pluginsOf,
  tunnelScript,
} from "../../../components/proof/lab/index.ts";
import { requireLab } from "../lab/find.ts";
import { readCluster, serverFlags } from "./cluster.ts";

/** What a lab is: the rules that its kernel has and the objects that its API server has, whoever made them. */
export async function readLive(name: string, plan: Plan): Promise<Evidence> {
  const lab = await requireLab(name);
  const { hosts, network } = await new Gateway(lab).read();
  const [ruleset, forwarding, objects] = await Promise.all([
    output(lab, ["nft", "-j", "-n", "list", "ruleset"]),
    output(lab, ["sh", "-c", tunnelScript]),
    readCluster(name),
  ]);
  const names = hosts.map((host) => host.name);
  return {
    source: `the lab ${name} as it runs`,
    machines: liveNetwork({
      ruleset,
      cidr: network ?? plan.network.cidr,
      hosts: hosts.map((host) => ({ name: host.name, address: host.address, device: host.port })),
    }),
    forwarding: new Map(
      [...parseTunnelFacts(forwarding, names)].map(([host, { forwards }]) => [host, forwards]),
    ),
    ...(objects === undefined
      ? {}
      : { cluster: clusterEvidence(plan, objects, pluginsOf(serverFlags(name))) }),
    assumptions: [],
  };
}

async function output(lab: Lab, program: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await command([...lab.enter(), ...program], "");
  if (code !== 0) throw new Error(`the lab's gateway cannot be read: ${stderr}`);
  return stdout;
}
