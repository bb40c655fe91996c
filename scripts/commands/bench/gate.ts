import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { median, spread } from "./figures.ts";
import { copyProject, pulumi, type Project } from "./project.ts";

/** Alternates the two, so that a machine whose speed drifts treats both alike. */
export function measureGate(runs: number, folder: string): string[] {
  const gated = copyProject(path.join(folder, "gated"));
  const open = copyProject(path.join(folder, "open"));
  const entry = path.join(open.folder, "stacks/index.ts");
  const proof = ", proof: await gate.prove((resources) => prove(plan, resources, listener))";
  const text = readFileSync(entry, "utf8");
  const parts = [
    proof,
    "const gate = Gate.register();\n",
    /^const \{ (?:Gate|prove) \} = .*\n/gm,
    "plan, ",
  ] as const;
  const without = parts.reduce<string>((rest, part) => rest.replace(part, ""), text);
  if (/gate/i.test(without.slice(without.indexOf("const {"))))
    throw new Error(`stacks/index.ts is not as it was:\n${without}`);
  writeFileSync(entry, without);
  for (const project of [gated, open]) pulumi(project, "stack", "init", "dev", "--no-select");
  const preview = (project: Project) => {
    const begin = performance.now();
    pulumi(project, "preview", "--stack", "dev");
    return performance.now() - begin;
  };
  preview(gated);
  preview(open);
  const pairs = Array.from({ length: runs }, () => [preview(gated), preview(open)] as const);
  const added = pairs.map(([a, b]) => a - b);
  return [
    `dev with the proof     ${spread(pairs.map(([a]) => a))}`,
    `dev without            ${spread(pairs.map(([, b]) => b))}`,
    `the gate adds          median ${median(added).toFixed(0)} ms, ${Math.min(...added).toFixed(0)} to ${Math.max(...added).toFixed(0)} ms`,
  ];
}
