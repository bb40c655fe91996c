import path from "node:path";
import { groupsOf, planFirewall } from "../../components/lab/firewall.ts";
import { Gateway } from "../../components/lab/linux/gateway.ts";
import { createHost } from "../../components/lab/linux/host.ts";
import { Lab } from "../../components/lab/linux/lab.ts";
import { createNetwork } from "../../components/lab/linux/network.ts";
import { applyFirewall, createZone } from "../../components/lab/linux/zone.ts";
import { plan, type Plan } from "../../components/plan/index.ts";
import { parseStackFile, readStackFile } from "../../stacks/config/file.ts";
import { afterwards } from "./afterwards.ts";
import { temporaryFolder } from "./folder.ts";
import { notRun, requires } from "./machine.ts";

export const planOf = async (environment: string): Promise<Plan> =>
  plan(parseStackFile(await readStackFile(environment)));

/** The ways in which a lab can run, each for a describe of its own. */
export const ways = [
  { how: "in a user namespace", asRoot: "" },
  { how: "as root", asRoot: "1" },
] as const;

/** To be called in a describe: its tests run with labs of this kind, or say why they cannot. */
export function withLabs({ asRoot }: (typeof ways)[number]): void {
  let before: string | undefined;
  beforeEach(function () {
    requires(this, "unshare", "nsenter", "flock", "ip", "nft");
    if (asRoot === "1" && process.getuid?.() !== 0) notRun(this, "needs root");
    before = process.env["BULKHEAD_LAB_AS_ROOT"];
    process.env["BULKHEAD_LAB_AS_ROOT"] = asRoot;
  });
  afterEach(() => {
    if (before === undefined) delete process.env["BULKHEAD_LAB_AS_ROOT"];
    else process.env["BULKHEAD_LAB_AS_ROOT"] = before;
  });
}

/** A lab with nothing in it, in a state folder of its own, that ends with the test. */
export async function emptyLab(name = "dev", state = temporaryFolder().path): Promise<Lab> {
  const folder = path.join(state, "labs", name);
  afterwards(() => Lab.stop(folder));
  const lab = await Lab.start(folder, `${name}-0123abcd`, "the tests");
  lab.claim();
  return lab;
}

/** The whole of a plan, made as the provider makes it, without Pulumi. */
export async function labOf(planned: Plan, state?: string): Promise<Gateway> {
  const lab = await emptyLab(planned.environment, state);
  await createNetwork(lab, planned.network.cidr);
  const gateway = new Gateway(lab);
  const instance = "01234567";
  await Promise.all(
    planned.zones.map(({ name, subnets }) =>
      gateway.change(`make ${name}`, (now) =>
        createZone(now, { name, cidr: subnets[0]?.cidr ?? "", instance }),
      ),
    ),
  );
  await Promise.all([
    ...planned.zones.map(({ name }) =>
      gateway.change(`firewall ${name}`, (now) => {
        const zone = now.zones.find((other) => other.name === name);
        if (zone === undefined) throw new Error(`there is no zone ${name}`);
        return applyFirewall(now, zone, instance, planFirewall(planned, name));
      }),
    ),
    ...planned.hosts.map((host) =>
      gateway.change(`make ${host.name}`, (now) => {
        const zone = now.zones.find(({ name }) => name === host.zone);
        return createHost(now, { ...host, groups: groupsOf(host), instance }, zone?.cidr ?? "");
      }),
    ),
  ]);
  return gateway;
}

/** Does something in a lab's gateway as somebody with other tools would. */
export async function byHand({ lab }: Gateway, script: string): Promise<string> {
  const { code, stdout, stderr } = await lab.run(script);
  if (code !== 0) throw new Error(`${script}\nended with ${code}: ${stderr}`);
  return stdout;
}
