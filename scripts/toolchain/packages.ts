import fs from "node:fs";
import { dirname, join } from "node:path";
import { checksum, platform, type Cache, type Recipe } from "./cache.ts";
import { lastLines, run } from "./command.ts";
import { during, isCode, say, UserError } from "./report.ts";

// The npm packages: one installation per lock file in the cache, which every clone uses through links.
//
// node_modules in a clone is a real folder with a link for each package, not one link: `npm ci` empties the folder
// that node_modules points to before it looks whether that is a link, and would so empty the cache for all clones.

const marker = ".bulkhead";
const definitions = ["package.json", "package-lock.json", ".npmrc"] as const;

interface LockedPackage {
  readonly version?: string;
  readonly integrity?: string;
  readonly optional?: boolean;
  readonly devOptional?: boolean;
  readonly peer?: boolean;
}

/** Makes node_modules of a clone hold what its lock file names. Returns how that was done, for people. */
export async function preparePackages(root: string, cache: Cache, env: NodeJS.ProcessEnv): Promise<string> {
  const folder = join(root, "node_modules");
  const recipe = packagesRecipe(root, env);
  const shared = `packages ${recipe.name.slice(-8)}`;
  const isLinked = () => !isDevelopers(folder) && readOr(join(folder, marker)) === cache.existing(recipe);
  if (isLinked()) return shared;
  return cache.alone(`clone-${checksum(root)}`, "this clone's node_modules", async () => {
    if (isDevelopers(folder)) {
      if (!holdsLocked(root, folder)) {
        say("node_modules is your own and differs from package-lock.json");
        await during("npm ci in node_modules", () => install(root, env));
      }
      return "your own node_modules";
    }
    const entry = await cache.entry(recipe);
    if (!isLinked()) link(entry, folder);
    return shared;
  });
}

/** Removes node_modules if it only links to the cache. */
export function unlinkPackages(root: string): void {
  const folder = join(root, "node_modules");
  if (fs.existsSync(join(folder, marker)) && !isDevelopers(folder)) fs.rmSync(folder, { recursive: true });
}

function packagesRecipe(root: string, env: NodeJS.ProcessEnv): Recipe {
  const contents = definitions.map((name) => fs.readFileSync(join(root, name)));
  const major = process.versions.node.split(".")[0] ?? "";
  return {
    name: `packages-node${major}-${platform}-${checksum(...contents)}`,
    what: "the npm packages",
    make: async (part) => {
      definitions.forEach((name, at) => {
        fs.writeFileSync(join(part, name), contents[at] ?? "");
      });
      await during("npm packages (about half a minute)", () => install(part, env));
    },
    whole: (entry) => fs.existsSync(join(entry, "node_modules", ".package-lock.json")),
  };
}

async function install(folder: string, env: NodeJS.ProcessEnv): Promise<void> {
  // Some systems' npm runs only under the node it came with; ours is better, since npm leaves out what the node that
  // runs it is too old for.
  const ours = { ...env, PATH: `${dirname(process.execPath)}:${env["PATH"] ?? ""}` };
  const works = (await run("npm", ["--version"], { env: ours, cwd: folder })).code === 0;
  const { code, output } = await run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
    cwd: folder,
    env: works ? ours : env,
  });
  if (code !== 0) throw new UserError(`npm ci failed in ${folder}:\n${lastLines(output, 30)}`);
}

/** npm writes this file when it has installed; the links have none. Without both, an npm ci was interrupted. */
const isDevelopers = (folder: string): boolean =>
  fs.existsSync(join(folder, ".package-lock.json")) ||
  (fs.existsSync(folder) && !fs.lstatSync(folder).isSymbolicLink() && !fs.existsSync(join(folder, marker)));

function holdsLocked(root: string, folder: string): boolean {
  const wanted = lockedPackages(join(root, "package-lock.json"));
  const installed = lockedPackages(join(folder, ".package-lock.json"));
  return Object.entries(wanted).every(([path, { version, integrity, optional, devOptional, peer }]) => {
    if (path === "") return true;
    const found = installed[path];
    if (found === undefined) return optional === true || devOptional === true || peer === true;
    return found.version === version && found.integrity === integrity && fs.existsSync(join(root, path));
  });
}

function lockedPackages(file: string): Readonly<Record<string, LockedPackage>> {
  try {
    const lock = JSON.parse(fs.readFileSync(file, "utf8")) as {
      packages?: Record<string, LockedPackage>;
    };
    return lock.packages ?? {};
  } catch (error) {
    if (isCode(error, "ENOENT")) return {};
    throw new UserError(`cannot read ${file}: ${String(error)}`);
  }
}

function link(entry: string, folder: string): void {
  const from = join(entry, "node_modules");
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder);
  // Written first, so that what a kill leaves half done is known as ours; completed last.
  fs.writeFileSync(join(folder, marker), "");
  for (const name of fs.readdirSync(from)) {
    // Folders that npm writes into, so they are real too.
    if (name === ".bin" || name.startsWith("@")) {
      fs.mkdirSync(join(folder, name), { recursive: true });
      for (const inner of fs.readdirSync(join(from, name)))
        fs.symlinkSync(join(from, name, inner), join(folder, name, inner));
    } else if (!name.startsWith(".")) fs.symlinkSync(join(from, name), join(folder, name));
  }
  fs.writeFileSync(join(folder, marker), entry);
}

function readOr(file: string): string {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
