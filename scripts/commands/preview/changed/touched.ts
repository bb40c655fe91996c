import fs from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { changedSince } from "./git.ts";
import { Graph } from "./graph.ts";

export interface Touched {
  /** The commit that the change starts from. */
  readonly base: string;
  /** The changed files that can touch an environment, by its name; those that nothing touches are not in it. */
  readonly touched: ReadonlyMap<string, readonly string[]>;
  readonly untouched: readonly string[];
  /** Environments whose stack files the change takes away, while their stacks may still be there. */
  readonly removed: readonly string[];
}

/** Which environments a change can touch, by what their programs import and read. */
export async function touched(root: string, base: string, environments: readonly string[]): Promise<Touched> {
  const [changed, graph] = await Promise.all([changedSince(root, base), Graph.of(root)]);
  const all = environments.map((name) => {
    const reads = readsIn(root, graph, name);
    return [name, [...changed.files].filter(reads).sort()] as const;
  });
  return {
    base: changed.base,
    touched: new Map(all.filter(([, files]) => files.length > 0)),
    untouched: all.filter(([, files]) => files.length === 0).map(([name]) => name),
    removed: [...changed.files]
      .map((file) => ({ file, name: stackFile.exec(file)?.[1] }))
      .flatMap(({ file, name }) => (name === undefined || fs.existsSync(path.join(root, file)) ? [] : [name]))
      .sort(),
  };
}

const stackFile = /^stacks\/Pulumi\.(.+)\.yaml$/;
const targets = ["lab", "aws", "azure"];
const engines = ["kubernetes", "mke"];
/** What every environment is made with: Node, packages, what runs programs, and the versions of engine and plugins. */
const everybodys =
  /^(?:Pulumi\.yaml|package\.json|package-lock\.json|\.npmrc|\.node-version|scripts\/(?:toolchain|offline\/language)\/.*)$/;
/** What stands in for plugins, by target, with the module that it starts from. */
const standIns: Readonly<Record<string, { readonly folder: string; readonly entries: readonly string[] }>> = {
  aws: { folder: "scripts/offline/aws/", entries: ["scripts/offline/aws/main.ts"] },
  lab: { folder: "scripts/offline/plugins/", entries: [] },
};

/** Tells of a file whether an environment's program imports or reads it. */
export function readsIn(root: string, graph: Graph, name: string): (file: string) => boolean {
  const own = `stacks/Pulumi.${name}.yaml`;
  const settings = settingsOf(path.join(root, own));
  const plugins = settings === undefined ? undefined : pluginsOf(root, settings.target);
  // What cannot be read may want anything.
  if (settings === undefined || plugins === undefined) return () => true;
  const { target, engine } = settings;
  const others = new Set([
    ...targets.filter((one) => one !== target),
    ...engines.filter((one) => one !== engine).map((one) => `engine/${one}`),
  ]);
  // A target's and an engine's folder is loaded by the stacks that use it alone, and always by `import(...)`.
  const follows = (file: string) =>
    ![...others].some(
      (other) => file.startsWith(`components/${other}/`) || file.startsWith(`components/proof/${other}/`),
    );
  const standIn = standIns[target];
  const loaded = graph.from(["stacks/index.ts", ...plugins, ...(standIn?.entries ?? [])], follows);
  const folders = new Set([...loaded.files].map((file) => path.dirname(file)));
  return (file) =>
    file === own ||
    loaded.files.has(file) ||
    everybodys.test(file) ||
    (standIn !== undefined && file.startsWith(standIn.folder) && !isProse(file)) ||
    (isRead(file) && folders.has(readersOf(root, file))) ||
    (!loaded.complete && mayBeLoaded(file));
}

/** What is no module and no stack file, and so may be read by any module above it. */
const isRead = (file: string): boolean =>
  /^(?:components|stacks)\//.test(file) &&
  !/\.[cm]?ts$/.test(file) &&
  !stackFile.test(file) &&
  !isProse(file) &&
  !/^stacks\/(?:exports|policy)\//.test(file);

/** What a program could load if it is not known what it loads. */
const mayBeLoaded = (file: string): boolean =>
  /^(?:components|stacks|scripts\/offline)\//.test(file) && !stackFile.test(file) && !isProse(file);

const isProse = (file: string): boolean => file.endsWith(".md");

/** The nearest folder above a file that has modules, which is where one would look for what reads it. */
function readersOf(root: string, file: string): string {
  let folder = path.dirname(file);
  while (folder !== "." && !hasModules(path.join(root, folder))) folder = path.dirname(folder);
  return folder;
}

const hasModules = (folder: string): boolean =>
  fs.existsSync(folder) && fs.readdirSync(folder).some((name) => /\.[cm]?ts$/.test(name));

function settingsOf(file: string): { target: string; engine: string } | undefined {
  try {
    const { config } = parse(fs.readFileSync(file, "utf8")) as { config?: Readonly<Record<string, unknown>> };
    const [target, engine] = [config?.["bulkhead:target"], config?.["bulkhead:engine"]];
    return typeof target === "string" && typeof engine === "string" ? { target, engine } : undefined;
  } catch {
    return undefined;
  }
}

/** The plugin of this repository that is named for a target: a script beside the program that it runs. */
function pluginsOf(root: string, target: string): string[] | undefined {
  try {
    const { plugins } = parse(fs.readFileSync(path.join(root, "Pulumi.yaml"), "utf8")) as {
      readonly plugins?: { readonly providers?: readonly { readonly name: string; readonly path: string }[] };
    };
    return (plugins?.providers ?? [])
      .filter(({ name }) => name === target)
      .map(({ path: folder }) => path.normalize(folder))
      .flatMap((folder) => [path.join(folder, `pulumi-resource-${target}`), path.join(folder, "main.ts")]);
  } catch {
    return undefined;
  }
}
