import { spawnSync } from "node:child_process";
import path from "node:path";
import { median, spread } from "./figures.ts";
import type { Shape } from "./proofNetwork.ts";

const root = path.resolve(import.meta.dirname, "../../..");

interface Measured {
  /** Of the processor, all threads together, so that what else runs on the machine does not count. */
  readonly milliseconds: number;
  readonly megabytes: number;
  readonly rules: number;
  readonly pairs: number;
}

/** Every two hosts of a network: time and memory of the proof's core, in a process of its own each. */
export function measureProof(runs: number): string[] {
  const cases: readonly (readonly [number, Shape])[] = [
    ...[250, 500, 1000].map((zones) => [zones, "groups"] as const),
    ...[250, 500, 1000].map((zones) => [zones, "zones"] as const),
    [1000, "copies"],
    [1000, "mesh"],
  ];
  return cases.map(([zones, shape]) => {
    const all = Array.from({ length: runs }, () => measure(zones, shape));
    const [{ rules, pairs } = { rules: 0, pairs: 0 }] = all;
    return [
      `${String(zones).padStart(4)} zones, rules name ${names[shape].padEnd(18)}`,
      `${rules} rules, ${pairs} pairs of hosts`.padEnd(41),
      spread(all.map(({ milliseconds }) => milliseconds)),
      `, ${median(all.map(({ megabytes }) => megabytes)).toFixed(0)} MB`,
    ].join("");
  });
}

const names: Readonly<Record<Shape, string>> = {
  groups: "groups:",
  zones: "zones:",
  copies: "zones, by copies:",
  mesh: "groups, all meet:",
};

/** The network is there when the clock starts, and counts in the memory. */
function measure(zones: number, shape: Shape): Measured {
  const program = `
    import { Reach } from "./components/proof/reach/index.ts";
    import { zonesNetwork } from "./scripts/commands/bench/proofNetwork.ts";
    const network = zonesNetwork(${zones}, "${shape}");
    const begin = process.cpuUsage();
    const reach = new Reach(network);
    let pairs = 0;
    for (const [from, to] of reach.pairs("maybe")) pairs += from.spots.length * to.spots.length;
    const { user, system } = process.cpuUsage(begin);
    const rules = network.checkpoints.reduce((sum, one) => sum + one.out.rules.length + one.in.rules.length, 0);
    const megabytes = process.resourceUsage().maxRSS / 1000;
    console.log(JSON.stringify({ milliseconds: (user + system) / 1000, megabytes, rules, pairs }));`;
  const args = ["--disable-warning=ExperimentalWarning", "--input-type=module", "--eval", program];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
  if (status !== 0) throw new Error(`the proof's measure failed:\n${stderr}`);
  return JSON.parse(stdout) as Measured;
}
