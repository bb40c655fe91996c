import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { median, spread } from "./figures.ts";
import { copyProject, floorProject, pulumi, resourcesOf, type Project } from "./project.ts";

const root = path.resolve(import.meta.dirname, "../../..");
/** No file of this machine's user decides which account or region is meant. */
const nobody = { AWS_CONFIG_FILE: "/dev/null", AWS_SHARED_CREDENTIALS_FILE: "/dev/null" };

/**
 * Previews of `test` and of a hundred application groups against a plain program with as many resources, and of `test`
 * against the same resources as a usual Pulumi program has them: by turns, since a machine's speed drifts.
 */
export function measureAws(runs: number, folder: string): string[] {
  return [
    ...measureStack(runs, path.join(folder, "test"), "test", undefined, conventionalProject),
    ...measureStack(runs, path.join(folder, "hundred"), "hundred", groupsFile(100)),
    ...measureGroup(path.join(folder, "group")),
  ];
}

function measureStack(
  runs: number,
  folder: string,
  name: string,
  stackFile?: string,
  usual?: (folder: string) => Project,
): string[] {
  const ours = project(path.join(folder, "ours"), name, stackFile);
  const resources = resourcesOf(ours, name);
  const others = {
    floor: floorProject(path.join(folder, "floor"), resources),
    ...(usual === undefined ? {} : { usual: usual(path.join(folder, "usual")) }),
  };
  for (const other of Object.values(others)) pulumi(other, "stack", "init", name, "--no-select");
  const projects = { ours, ...others };
  const preview = (one: Project): number => {
    const begin = performance.now();
    pulumi(one, "preview", "--stack", name);
    return performance.now() - begin;
  };
  for (const one of Object.values(projects)) preview(one);
  const rounds = Array.from({ length: runs }, () =>
    Object.fromEntries(Object.entries(projects).map(([key, one]) => [key, preview(one)])),
  );
  const times = (key: string) => rounds.map((round) => round[key] ?? Number.NaN);
  const ratio = (over: string, under: string) =>
    median(rounds.map((round) => (round[over] ?? Number.NaN) / (round[under] ?? Number.NaN))).toFixed(2);
  return [
    ...Object.keys(projects).map((key) => `${name.padEnd(8)} ${key.padEnd(6)} ${spread(times(key))}`),
    `${name.padEnd(8)} ${resources.length} resources, ours ${ratio("ours", "floor")} times the floor${
      usual === undefined ? "" : `, the usual program ${ratio("usual", "ours")} times ours`
    }`,
  ];
}

/** What one more group with a zone of its own is made of. */
function measureGroup(folder: string): string[] {
  return [1, 3].map((zones) => {
    const letters = ["a", "b", "c"].slice(0, zones);
    const [before, after] = [2, 3].map((count) =>
      resourcesOf(
        project(path.join(folder, `${zones}-${count}`), "some", groupsFile(count, letters)),
        "some",
      ),
    ) as [string[], string[]];
    const known = new Set(before);
    const added = after.filter((resource) => !known.has(resource));
    const kinds = Map.groupBy(added, (resource) => resource.split(" ")[0]?.split(":").at(-1) ?? "");
    const words = [...kinds].map(([kind, all]) => `${all.length} ${kind}`).sort();
    return `one more group in ${zones} availability zone${zones === 1 ? "" : "s"}: ${added.length} (${words.join(", ")})`;
  });
}

function project(folder: string, name: string, stackFile: string | undefined): Project {
  const copy = copyProject(folder);
  if (stackFile !== undefined) writeFileSync(path.join(folder, `stacks/Pulumi.${name}.yaml`), stackFile);
  const one = { ...copy, env: { ...copy.env, ...nobody } };
  pulumi(one, "stack", "init", name, "--no-select");
  return one;
}

/** Root imports and Pulumi's default TypeScript option, which checks types on every run. */
function conventionalProject(folder: string): Project {
  mkdirSync(folder, { recursive: true });
  cpSync(path.join(root, "test/conventional"), folder, { recursive: true });
  mkdirSync(path.join(folder, "state"));
  symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"));
  return {
    folder,
    env: { ...nobody, NODE_COMPILE_CACHE: undefined, NODE_DISABLE_COMPILE_CACHE: "1" },
  };
}

/** A stack file like test's, with so many groups, each with a zone and two workers. */
function groupsFile(count: number, letters: readonly string[] = ["a"]): string {
  const text = readFileSync(path.join(root, "stacks/Pulumi.test.yaml"), "utf8").replace(
    /^encryptionsalt:.*\n/m,
    "",
  );
  const names = Array.from({ length: count }, (_, index) => `group-${index + 1}`);
  const zones = names.map((name, index) => `    ${name}: { slot: ${index + 1} }`);
  const groups = names.map(
    (name) =>
      `    ${name}:\n` +
      `      team: { directoryGroup: "CN=${name}" }\n` +
      `      collections: { ${name}: { zone: ${name}, workers: { linux: { count: 2, size: large } } } }\n` +
      `      namespaces: { ${name}: { quota: { cpu: 16, memory: 64Gi, pods: 100 }, limits: { cpu: 2, memory: 4Gi } } }`,
  );
  return text
    .replace("availabilityZones: [a, b, c]", `availabilityZones: [${letters.join(", ")}]\n    zonePrefix: 23`)
    .replace(/ {2}bulkhead:zones:[^]*$/, () =>
      ["  bulkhead:zones:", ...zones, "  bulkhead:groups:", ...groups, ""].join("\n"),
    );
}
